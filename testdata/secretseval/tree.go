package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/source/layer"
)

// tree counts the findings in a directory that holds no secrets, and the CPU
// they cost.
func tree(s *secrets.Scanner, dir, binary string, verbose bool) error {
	w := walker{s: s, in: s.Begin(), idx: new(layer.Index)}
	if err := w.add(dir, ""); err != nil {
		return err
	}
	w.print(dir, verbose)
	if binary == "" {
		return nil
	}
	return theirs(binary, dir, float64(w.bytes)/1e9)
}

// moduleCache does the same for the modules of go.mod, but for those of scanners,
// whose tests are full of samples.
func moduleCache(s *secrets.Scanner, verbose bool) error {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}} {{.Path}}@{{.Version}}", "all").Output()
	if err != nil {
		return fmt.Errorf("listing modules: %w", err)
	}
	w := walker{s: s, in: s.Begin(), idx: new(layer.Index)}
	for line := range strings.Lines(string(out)) {
		dir, name, ok := strings.Cut(strings.TrimSpace(line), " ")
		if !ok || dir == "" || strings.HasSuffix(name, "@") || strings.Contains(name, "leaks") {
			continue
		}
		if err := w.add(dir, name); err != nil {
			return err
		}
	}
	w.print("Go modules", verbose)
	return nil
}

// walker shows directories to the scanner as if they were a layer.
type walker struct {
	s     *secrets.Scanner
	in    layer.LayerInspector
	idx   *layer.Index
	bytes int64
	used  time.Duration // CPU of the scanner, without reading and hashing
}

func (w *walker) print(title string, verbose bool) {
	w.idx.SetFacts(secrets.FactsName, w.in.Facts())
	list := w.s.Assemble(secrets.Image{Layers: []*layer.Index{w.idx}, Base: secrets.NoBase}).Findings
	per := func(n int) float64 { return float64(n) / (float64(w.bytes) / 1e8) }
	all, medium := real(list), finding.Count(list, finding.Medium)
	fmt.Printf("%s: %.1f MB\n  peel      %4d findings  %6.1f per 100 MB; medium or graver %4d, %6.1f per 100 MB;  %6.1f MB per CPU second\n",
		title, float64(w.bytes)/1e6, all, per(all), medium, per(medium), float64(w.bytes)/1e6/w.used.Seconds())
	if !verbose {
		return
	}
	for _, f := range list {
		if f.Severity > finding.Info {
			fmt.Printf("      %s %-8s %-28s %s:%d %s\n", f.ID, f.Severity, f.Title, f.Path, f.Line, f.Match)
		}
	}
}

func theirs(binary, dir string, gb float64) error {
	report := filepath.Join(os.TempDir(), fmt.Sprintf("secretseval-%d.report", os.Getpid()))
	defer os.Remove(report)
	start := cpu(children)
	cmd := exec.Command(binary, "dir", dir, "--no-banner", "--exit-code", "0", "-l", "error", "-f", "json", "-r", report)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running gitleaks: %w: %s", err, out)
	}
	used := cpu(children) - start
	b, err := os.ReadFile(report)
	if err != nil {
		return err
	}
	var list []struct{}
	if err := json.Unmarshal(b, &list); err != nil {
		return fmt.Errorf("reading gitleaks' report: %w", err)
	}
	fmt.Printf("  gitleaks  %4d findings  %6.1f per 100 MB  %6.1f MB per CPU second\n", len(list), float64(len(list))/gb/10, gb*1e3/used.Seconds())
	return nil
}

// add shows a directory, whose files get a prefix.
func (w *walker) add(dir, prefix string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // what cannot be read is not measured
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || len(b) == 0 {
			return nil //nolint:nilerr // as above
		}
		e := layer.Entry{Path: filepath.ToSlash(filepath.Join(prefix, rel)), Size: int64(len(b)), Type: layer.Regular, Digest: sha256.Sum256(b), Kind: layer.Sniff(b[:min(len(b), layer.SniffLen)])}
		w.bytes += e.Size
		w.idx.Entries = append(w.idx.Entries, e)
		start := cpu(self)
		scanFile(w.in, len(w.idx.Entries)-1, &e, b)
		w.used += cpu(self) - start
		return nil
	})
}

// piece is what a layer shows of a file at once.
const piece = 64 << 10

func scanFile(in layer.LayerInspector, n int, e *layer.Entry, b []byte) {
	if !in.Open(n, e) {
		return
	}
	for len(b) > 0 {
		p := b[:min(len(b), piece)]
		in.Write(p)
		b = b[len(p):]
	}
	in.Close(n, e)
}
