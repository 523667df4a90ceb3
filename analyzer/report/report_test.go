package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"peel/analyzer/report"
)

var update = flag.Bool("update", false, "write the goldens")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(got, want) {
		return
	}
	g, w := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := 0; i < max(len(g), len(w)); i++ {
		if i >= len(g) || i >= len(w) || g[i] != w[i] {
			t.Errorf("%s differs at line %d; -update writes it anew\n%s", path, i+1, got)
			return
		}
	}
}

func toJSON(t testing.TB, r *report.Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := report.WriteJSON(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func toText(t testing.TB, r *report.Report, opts report.TextOptions) string {
	t.Helper()
	var b strings.Builder
	if err := report.WriteText(&b, r, opts); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func toCI(t testing.TB, r *report.Report) string {
	t.Helper()
	var b strings.Builder
	if err := report.WriteCI(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestCILines guards what a log asks of its lines: the verdict first, no escape
// sequences, and lines that can be told apart by how they begin.
func TestCILines(t *testing.T) {
	for _, c := range cases {
		lines := strings.Split(strings.TrimSuffix(toCI(t, c.build(t)), "\n"), "\n")
		if word, _, _ := strings.Cut(lines[0], " "); !slices.Contains([]string{"PASS", "FAIL", "UNKNOWN", "READ"}, word) {
			t.Errorf("%s begins with %q", c.name, lines[0])
		}
		if len(lines) > 60 {
			t.Errorf("%s: %d lines", c.name, len(lines))
		}
		for _, l := range lines {
			if strings.ContainsFunc(l, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("%s: %q", c.name, l)
			}
		}
	}
}

func TestGoldens(t *testing.T) {
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := c.build(t)
			golden(t, c.name+".json", toJSON(t, r))
			golden(t, c.name+".txt", []byte(toText(t, r, report.TextOptions{})))
			golden(t, c.name+".verbose.txt", []byte(toText(t, r, report.TextOptions{Verbose: true})))
			golden(t, c.name+".ci.txt", []byte(toCI(t, r)))
		})
	}
}

// Guards the row by row writer against encoding/json.
func TestJSONIsWhatTheEncoderWrites(t *testing.T) {
	for _, c := range cases {
		r := c.build(t)
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
		if got := toJSON(t, r); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, want.Bytes())
		}
	}
}

func TestJSONKeepsPathsApart(t *testing.T) {
	out := string(toJSON(t, cases[0].build(t)))
	for _, want := range []string{`"/caf\\xe9"`, `"/caf\\x5cxe9"`, `"/re\u001b[31md`, "<hello&bye>"} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

func TestTextIsSafeAndPlain(t *testing.T) {
	for _, c := range cases {
		out := toText(t, c.build(t), report.TextOptions{})
		if !utf8.ValidString(out) {
			t.Errorf("%s is not UTF-8", c.name)
		}
		for _, r := range out {
			if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) || r >= 0x2500 && r < 0x2600 {
				t.Errorf("%s holds %U", c.name, r)
			}
		}
		for line := range strings.SplitSeq(out, "\n") {
			if n := utf8.RuneCountInString(line); n > 100 && strings.Contains(strings.TrimSpace(line), " ") {
				t.Errorf("%s: a line has %d columns: %s", c.name, n, line)
			}
			if strings.TrimRight(line, " ") != line {
				t.Errorf("%s: a line ends in spaces: %q", c.name, line)
			}
		}
	}
}

func TestPartialIsSaidFirst(t *testing.T) {
	for _, c := range cases {
		r := c.build(t)
		out := toText(t, r, report.TextOptions{})
		if got := strings.HasPrefix(out, "This report is partial"); got != r.Partial {
			t.Errorf("%s: partial %v, said %v", c.name, r.Partial, got)
		}
		if r.Partial && !strings.Contains(out, "Waste at least") {
			t.Errorf("%s: the sums do not say at least:\n%s", c.name, out)
		}
		if r.Partial && (r.Image.Efficiency != nil || r.Image.UserWastedPercent != nil) {
			t.Errorf("%s: gives ratios that nobody knows", c.name)
		}
	}
}

func TestTextOptions(t *testing.T) {
	r := cases[0].build(t)
	out := toText(t, r, report.TextOptions{Causes: 1, Paths: 1, Width: 60})
	for _, want := range []string{"Cause 1 of", "causes more with"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "Cause 2 of") {
		t.Errorf("more than one cause in\n%s", out)
	}
}

// A reading that is stopped leaves layers that were read above ones that were not.
func TestTextOfALayerThatIsNotMerged(t *testing.T) {
	r := cases[0].build(t)
	r.Layers[2] = report.Layer{Index: 2, State: "read"}
	if out := toText(t, r, report.TextOptions{}); !strings.Contains(out, "Layer 3 of 4. Read, but not looked at") {
		t.Errorf("got\n%s", out)
	}
}

type brokenWriter struct{}

var errFull = errors.New("disk full")

func (brokenWriter) Write([]byte) (int, error) { return 0, errFull }

func TestWriteErrorsAreReported(t *testing.T) {
	r := cases[0].build(t)
	if err := report.WriteJSON(brokenWriter{}, r); !errors.Is(err, errFull) {
		t.Errorf("WriteJSON: %v", err)
	}
	if err := report.WriteText(brokenWriter{}, r, report.TextOptions{}); !errors.Is(err, errFull) {
		t.Errorf("WriteText: %v", err)
	}
}

// 100,000 rows of waste: 12 MB of JSON.
func BenchmarkWriteJSON(b *testing.B) {
	r := cases[0].build(b)
	for i := range 100_000 {
		r.Waste = append(r.Waste, report.Waste{Path: fmt.Sprintf("/usr/share/doc/package-%d/copyright", i), Bytes: 100, Reason: "deleted", KilledBy: 1})
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := report.WriteJSON(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	}
}
