//go:build !unix

package secrets

import "time"

var started = time.Now()

// cpuTime is the time that has passed, where the CPU's is not known.
func cpuTime() time.Duration { return time.Since(started) }
