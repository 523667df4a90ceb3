package main

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// Catalogers leave so much behind that memory is worth more than the processor
// time which the default would save: it would let the heap grow to twice of what
// is alive. Here that ends at a limit, which moves with what is alive, so that
// the collector is never left without room.
const (
	easyMemory = 144 << 20 // bytes; up to this the default is right
	roomAbove  = 32 << 20  // bytes; what is not heap, and some air
	growth     = 4         // one part in so many may be added to the heap
	limitEvery = 50 * time.Millisecond
)

// limitMemory has the collector go by the limit from now on.
var limitMemory = sync.OnceFunc(func() {
	limit := memoryLimit(0)
	debug.SetMemoryLimit(limit)
	go func() {
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for range time.Tick(limitEvery) {
			metrics.Read(live)
			if now := memoryLimit(live[0].Value.Uint64()); now != limit { // to set it stops the world
				limit = now
				debug.SetMemoryLimit(limit)
			}
		}
	}()
})

// memoryLimit is for a heap of which so many bytes are alive, in steps of 8 MiB.
func memoryLimit(live uint64) int64 {
	return max(easyMemory, int64(live+live/growth+roomAbove)&^(8<<20-1))
}
