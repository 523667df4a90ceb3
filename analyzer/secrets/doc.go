// Package secrets finds credentials in images, while their layers are read.
//
// New makes a Scanner of all rules; it is an inspector for layer.Scan and sees
// every byte once. Assemble then turns what it found, with the merged tree, the
// config and the history, into findings. Scan looks at a single text.
//
// The way of a byte: a stream cuts contents into overlapping pieces; a matcher
// finds the keywords of all rules in them at about 2 GB/s; each keyword's rules
// and scanners look at a bounded window around it, regular expressions last.
// Rules are data: gitleaks' and betterleaks' (packages of these names), adopted so
// that the cheap tests come before the expression, and our own (vendors). What has
// a form of its own, or is configuration and has a word for a secret in it, goes
// whole to package structured. What is encoded is decoded and scanned again.
// Archives are unpacked as they go by.
//
// To add a rule for a token: a line in vendors. For a family of configuration
// files: a line in structured's families. For a format with a parser: a line in
// structured's formats. For a call that logs in: a line in calls. How well it goes
// is told by make secrets-eval.
package secrets
