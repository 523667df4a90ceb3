package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/source/layer"
)

// tree counts the findings in a directory that holds no secrets, and the CPU
// they cost.
func tree(s *secrets.Scanner, dir, binary string, verbose bool) error {
	start := cpu(syscall.RUSAGE_SELF)
	list, bytes, err := scanTree(s, dir)
	if err != nil {
		return err
	}
	used := cpu(syscall.RUSAGE_SELF) - start
	gb := float64(bytes) / 1e9
	fmt.Printf("%s: %.1f MB\n  peel      %4d findings  %6.1f per GB  %6.1f MB per CPU second, reading and hashing included\n",
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
	start := cpu(syscall.RUSAGE_CHILDREN)
	cmd := exec.Command(binary, "dir", dir, "--no-banner", "--exit-code", "0", "-l", "error", "-f", "json", "-r", report)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("running gitleaks: %w: %s", err, out)
	}
	used := cpu(syscall.RUSAGE_CHILDREN) - start
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

func cpu(who int) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// scanTree shows a directory to the scanner as if it were a layer.
func scanTree(s *secrets.Scanner, dir string) (list []finding.Finding, bytes int64, err error) {
	in := s.Begin()
	idx := new(layer.Index)
	buf := make([]byte, 64<<10)
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return nil //nolint:nilerr // what cannot be read is not measured
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		n, err := scanFile(in, idx, path, rel, buf)
		bytes += n
		return err
	})
	idx.Results = append(idx.Results, in.Result())
	return s.Assemble(secrets.Image{Layers: []*layer.Index{idx}, Base: -1}).Findings, bytes, err
}

func scanFile(in layer.LayerInspector, idx *layer.Index, path, rel string, buf []byte) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, nil //nolint:nilerr // as above
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	e := layer.Entry{Path: filepath.ToSlash(rel), Size: info.Size(), Type: layer.Regular}
	if e.Size == 0 || !in.Open(len(idx.Entries), &e) {
		return 0, nil
	}
	h := sha256.New()
	var size int64
	for {
		n, err := f.Read(buf)
		if n > 0 {
			if size == 0 {
				e.Kind = layer.Sniff(buf[:min(n, layer.SniffLen)])
			}
			h.Write(buf[:n])
			in.Write(buf[:n])
			size += int64(n)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return size, err
		}
	}
	h.Sum(e.Digest[:0])
	idx.Entries = append(idx.Entries, e)
	in.Close(len(idx.Entries)-1, &idx.Entries[len(idx.Entries)-1])
	return size, nil
}
