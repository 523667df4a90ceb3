//go:build !unix

package main

import "time"

const self, children = 0, 0

var start = time.Now()

// cpu is the time gone by, where the system does not tell what was computed.
func cpu(int) time.Duration { return time.Since(start) }
