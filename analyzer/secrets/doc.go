// Package secrets finds credentials in images.
package secrets
