//go:build unix

package archive

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Guards against a file that merely begins like an archive, and against waiting
// for a pipe.
func TestRecogniseRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "gzip": "\x1f\x8b", "zstd": "\x28\xb5\x2f\xfd", "text": "FROM scratch"} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if is, err := Recognise(path); is || err != nil {
			t.Errorf("%s: %v with %v", name, is, err)
		}
	}
	if is, err := Recognise(dir); is || err != nil {
		t.Errorf("a directory: %v with %v", is, err)
	}
	if _, err := Recognise(filepath.Join(dir, "none")); err == nil {
		t.Error("no error for what is not there")
	}
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	done := make(chan bool)
	go func() {
		is, _ := Recognise(fifo)
		done <- is
	}()
	select {
	case is := <-done:
		if is {
			t.Error("a pipe is taken for an archive")
		}
	case <-time.After(10 * time.Second):
		t.Fatal("it waits for a pipe")
	}
}
