package registry

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
)

// isolated is a XDG_CONFIG_HOME with these files, and nothing else of the user's.
func isolated(t *testing.T, files map[string]string) string {
	t.Helper()
	home := t.TempDir()
	for _, v := range []string{"XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "DOCKER_CONFIG", "HOME"} {
		t.Setenv(v, home)
	}
	t.Setenv("REGISTRY_AUTH_FILE", "")
	t.Setenv("CONTAINERS_REGISTRIES_CONF", "")
	for path, content := range files {
		path = filepath.Join(home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// TestEndpoints walks through containers-registries.conf(5).
func TestEndpoints(t *testing.T) {
	const digest = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	tests := []struct {
		name, conf, daemon string
		image              string
		want               []string // in order; "!" marks an insecure one
	}{
		{name: "nothing", image: "example.com/a", want: []string{"example.com/a:latest"}},
		{name: "insecure", conf: "[[registry]]\nlocation='example.com:5000'\ninsecure=true", image: "example.com:5000/a:1", want: []string{"!example.com:5000/a:1"}},
		{name: "another port", conf: "[[registry]]\nlocation='example.com'\ninsecure=true", image: "example.com:5000/a:1", want: []string{"example.com:5000/a:1"}},
		{name: "another host with the same beginning", conf: "[[registry]]\nlocation='example.co'\ninsecure=true", image: "example.com/a:1", want: []string{"example.com/a:1"}},
		{name: "location", conf: "[[registry]]\nprefix='example.com/team'\nlocation='registry.internal:5000/x'", image: "example.com/team/app:1", want: []string{"registry.internal:5000/x/app:1"}},
		{name: "the longest prefix", conf: "[[registry]]\nprefix='example.com'\nlocation='a.test'\n[[registry]]\nprefix='example.com/team'\nlocation='b.test'", image: "example.com/team/app" + digest, want: []string{"b.test/app" + digest}},
		{name: "any host in a domain", conf: "[[registry]]\nprefix='*.example.com'\nlocation='a.test'", image: "x.example.com/app:1", want: []string{"a.test/app:1"}},
		{name: "a domain, insecure and left where it is", conf: "[[registry]]\nprefix='*.example.com'\ninsecure=true", image: "x.example.com/app:1", want: []string{"!x.example.com/app:1"}},
		{name: "the domain itself", conf: "[[registry]]\nprefix='*.example.com'\ninsecure=true", image: "example.com/app:1", want: []string{"example.com/app:1"}},
		{name: "mirrors of Docker Hub", conf: "[[registry]]\nprefix='docker.io'\nlocation='docker.io'\n[[registry.mirror]]\nlocation='m1.test'\n[[registry.mirror]]\nlocation='m2.test/hub'\ninsecure=true",
			image: "debian:12", want: []string{"m1.test/library/debian:12", "!m2.test/hub/library/debian:12", "index.docker.io/library/debian:12"}},
		{name: "a prefix elsewhere for Docker Hub", conf: "[[registry]]\nprefix='example.com'\nlocation='docker.io'", image: "example.com/debian:12", want: []string{"index.docker.io/library/debian:12"}},
		{name: "mirrors by digest only, by tag", conf: "[[registry]]\nlocation='example.com'\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation='m.test'", image: "example.com/a:1", want: []string{"example.com/a:1"}},
		{name: "mirrors by digest only, by digest", conf: "[[registry]]\nlocation='example.com'\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation='m.test'", image: "example.com/a" + digest, want: []string{"m.test/a" + digest, "example.com/a" + digest}},
		{name: "pull-from-mirror, by tag", conf: "[[registry]]\nlocation='example.com'\n[[registry.mirror]]\nlocation='d.test'\npull-from-mirror='digest-only'\n[[registry.mirror]]\nlocation='t.test'\npull-from-mirror='tag-only'\n[[registry.mirror]]\nlocation='a.test'\npull-from-mirror='all'",
			image: "example.com/a:1", want: []string{"t.test/a:1", "a.test/a:1", "example.com/a:1"}},
		{name: "pull-from-mirror, by digest", conf: "[[registry]]\nlocation='example.com'\n[[registry.mirror]]\nlocation='d.test'\npull-from-mirror='digest-only'\n[[registry.mirror]]\nlocation='t.test'\npull-from-mirror='tag-only'",
			image: "example.com/a" + digest, want: []string{"d.test/a" + digest, "example.com/a" + digest}},
		{name: "dockerd's insecure registries", daemon: `{"insecure-registries":["example.com:5000","10.0.0.0/8"]}`, image: "example.com:5000/a:1", want: []string{"!example.com:5000/a:1"}},
		{name: "dockerd's insecure networks", daemon: `{"insecure-registries":["example.com:5000","10.0.0.0/8"]}`, image: "10.1.2.3:5000/a:1", want: []string{"!10.1.2.3:5000/a:1"}},
		{name: "dockerd's mirrors", daemon: `{"registry-mirrors":["https://m.test","http://n.test:80/"]}`, image: "debian:12", want: []string{"m.test/library/debian:12", "!n.test:80/library/debian:12", "index.docker.io/library/debian:12"}},
		{name: "dockerd's mirrors, of Docker Hub alone", daemon: `{"registry-mirrors":["https://m.test"]}`, image: "example.com/a:1", want: []string{"example.com/a:1"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			files := map[string]string{}
			if tt.conf != "" {
				files["containers/registries.conf"] = tt.conf
			}
			if tt.daemon != "" {
				files["docker/daemon.json"] = tt.daemon
			}
			isolated(t, files)
			c, err := loadConf()
			if err != nil {
				t.Fatal(err)
			}
			ref, err := name.ParseReference(tt.image)
			if err != nil {
				t.Fatal(err)
			}
			list, err := c.endpoints(ref)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, e := range list {
				s := e.ref.Name()
				if e.insecure {
					s = "!" + s
				}
				got = append(got, s)
				if e.stands != ref {
					t.Errorf("%s stands for %s", s, e.stands)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// TestBlocked guards that what is forbidden is not asked.
func TestBlocked(t *testing.T) {
	home := isolated(t, map[string]string{"containers/registries.conf": "[[registry]]\nlocation='example.com'\nblocked=true\n[[registry]]\nlocation='example.com/open'"})
	for image, blocked := range map[string]bool{"example.com/a": true, "example.com/open/a": false, "example.org/a": false} {
		c, err := loadConf()
		if err != nil {
			t.Fatal(err)
		}
		ref, err := name.ParseReference(image)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.endpoints(ref)
		if errors.Is(err, ErrBlocked) != blocked || blocked && !strings.Contains(err.Error(), filepath.Join(home, "containers/registries.conf")) {
			t.Errorf("%s: %v", image, err)
		}
	}
}

// TestShortNames guards what a name without a registry may mean.
func TestShortNames(t *testing.T) {
	const digest = "@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	search := "unqualified-search-registries=['a.test','docker.io']\n"
	aliases := "[aliases]\nfeddle='registry.test/feddle/linux'\n'team/app'='example.com/app'\n'none'=''"
	tests := []struct {
		name  string
		conf  string
		image string
		want  []string
		note  string
	}{
		{"nothing is said", "", "peeled", []string{"index.docker.io/library/peeled:latest"}, ""},
		{"alias", search + aliases, "feddle:42", []string{"registry.test/feddle/linux:42"}, "feddle is short for registry.test/feddle/linux, says "},
		{"alias and digest", aliases, "feddle" + digest, []string{"registry.test/feddle/linux" + digest}, "is short for"},
		{"alias of two parts", aliases, "team/app", []string{"example.com/app:latest"}, "is short for"},
		{"alias that is taken back", search + aliases, "none", []string{"a.test/none:latest", "index.docker.io/library/none:latest"}, "looked for where"},
		{"search", search, "team/app:1", []string{"a.test/team/app:1", "index.docker.io/team/app:1"}, "team/app names no registry; looked for where "},
		{"search, enforcing", "short-name-mode='enforcing'\n" + search, "app:1", []string{"a.test/app:1", "index.docker.io/library/app:1"}, "looked for where"},
		{"search where it would be looked for anyway", "unqualified-search-registries=['docker.io']", "peeled", []string{"index.docker.io/library/peeled:latest"}, ""},
		{"a name with a registry", search + aliases, "example.com/feddle:1", []string{"example.com/feddle:1"}, ""},
		{"this machine's registry", search + aliases, "localhost/feddle:1", []string{"localhost/feddle:1"}, ""},
		{"a port", search + aliases, "box:5000/feddle:1", []string{"box:5000/feddle:1"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			home := isolated(t, nil)
			path := filepath.Join(home, "own.conf")
			if err := os.WriteFile(path, []byte(tt.conf), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("CONTAINERS_REGISTRIES_CONF", path) // so that the machine's own aliases do not count
			c, err := loadConf()
			if err != nil {
				t.Fatal(err)
			}
			ref, err := name.ParseReference(tt.image)
			if err != nil {
				t.Fatal(err)
			}
			list, note, err := c.candidates(ref)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range list {
				got = append(got, r.Name())
			}
			if !slices.Equal(got, tt.want) || !strings.Contains(note, tt.note) || (note == "") != (tt.note == "") {
				t.Errorf("got  %q, %q\nwant %q, %q", got, note, tt.want, tt.note)
			}
		})
	}
}

// TestDropIns guards which of several files counts.
func TestDropIns(t *testing.T) {
	home := isolated(t, map[string]string{
		"containers/registries.conf":                  "unqualified-search-registries=['a.test']\n[[registry]]\nlocation='x.test'\ninsecure=true\n[[registry]]\nlocation='y.test'\n[aliases]\none='a.test/one'\ntwo='a.test/two'",
		"containers/registries.conf.d/10-mine.conf":   "[[registry]]\nlocation='x.test'\nblocked=true\n[aliases]\none='b.test/one'",
		"containers/registries.conf.d/20-search.conf": "unqualified-search-registries=['b.test','c.test']",
		"containers/registries.conf.d/30.disabled":    "unqualified-search-registries=['d.test']",
	})
	c, err := loadConf()
	if err != nil {
		t.Fatal(err)
	}
	x := c.find("x.test/a")
	if x == nil || !x.Blocked || x.Insecure || x.from != filepath.Join(home, "containers/registries.conf.d/10-mine.conf") {
		t.Errorf("x.test: %+v", x)
	}
	if y := c.find("y.test/a"); y == nil {
		t.Error("y.test is gone")
	}
	if !slices.Equal(c.search, []string{"b.test", "c.test"}) {
		t.Errorf("search in %q", c.search)
	}
	if c.aliases["one"].name != "b.test/one" || c.aliases["two"].name != "a.test/two" {
		t.Errorf("aliases %v", c.aliases)
	}
	if err := os.Setenv("CONTAINERS_REGISTRIES_CONF", filepath.Join(home, "none")); err != nil {
		t.Fatal(err)
	}
	if _, err := loadConf(); !errors.Is(err, ErrConfig) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is named but not there: %v", err)
	}
}

// TestBadConf guards that a file which may forbid something is not passed over.
func TestBadConf(t *testing.T) {
	for conf, say := range map[string]string{
		"[[registry]": "",
		"[registries.search]\nregistries=['docker.io']":                                                     "version 1",
		"[[registry]]\ninsecure=true":                                                                       "neither a prefix nor a location",
		"[[registry]]\nprefix='example.com'":                                                                "has no location",
		"[[registry]]\nlocation='https://me:secret@x.test'":                                                 "is a URL, not a host",
		"[[registry]]\nlocation='x.test'\npull-from-mirror='all'":                                           "for mirrors alone",
		"[[registry]]\nlocation='x.test'\n[[registry.mirror]]\ninsecure=true":                               "has no location",
		"[[registry]]\nlocation='x.test'\n[[registry.mirror]]\nlocation='m.test'\npull-from-mirror='never'": `"never"`,
		"[[registry]]\nlocation='x.test'\nmirror-by-digest-only=true\n[[registry.mirror]]\nlocation='m.test'\npull-from-mirror='tag-only'": "exclude each other",
		"[[registry]]\nprefix='*.x.test/a'\nlocation='m.test'":                                                                             "not of the form",
	} {
		home := isolated(t, map[string]string{"containers/registries.conf": conf})
		_, err := loadConf()
		if !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), home) {
			t.Errorf("%q: %v", conf, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the message tells the password: %v", err)
		}
	}
}

// FuzzConf guards that no file brings peel down, and that what it says of a
// registry is a place to ask or an error.
func FuzzConf(f *testing.F) {
	f.Add("unqualified-search-registries=['a']\n[[registry]]\nlocation='docker.io'\n[[registry.mirror]]\nlocation='m.test'\n[aliases]\na='b.test/c'", "a:1")
	f.Add("[[registry]]\nprefix='*.test'\nlocation='x/y'", "a.test/b@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
	f.Fuzz(func(t *testing.T, file, image string) {
		c := &conf{aliases: map[string]alias{}}
		if c.add([]byte(file), "file") != nil {
			return
		}
		ref, err := name.ParseReference(image)
		if err != nil {
			return
		}
		names, _, err := c.candidates(ref)
		if (err == nil) != (len(names) > 0) {
			t.Fatalf("%d names, %v", len(names), err)
		}
		for _, n := range names {
			list, err := c.endpoints(n)
			if (err == nil) != (len(list) > 0) {
				t.Errorf("%s: %d places, %v", n, len(list), err)
			}
		}
	})
}
