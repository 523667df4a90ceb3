package main

import "testing"

// TestMemoryLimit guards that the collector has room, however much is alive.
func TestMemoryLimit(t *testing.T) {
	for _, c := range []struct {
		live  uint64
		limit int64
	}{{0, easyMemory}, {50 << 20, easyMemory}, {160 << 20, 232 << 20}, {161 << 20, 232 << 20}, {4 << 30, 5152 << 20}} {
		if got := memoryLimit(c.live); got != c.limit {
			t.Errorf("of %d MiB: %d MiB", c.live>>20, got>>20)
		}
	}
}
