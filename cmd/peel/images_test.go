package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"peel/source"
	"peel/source/recent"
	"peel/source/sourcetest"
)

// Only what was opened is remembered, only if it may be, and that it cannot be
// troubles nobody.
func TestRemember(t *testing.T) {
	dir := t.TempDir()
	layout := filepath.Join(dir, "layout")
	if err := sourcetest.OCILayout(layout, wasteful("example/app:1")); err != nil {
		t.Fatal(err)
	}
	img, err := source.Open(context.Background(), layout, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer img.Close()
	env := map[string]string{"XDG_STATE_HOME": filepath.Join(dir, "state")}
	getenv := func(k string) string { return env[k] }
	path := recent.Path(getenv)
	(&recentOptions{off: true}).remember(img, "", getenv)
	env[noRecent] = "1"
	(&recentOptions{}).remember(img, "", getenv)
	if _, err := os.Stat(path); err == nil {
		t.Fatal("it is remembered although it should not be")
	}
	delete(env, noRecent)
	(&recentOptions{}).remember(img, "", getenv)
	got, err := recent.Load(path)
	if err != nil || len(got) != 1 || got[0].Reference != "oci:"+layout || got[0].Platform != "linux/amd64" || got[0].Size == 0 {
		t.Errorf("%+v with %v", got, err)
	}
	if runtime.GOOS == "linux" && os.Getuid() == 0 {
		env["XDG_STATE_HOME"] = "/proc" // nobody can write here
		(&recentOptions{}).remember(img, "", getenv)
	}
}
