// Package packages takes stock of the software in an image: what is installed,
// which layer brought it, which files it owns and what it costs, and what was
// removed again but still ships.
//
// A Keeper is an inspector of the one reading: it keeps what the catalogers of
// syft will ask for, and Catalog lets them loose on it once the layers are
// merged. The catalogers see the merged tree and the bytes kept; nothing is
// unpacked. Only this package knows of syft.
package packages
