package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/source/layer"
)

// tree counts the findings in a directory that holds no secrets, and the CPU
// they cost.
func tree(s *secrets.Scanner, dir, binary string, verbose bool) error {
	list, bytes, used, err := scanTree(s, dir)
	if err != nil {
		return err
	}
	gb := float64(bytes) / 1e9
	fmt.Printf("%s: %.1f MB\n  peel      %4d findings  %6.1f per GB  %6.1f MB per CPU second\n",
		dir, gb*1e3, real(list), float64(real(list))/gb, gb*1e3/used.Seconds())
	if verbose {
		for _, f := range list {
			if f.Severity > finding.Info {
				fmt.Printf("      %s %-6s %-28s %s:%d %s\n", f.ID, f.Severity, f.Title, f.Path, f.Line, f.Match)
			}
		}
	}
	if binary == "" {
		return nil
	}
	return theirs(binary, dir, gb)
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
	fmt.Printf("  gitleaks  %4d findings  %6.1f per GB  %6.1f MB per CPU second\n", len(list), float64(len(list))/gb, gb*1e3/used.Seconds())
	return nil
}

// scanTree shows a directory to the scanner as if it were a layer. The CPU is
// that of the scanner, without reading and hashing.
func scanTree(s *secrets.Scanner, dir string) (list []finding.Finding, bytes int64, used time.Duration, err error) {
	in := s.Begin()
	idx := new(layer.Index)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
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
		e := layer.Entry{Path: filepath.ToSlash(rel), Size: int64(len(b)), Type: layer.Regular, Digest: sha256.Sum256(b), Kind: layer.Sniff(b[:min(len(b), layer.SniffLen)])}
		bytes += e.Size
		idx.Entries = append(idx.Entries, e)
		start := cpu(self)
		scanFile(in, len(idx.Entries)-1, &e, b)
		used += cpu(self) - start
		return nil
	})
	idx.SetFacts(secrets.FactsName, in.Facts())
	return s.Assemble(secrets.Image{Layers: []*layer.Index{idx}, Base: secrets.NoBase}).Findings, bytes, used, err
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
