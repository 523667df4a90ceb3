package recent_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"peel/source/recent"
)

func item(ref string) recent.Item {
	return recent.Item{Reference: ref, Source: "registry", Opened: time.Unix(1_700_000_000, 0).UTC()}
}

func TestAddPutsOnTopAndForgetsTheOldest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "peel", "recent.json")
	if got, err := recent.Load(path); err != nil || got != nil {
		t.Fatalf("%v with %v, where there is no list", got, err)
	}
	for i := range recent.Max + 5 {
		if err := recent.Add(path, item(fmt.Sprint("app:", i))); err != nil {
			t.Fatal(err)
		}
	}
	again := item("app:20")
	again.Opened = again.Opened.Add(time.Hour)
	if err := recent.Add(path, again); err != nil {
		t.Fatal(err)
	}
	got, err := recent.Load(path)
	if err != nil || len(got) != recent.Max {
		t.Fatalf("%d images with %v", len(got), err)
	}
	if got[0] != again || got[1].Reference != fmt.Sprint("app:", recent.Max+4) || got[recent.Max-1].Reference != "app:5" {
		t.Errorf("%+v", got)
	}
	if n := strings.Count(fmt.Sprint(got), "app:20 "); n != 1 {
		t.Errorf("app:20 is there %d times", n)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the list there are %v (%v)", left, err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v with %v", info, err)
	}
}

// Guards against losing what another version, or somebody, has written there.
func TestDamagedListStays(t *testing.T) {
	for _, content := range []string{"", "{", "[]", `{"version":2,"images":[]}`, strings.Repeat(" ", 2<<20)} {
		path := filepath.Join(t.TempDir(), "recent.json")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := recent.Load(path); !errors.Is(err, recent.ErrDamaged) {
			t.Errorf("%.20q: %v", content, err)
		}
		if err := recent.Add(path, item("a")); !errors.Is(err, recent.ErrDamaged) {
			t.Errorf("%.20q: %v", content, err)
		}
		if b, _ := os.ReadFile(path); string(b) != content {
			t.Errorf("%.20q became %.20q", content, b)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recent.json")
	for _, ref := range []string{"", strings.Repeat("a", 5000)} {
		if recent.Add(path, item(ref)) == nil {
			t.Errorf("a reference of %d bytes is taken", len(ref))
		}
	}
}

func TestPath(t *testing.T) {
	env := map[string]string{"XDG_STATE_HOME": t.TempDir()}
	if got, want := recent.Path(func(k string) string { return env[k] }), filepath.Join(env["XDG_STATE_HOME"], "peel", "recent.json"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// The specification: "If an implementation encounters a relative path … it
	// should consider the path invalid and ignore it."
	env["XDG_STATE_HOME"] = "state"
	t.Setenv("HOME", t.TempDir())
	if got := recent.Path(func(k string) string { return env[k] }); !filepath.IsAbs(got) || strings.HasPrefix(got, "state") {
		t.Errorf("%s", got)
	}
}
