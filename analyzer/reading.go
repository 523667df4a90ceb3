package analyzer

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"

	"peel/source"
	"peel/source/layer"
)

// outcome is the beginning or the end of a layer's reading.
type outcome struct {
	layer int
	index *layer.Index // nil: the reading begins
	err   error
}

// read scans the layers, bottom first, and gives two outcomes of each. The same
// layer twice in an image is read once.
func (s *Session) read(ctx context.Context) <-chan outcome {
	out := make(chan outcome, 2*len(s.subject.img.Layers)) // nobody who reads waits for the stages
	go func() {
		defer close(out)
		var wg sync.WaitGroup
		slots := make(chan struct{}, s.opts.Parallel)
		scan := s.opts.scan()
		// What a layer is called by must agree in full: its config may lie.
		type name struct{ diffID, digest string }
		again := map[name][]int{}
		for n, l := range s.subject.img.Layers {
			again[name{l.DiffID, l.Digest}] = append(again[name{l.DiffID, l.Digest}], n)
		}
		for n, l := range s.subject.img.Layers {
			twins := []int{n}
			if l.DiffID != "" {
				twins = again[name{l.DiffID, l.Digest}]
			}
			if twins[0] != n {
				continue
			}
			slots <- struct{}{}
			if ctx.Err() != nil {
				break
			}
			out <- outcome{layer: n}
			wg.Go(func() {
				defer func() { <-slots }()
				opts := scan
				opts.Progress = &s.progress[n]
				idx, err := scanLayer(ctx, l, opts)
				for _, twin := range twins {
					out <- outcome{twin, idx, err}
				}
			})
		}
		wg.Wait()
	}()
	return out
}

// scanLayer reads a layer. A defect of what looks into its files costs the layer,
// not the program.
func scanLayer(ctx context.Context, l *source.Layer, opts layer.Options) (idx *layer.Index, err error) {
	defer func() {
		if v := recover(); v != nil {
			idx, err = &layer.Index{}, fmt.Errorf("internal error, please report it: %v, in %s", v, panicked(string(debug.Stack())))
		}
	}()
	return l.Scan(ctx, opts)
}

// panicked is the function that a stack shows to have panicked, and its line.
func panicked(stack string) string {
	_, stack, _ = strings.Cut(stack, "\npanic(")
	frame := strings.SplitN(stack, "\n", 5) // the rest of panic, its line, the function, its line
	if len(frame) < 4 {
		return "an unknown place"
	}
	return frame[2] + strings.Replace(frame[3], "\t", " ", 1)
}
