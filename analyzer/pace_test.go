package analyzer

import (
	"context"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source"
	"peel/source/layer"
	"peel/source/oci"
)

// TestPace guards that stages which take long are made seldom.
func TestPace(t *testing.T) {
	var p pace
	now := time.Unix(1, 0)
	if !p.stages(now) {
		t.Error("the first stages have to wait")
	}
	for took, pause := range map[time.Duration]time.Duration{
		0: leastPause, 20 * time.Millisecond: leastPause, time.Second: 4 * time.Second, 3 * time.Second: 12 * time.Second,
	} {
		p.took(now, took)
		if p.stages(now.Add(pause-1)) || !p.stages(now.Add(pause)) {
			t.Errorf("after %v the pause is not %v", took, pause)
		}
	}
}

// TestOneTreeAtTheEnd guards that the tree of all layers is made once: by the end
// of the reading, not by the last layer as well.
func TestOneTreeAtTheEnd(t *testing.T) {
	img := &source.Image{Config: &v1.ConfigFile{}}
	for _, path := range []string{"a", "b"} {
		idx := &layer.Index{Entries: []layer.Entry{{Path: path, Type: layer.Regular, Size: 1}}, Complete: true}
		img.Layers = append(img.Layers, &source.Layer{Blob: oci.Blob{Index: idx}})
	}
	s := newSession(img, Options{Live: true})
	for n, want := range []int{1, 1} {
		s.take(context.Background(), outcome{layer: n, index: img.Layers[n].Index})
		s.pace = pace{} // whatever the time, it allows for a tree
		s.tell()
		if a := s.Latest(); a.Merged != want || a.Layers[n].State != Read {
			t.Errorf("after layer %d, %d are merged and its state is %v", n+1, a.Merged, a.Layers[n].State)
		}
	}
	s.examine()
	if s.merged.layers != 2 || len(s.merged.tree.Nodes) != 3 {
		t.Errorf("at the end %d layers are merged into %d nodes", s.merged.layers, len(s.merged.tree.Nodes))
	}
}
