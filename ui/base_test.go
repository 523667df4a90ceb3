package ui

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"peel/analyzer"
	"peel/source"
	. "peel/source/sourcetest"
)

// onBase is an image on a base of two layers: its history shows where the base
// ends, and its annotations name it, if named.
func onBase(t testing.TB, named bool) *source.Image {
	t.Helper()
	img := image(t, Image{Layers: []Layer{
		{CreatedBy: "ADD rootfs.tar / # buildkit", Files: []File{
			Dir("usr", 0o755), Random("usr/libssl.so.3", 610_000, 2), Random("usr/libc.so.6", 900_000, 1), Reg("usr/token.txt", "token = "+plantedToken+"\n"),
			Reg("var/lib/dpkg/status", "Package: libssl3\nStatus: install ok installed\nVersion: 3.0.17-1\n\nPackage: libc6\nVersion: 2.36-9\n"),
			Reg("var/lib/dpkg/info/libssl3:amd64.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/libssl.so.3\n"),
			Reg("var/lib/dpkg/info/libc6:amd64.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/libc.so.6\n"),
		}},
		{CreatedBy: "RUN apt-get update # buildkit", Files: []File{Random("var/lib/apt/lists", 210_000, 3)}},
		Step(`CMD ["bash"]`),
		Step("ENV NODE_ENV=production"),
		{CreatedBy: "COPY . /app # buildkit", Files: []File{Dir("app", 0o755), Reg("app/token.txt", "token = "+plantedToken+"\n"), Random("app/server.js", 240_000, 7)}},
		{CreatedBy: "RUN make # buildkit", Files: []File{Random("usr/libssl.so.3", 610_000, 9)}},
	}}, nil)
	for i := range img.Config.History {
		if i >= 3 {
			img.Config.History[i].Created.Time = Epoch.Add(48 * time.Hour)
		}
	}
	if named {
		doc := map[string]any{"schemaVersion": 2, "annotations": map[string]string{"org.opencontainers.image.base.name": "debian:12"}}
		img.RawManifest, _ = json.Marshal(doc)
	}
	return img
}

// The base image parts the layers, and its line is one to go to.
func TestBase(t *testing.T) {
	for name, named := range map[string]bool{"named": true, "guessed": false} {
		t.Run(name, func(t *testing.T) {
			each(t, append(sizes, [2]int{200, 50}), func(t *testing.T, w, h int) {
				x := start(t, searchedDemo(t, onBase(t, named)), w, h)
				x.until("waste")
				x.keys("end", "up", "up", "up")
				golden(t, x.until("base image · by size"))
			})
		})
	}
}

func TestBaseInImage(t *testing.T) {
	x := start(t, searchedDemo(t, onBase(t, true)), 80, 40)
	x.until("waste")
	x.keys("shift+tab", "z", "pgdown")
	golden(t, x.until("Base "))
}

func TestBaseInHistory(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := start(t, searchedDemo(t, onBase(t, true)), w, h)
		x.until("waste")
		x.keys("4")
		golden(t, x.until("newest first"))
	})
}

func TestBaseInFindings(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := start(t, searchedDemo(t, onBase(t, true)), w, h)
		x.until("waste")
		x.keys("2", "f")
		x.lit("base:yes")
		x.keys("enter", "i")
		golden(t, x.until("From"))
	})
}

// Filters tell the base from what is on top, in both lists.
func TestBaseFilter(t *testing.T) {
	m := opened(t, searchedDemo(t, onBase(t, true)), 140, 40)
	for _, test := range []struct {
		line           string
		files, finding int
		err            string
	}{
		{"base:yes", 6, 1, ""},
		{"base:no", 3, 1, ""},
		{"!base:yes", 3, 1, ""},
		{"base=yes *.txt", 1, 1, ""},
		{"base:maybe", -1, -1, "base:yes or base:no"},
		{"base>1", -1, -1, "base:yes or base:no"},
		{"base:", -1, -1, "needs a value"},
	} {
		m.explore().tree.SetFilter("")
		m.finds().SetFilter("")
		m.explore().tree.SetFilter(test.line)
		m.finds().SetFilter(test.line)
		if !strings.Contains(m.explore().tree.errText, test.err) || (test.err == "") != (m.explore().tree.errText == "") || m.finds().errText != m.explore().tree.errText {
			t.Errorf("%s: error %q and %q", test.line, m.explore().tree.errText, m.finds().errText)
		}
		if test.err == "" && (m.explore().tree.list.matches != test.files || len(m.finds().rows) != test.finding) {
			t.Errorf("%s: %d files and %d findings, want %d and %d", test.line, m.explore().tree.list.matches, len(m.finds().rows), test.files, test.finding)
		}
	}
	m = opened(t, searchedDemo(t, image(t, demo(), nil)), 80, 24)
	for _, line := range []string{"base:yes", "base:no", "!base:no"} {
		if m.explore().tree.SetFilter(line); m.explore().tree.errText == "" {
			t.Errorf("%s is taken where the base is not known", line)
		}
	}
}

// [ and ] pass the base's line by, and what shows layers still finds them.
func TestBaseLineIsNoLayer(t *testing.T) {
	m := opened(t, searchedDemo(t, onBase(t, true)), 140, 40)
	var at []int
	for range 6 {
		m.Update(press("["))
		at = append(at, m.explore().layers.Selected().layer)
	}
	for i, want := range []int{3, 2, 1, 0, 0, 0} {
		if at[i] != want {
			t.Fatalf("[ went to layers %v", at)
		}
	}
	rows := map[rowKind]int{}
	for _, l := range m.explore().layers.lines {
		rows[l.kind]++
	}
	if rows[baseRow] != 1 || rows[layerRow] != 4 || rows[stepRow] != 2 || m.explore().layers.lines[4].kind != baseRow {
		t.Errorf("the lines are %v", m.explore().layers.lines)
	}
	m.explore().layers.scroll.cursor = 4
	if _, cmd := m.Update(press("y")); cmd == nil || !strings.Contains(m.notice, "name") {
		t.Errorf("y says %q", m.notice)
	}
}

// Whatever is not known of a base makes no line, or one at its last layer.
func TestWhereTheBaseEnds(t *testing.T) {
	steps := []layerLine{{layerRow, 0, 0}, {stepRow, 0, 1}, {layerRow, 1, 2}, {stepRow, 1, 3}}
	for _, test := range []struct {
		layers, steps, want int
	}{{-1, -1, -1}, {0, 0, -1}, {1, 2, 2}, {1, -1, 1}, {2, -1, 3}, {2, 4, 4}, {2, 9, 3}} {
		a := &analyzer.Analysis{Base: &analyzer.BaseImage{Layers: test.layers, Steps: test.steps}}
		got := -1
		for i, l := range withBase(append([]layerLine{}, steps...), a) {
			if l.kind == baseRow {
				got = i
			}
		}
		if got != test.want {
			t.Errorf("%d layers, %d steps: the line is at %d, want %d", test.layers, test.steps, got, test.want)
		}
	}
}
