package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"peel/source"
)

// An image is offered under a name that begins as what was typed, once, and
// never under one that a shell would take for more than a word.
func TestOffered(t *testing.T) {
	id := "sha256:" + strings.Repeat("a", 64)
	entries := []source.Entry{
		{Reference: "docker:app:1", Name: "app:1", Kind: source.Docker, Size: 1500, Created: time.Unix(1_700_000_000, 0)},
		{Reference: "containers-storage:localhost/app:2", Name: "localhost/app:2", Kind: source.Storage},
		{Reference: "containers-storage:docker.io/library/debian:12", Name: "docker.io/library/debian:12", Kind: source.Storage},
		{Reference: "containers-storage:" + id, Name: "localhost/app:2", Kind: source.Storage},
		{Reference: "podman:quay.io/x/app:3", Name: "quay.io/x/app:3", Kind: source.Podman},
		{Reference: "./a.tar", Name: "./a.tar", Kind: "file"},
		{Reference: "oci:./dir:app", Name: "./dir:app", Kind: source.OCILayout},
		{Reference: "./$(reboot).tar", Name: "./$(reboot).tar", Kind: "file"},
		{Reference: "oci:./dir:a\nb", Name: "./dir:a\nb", Kind: source.OCILayout},
		{Reference: "./-rf", Name: "./-rf", Kind: "file"},
		{Reference: "app:1", Name: "app:1", Kind: source.Registry},
		{Reference: "sample:", Name: "sample:", Kind: source.Sample},
	}
	for typed, want := range map[string][]string{
		"":                              {"app:1", "localhost/app:2", "docker.io/library/debian:12", "containers-storage:" + id, "quay.io/x/app:3", "a.tar", "dir:app", "sample:"},
		"a":                             {"app:1", "app:2", "a.tar"},
		"deb":                           {"debian:12"},
		"library/":                      {"library/debian:12"},
		"docker:":                       {"docker:app:1"},
		"docker.io/l":                   {"docker.io/library/debian:12"},
		"containers-storage:localhost/": {"containers-storage:localhost/app:2"},
		"oci:":                          {"oci:./dir:app"},
		"quay":                          {"quay.io/x/app:3"},
		"s":                             {"sample:"},
		"$":                             nil,
		"zzz":                           nil,
		"app:1":                         {"app:1"},
	} {
		var got []string
		for _, o := range offered(entries, typed, time.Unix(1_700_000_000, 0)) {
			name, _, _ := strings.Cut(o, "\t")
			got = append(got, name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q offers %q, want %q", typed, got, want)
		}
	}
	if got := offered(entries, "app:1", time.Unix(1_700_100_000, 0)); got[0] != "app:1\tdocker, 1.5 kB, 1 d" {
		t.Errorf("%q", got)
	}
}
