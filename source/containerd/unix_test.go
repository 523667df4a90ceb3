//go:build unix

package containerd_test

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"peel/source/containerd"
)

// TestPipes guards that nobody waits for what a pipe may say.
func TestPipes(t *testing.T) {
	for n := range 2 {
		s := newStore(t)
		d := s.add("default", image("one"), app)
		path := []string{s.database(), s.blob(d.Digest)}[n]
		os.Remove(path)
		if err := syscall.Mkfifo(path, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := s.open(app); !errors.Is(err, containerd.ErrDamaged) || !strings.Contains(err.Error(), "no regular file") {
			t.Errorf("%v", err)
		}
	}
}
