package containerd

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"peel/source/place"
)

// TestRoots looks where containerd, and what comes with one, keep their images.
func TestRoots(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("its containerd has one root")
	}
	for name, test := range map[string]struct {
		uid    int
		env    map[string]string
		config string
		want   []string
	}{
		"root":               {uid: 0, want: []string{"var/lib/containerd", "var/lib/docker/containerd/daemon"}},
		"root, configured":   {uid: 0, config: "version = 3\nroot = 'ROOT/srv/c'\n[plugins]\n", want: []string{"srv/c", "var/lib/docker/containerd/daemon"}},
		"root, badly":        {uid: 0, config: "root = [", want: []string{"var/lib/containerd"}},
		"root, relative":     {uid: 0, config: "root = 'srv'", want: []string{"var/lib/containerd"}},
		"user":               {uid: 1, want: []string{"home/.local/share/containerd", "var/lib/containerd", "home/.local/share/docker/containerd/daemon", "var/lib/docker/containerd/daemon"}},
		"user's data":        {uid: 1, env: map[string]string{"XDG_DATA_HOME": "ROOT/data"}, want: []string{"data/containerd", "var/lib/containerd", "data/docker/containerd/daemon"}},
		"user's, configured": {uid: 1, config: "root = 'ROOT/srv/c'", want: []string{"home/.local/share/containerd", "srv/c"}},
	} {
		system := t.TempDir()
		if test.config != "" {
			dir := filepath.Join(system, "etc/containerd")
			os.MkdirAll(dir, 0o755)
			os.WriteFile(filepath.Join(dir, "config.toml"), []byte(strings.ReplaceAll(test.config, "ROOT", system)), 0o644)
		}
		s := surroundings{place.Place{UID: test.uid, Home: filepath.Join(system, "home"), System: system, Getenv: func(k string) string {
			return strings.ReplaceAll(test.env[k], "ROOT", system)
		}}}
		var got []string
		for _, r := range s.roots() {
			got = append(got, strings.TrimPrefix(r, system+"/"))
		}
		if !reflect.DeepEqual(got[:len(test.want)], test.want) {
			t.Errorf("%s: %q, want %q first", name, got, test.want)
		}
	}
}

// TestFind tells stores from what is none.
func TestFind(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	path := filepath.Join(b, database)
	os.MkdirAll(filepath.Dir(path), 0o755)
	os.WriteFile(path, nil, 0o644)
	file := filepath.Join(a, "file")
	os.WriteFile(file, nil, 0o644)
	stores, closed, err := find([]string{a, filepath.Join(a, "nothing"), file, b})
	if err != nil || len(stores) != 1 || stores[0].root != b || closed != nil {
		t.Errorf("%+v and %q with %v", stores, closed, err)
	}
	if _, _, err = find([]string{a, a + "/b", a + "/c", a + "/d"}); !errors.Is(err, ErrNoStore) || !strings.Contains(err.Error(), a+" or "+a+"/b or 2 other places") {
		t.Errorf("%v", err)
	}
}
