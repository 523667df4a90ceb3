package bloat

import (
	"fmt"
	"testing"
)

// The words of builders for a COPY, and where files of the image were before.
func TestParseCopy(t *testing.T) {
	for _, test := range []struct {
		word, rest, workdir string
		path, want          string // in the image, and in the context; "-" for not known
	}{
		{"COPY", ". /app", "/", "app/x/.git", "x/.git"},
		{"COPY", ". .", "/app", "app/.git", ".git"},
		{"COPY", "--link --chown=1:1 ./web/ app/", "/srv", "srv/app/.git", "web/.git"},
		{"COPY", "web /", "/", ".git", "web/.git"},
		{"COPY", "a.log /srv/", "/", "srv/a.log", "a.log"},
		{"COPY", "a.log /srv/b.log", "/", "srv/b.log", "a.log"},
		{"COPY", "a.log b.log /srv/", "/", "srv/a.log", "-"},
		{"COPY", "*.log /srv/", "/", "srv/a.log", "-"},
		{"COPY", "dir:0a1b in /app ", "/", "app/.git", "-"},
		{"COPY", ". /app", "/", "other/.git", "-"},
		{"ADD", "ctx /app", "/", "app/x", "ctx/x"},
	} {
		c := parseCopy(test.word, test.rest, test.workdir)
		got, ok := c.inContext(test.path)
		if !ok {
			got = "-"
		}
		if c.origin != fromContext || got != test.want {
			t.Errorf("%s %s: %s is %s, want %s (%+v)", test.word, test.rest, test.path, got, test.want, c)
		}
	}
	for rest, want := range map[string]origin{
		"--from=build /out /app": fromStage, "/out /app": fromStage, "https://example.org/x /x": fromElsewhere, "x": unknownOrigin, "": unknownOrigin, "/ /x": fromContext,
	} {
		if c := parseCopy("ADD", rest, "/"); c.origin != want {
			t.Errorf("%q: %+v, want %d", rest, c, want)
		}
	}
}

// One path is listed as it is, several of a kind by their pattern.
func TestIgnoreLines(t *testing.T) {
	got := fmt.Sprint(lines([]candidate{
		{exact: "a/.git", general: "**/.git", bytes: 5}, {exact: "a/.git", general: "**/.git", bytes: 6, layer: 2},
		{exact: "a.log", general: "**/*.log", bytes: 1}, {exact: "b.log", general: "**/*.log", bytes: 2},
		{general: "**/.idea", bytes: 1},
	}))
	if want := "[{a/.git  11 2 [0 2]} {**/*.log  3 2 [0]} {**/.idea  1 1 [0]}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for path, want := range map[string]string{"!a": `\!a`, "#a": `\#a`, "a*b?[c]": `a\*b\?\[c]`, "a\nb": "a?b", "a\xffb": "a?b"} {
		if got := escape(path); got != want {
			t.Errorf("%q gives %q, want %q", path, got, want)
		}
	}
}
