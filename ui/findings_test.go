package ui

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"peel/analyzer"
	"peel/analyzer/check"
	"peel/analyzer/metadata"
	"peel/analyzer/secrets"
	"peel/source"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

var scanner = sync.OnceValues(func() (*secrets.Scanner, error) { return secrets.New(secrets.Options{}) })

// searchingFor opens an image, and looks for secrets in it and for what else the
// families check.
func searchingFor(t testing.TB, ref string, families ...check.Family) Options {
	t.Helper()
	s, err := scanner()
	if err != nil {
		t.Fatal(err)
	}
	how := analyzer.Options{Live: true, Parallel: 8, Secrets: s, Checks: families, RequiredLabels: metadata.DefaultRequired}
	scan := layer.Options{Inspectors: how.Inspectors()}
	return Options{
		Reference: ref,
		Open: func(ctx context.Context) (*source.Image, error) {
			return source.Open(ctx, ref, source.Options{Scan: scan})
		},
		Analyze: func(ctx context.Context, img *source.Image) *analyzer.Session {
			return analyzer.Start(ctx, img, how)
		},
	}
}

// searched shows an image made for a test, with its secrets looked for.
func searchedDemo(t testing.TB, img *source.Image) Options {
	o := searchingFor(t, "acme/api:2.4")
	o.Open = opens(img)
	return o
}

// archived writes an image as docker save does.
func archived(t testing.TB, desc Image) string {
	t.Helper()
	var b bytes.Buffer
	if err := DockerArchive25(&b, desc); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// plantedImage is the one with a token everywhere.
func plantedImage(t testing.TB) Options {
	o := searchingFor(t, archived(t, planted(plantedToken)))
	o.Reference = "planted.tar"
	return o
}

func TestFindings(t *testing.T) {
	each(t, append(sizes, [2]int{60, 20}, [2]int{200, 50}), func(t *testing.T, w, h int) {
		x := start(t, searchingFor(t, "sample:"), w, h)
		x.until("whole image")
		x.keys("2", "down")
		golden(t, x.until("by severity"))
	})
}

func TestFindingExplained(t *testing.T) {
	each(t, [][2]int{{80, 24}, {60, 20}}, func(t *testing.T, w, h int) {
		x := start(t, searchingFor(t, "sample:"), w, h)
		x.until("whole image")
		x.keys("2", "i", "pgdown")
		golden(t, x.until("finding 1 of"))
		x.keys("i")
		x.until("by severity")
	})
}

func TestFindingsASCII(t *testing.T) {
	o := searchingFor(t, "sample:")
	o.ASCII = true
	x := start(t, o, 80, 24)
	x.until("whole image")
	x.keys("2")
	s := x.until("by severity")
	golden(t, s)
	for _, r := range s {
		if r > 0x7e {
			t.Errorf("%q on an ASCII screen", r)
		}
	}
}

func TestFindingsInExplore(t *testing.T) {
	each(t, append(sizes, [2]int{60, 20}, [2]int{200, 50}), func(t *testing.T, w, h int) {
		x := start(t, searchingFor(t, "sample:"), w, h)
		x.until("whole image")
		x.keys("}", "down")
		x.until("up to layer 3")
		x.keys("/")
		x.lit(".env")
		x.keys("enter")
		x.until("i why")
		golden(t, x.until(".env"))
	})
}

func TestFindingsInHistory(t *testing.T) {
	x := start(t, plantedImage(t), 80, 24)
	x.until("whole image")
	x.keys("4", "down")
	golden(t, x.until("newest first"))
}

func TestNoFindings(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := start(t, searchedDemo(t, image(t, Image{Layers: []Layer{{CreatedBy: "COPY a /", Files: []File{Reg("a", "aaa")}}}}, nil)), w, h)
		x.until("whole image")
		x.keys("2")
		golden(t, x.until("0 findings from"))
	})
}

func TestFindingsOff(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("2")
	golden(t, x.until("Not looked for"))
	x.keys("}")
	x.until("2 tells how")
	x.keys("1", "}")
	x.until("2 tells how")
}

// While layers are read, the count grows, and the cursor stays on its finding.
func TestFindingsWhileReading(t *testing.T) {
	desc := Image{Layers: []Layer{
		{CreatedBy: "COPY . /", Files: []File{Reg("b/.netrc", "machine example.org login bob password tr0ub4dor3xyzzy\n")}},
		{CreatedBy: "COPY a /", Compression: Gzip, Files: []File{Random("filler", 400_000, 1), Reg("a/token", "token = "+plantedToken+"\n")}},
	}}
	g, c := newGate(), new(clock)
	o := searchedDemo(t, image(t, desc, g, 1))
	o.Now = c.now
	x := start(t, o, 80, 24)
	x.until("0/2")
	x.keys("2")
	golden(t, x.until("0 findings so far"))
	x.keys("1")
	close(g.first)
	x.until("1/2")
	x.keys("2", "z", "z")
	x.until("1 finding so far")
	x.keys("end")
	close(g.rest)
	s := x.until("2 findings")
	for _, l := range strings.Split(s, "\n") {
		if strings.Contains(l, "▸") && !strings.Contains(l, ".netrc") {
			t.Errorf("the cursor left its finding:\n%s", s)
		}
	}
}

// What could not be read may hold more.
func TestFindingsOfAPart(t *testing.T) {
	desc := Image{Layers: []Layer{
		{CreatedBy: "COPY . /", Files: []File{Reg("b/.netrc", "machine example.org login bob password tr0ub4dor3xyzzy\n")}},
		{CreatedBy: "COPY a /", Files: []File{Reg("a", "x")}},
	}}
	img := image(t, desc, nil)
	img.Layers[1].Open = img.Layers[0].Open
	x := start(t, searchedDemo(t, img), 80, 24)
	x.until("✖")
	x.keys("2")
	golden(t, x.until("at least 1 finding"))
}

// Enter goes to the file in the layer that holds it, though a later one deleted
// it, and esc comes back to the same finding.
func TestFindingAndBack(t *testing.T) {
	x := start(t, searchingFor(t, "sample:"), 80, 24)
	x.until("whole image")
	x.keys("2", "down", "down")
	before := x.until("▸▲ URL with a password")
	x.keys("enter")
	s := x.until("up to layer 3")
	if !strings.Contains(s, "▸  300B") || !strings.Contains(s, ".env") {
		t.Errorf("the file is not selected:\n%s", s)
	}
	x.keys("down", "esc")
	if after := x.until("by severity"); after != before {
		t.Errorf("the screen was\n%sand is\n%s", before, after)
	}
	x.keys("esc")
	x.until("Instruction")
}

// The checks of all families are in one list, several files of one cause in one
// line of it.
func TestFindingsOfAllFamilies(t *testing.T) {
	each(t, append(sizes, [2]int{200, 50}), func(t *testing.T, w, h int) {
		all := slices.DeleteFunc(check.Families(), func(f check.Family) bool { return f.Name == secrets.Family.Name })
		x := start(t, searchingFor(t, "sample:", all...), w, h)
		x.until("whole image")
		x.keys("2")
		golden(t, x.until("P001"))
	})
}

// A filter that hides the file gives way.
func TestFindingBehindAFilter(t *testing.T) {
	x := start(t, searchingFor(t, "sample:"), 80, 24)
	x.until("whole image")
	x.keys("f")
	x.lit("*.nothing")
	x.keys("enter", "2", "enter")
	if s := x.until("up to layer 3"); !strings.Contains(s, "deploy_key.pem") {
		t.Errorf("the file is not shown:\n%s", s)
	}
}

// Findings that are in no file are gone to in the history or the documents.
func TestFindingsOutsideOfFiles(t *testing.T) {
	x := start(t, plantedImage(t), 100, 40)
	x.until("whole image")
	for place, want := range map[string]string{
		"config.Env?1*":       "config.config.Env[1]",
		"config.Labels*note*": `config.config.Labels.note`,
		"author !http":        "config.author",
		"Healthcheck":         "config.config.Healthcheck",
		"history?0*":          "newest first",
		"history*comm*":       "newest first",
		"config.Entrypoint":   "config.config.Entrypoint",
	} {
		x.keys("2", "f")
		x.lit(place)
		x.keys("enter", "enter")
		x.until(want)
		x.keys("esc")
		x.until("Esc clears it")
		x.keys("esc")
		x.until("by severity")
	}
}

// { and } go from finding to finding, from any view.
func TestStepThroughFindings(t *testing.T) {
	x := start(t, plantedImage(t), 100, 40)
	x.until("whole image")
	x.keys("}")
	x.until("finding 1 of")
	n := len(x.m.finds().rows)
	for range n + 2 {
		x.keys("}")
	}
	x.until("this is the last finding")
	for range n + 2 {
		x.keys("{")
	}
	x.until("this is the first finding")
	x.keys("2")
	x.until("by severity")
}

func TestFilterFindings(t *testing.T) {
	x := start(t, plantedImage(t), 80, 24)
	x.until("whole image")
	x.keys("2", "f")
	x.lit("S04* layer:2")
	golden(t, x.until("match"))
	x.keys("enter")
	x.until("Esc clears it")
	x.keys("esc", "/")
	x.lit("ONBUILD")
	x.until("1 of 1")
	x.keys("esc", "f")
	x.lit("nothing-like-it")
	x.keys("enter")
	x.until("No finding matches")
}

func TestFindingsMouse(t *testing.T) {
	x := start(t, searchingFor(t, "sample:"), 80, 24)
	x.until("whole image")
	clickAt(x, 16, 1)
	x.until("by severity")
	clickAt(x, 8, 5)
	x.until("▸✖ value of AWS")
	clickAt(x, 8, 5)
	x.until("up to layer 3")
}

// The orders agree with what they are named after.
func TestFindingOrders(t *testing.T) {
	x := start(t, plantedImage(t), 80, 24)
	x.until("whole image")
	x.keys("2", "s")
	x.until("by path")
	x.keys("s")
	x.until("by layer")
	x.keys("s")
	x.until("by check")
	x.quit()
	p := x.m.finds()
	for o := range findingOrders {
		p.order = o
		p.list()
		rows := p.inRows()
		if len(rows) != len(p.a.Findings) {
			t.Fatalf("by %s: %d rows of %d", o, len(rows), len(p.a.Findings))
		}
		for i := 1; i < len(rows); i++ {
			a, b := &p.a.Findings[rows[i-1]], &p.a.Findings[rows[i]]
			wrong := false
			switch o {
			case bySeverity:
				wrong = a.Severity < b.Severity
			case byPath:
				wrong = a.Path == "" && b.Path != "" || a.Path != "" && b.Path != "" && a.Path > b.Path
			case byLayer:
				wrong = a.Layer == nil && b.Layer != nil || a.Layer != nil && b.Layer != nil && *a.Layer > *b.Layer
			case byCheck:
				wrong = a.ID > b.ID
			}
			if wrong {
				t.Errorf("by %s: %s %s%s before %s %s%s", o, a.ID, a.Path, a.Where, b.ID, b.Path, b.Where)
			}
		}
	}
}
