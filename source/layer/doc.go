// Package layer reads the bytes of one layer, once.
//
// Scan is the entrance: as a layer's stored bytes go by it hashes them,
// decompresses, hashes the tar, walks it, hashes every regular file, and shows
// the contents to inspectors. What it learns is an Index. Its memory grows with
// the number of entries, never with their bytes.
package layer
