// Package evidence is what checks of an image go by: its merged files, its
// config and history, and the few contents that matter.
//
// A Collector keeps those contents while the layers are read for other reasons.
// New puts all together into an Image, which answers questions the way a
// container runtime would: paths with their symbolic links, the user by name,
// the command on the PATH. What cannot be known is Unread, never Missing.
package evidence
