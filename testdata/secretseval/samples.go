package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"

	"peel/analyzer/secrets"
)

// sample is a text that holds a secret, or seems to.
type sample struct {
	Rule     string
	Path     string
	Text     string
	Positive bool
}

// validate.go.txt takes the place of the generators' own validation.
//
//go:embed validate.go.txt
var recorder []byte

const module = "github.com/zricethezav/gitleaks/v8"

func load(keep string) ([]sample, error) {
	path := keep
	if keep == "" {
		path = filepath.Join(os.TempDir(), fmt.Sprintf("secretseval-%d.json", os.Getpid()))
		defer os.Remove(path)
	}
	if _, err := os.Stat(path); err != nil {
		if err := generate(path); err != nil {
			return nil, err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []sample
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s sample
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return nil, fmt.Errorf("reading samples: %w", err)
		}
		list = append(list, s)
	}
	return list, lines.Err()
}

// generate runs the generators of the module in a copy of it.
func generate(out string) error {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	if err != nil {
		return fmt.Errorf("looking for %s: %w", module, err)
	}
	tmp, err := os.MkdirTemp("", "secretseval-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	if err := copyTree(tmp, strings.TrimSpace(string(dir))); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(tmp, "cmd/generate/config/utils/validate.go"), recorder, 0o600); err != nil {
		return err
	}
	cmd := exec.Command("go", "run", "-mod=mod", ".", filepath.Join(tmp, "out.toml"))
	cmd.Dir, cmd.Stderr = filepath.Join(tmp, "cmd/generate/config"), os.Stderr
	cmd.Env = append(os.Environ(), "SAMPLES="+out, "GOFLAGS=")
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("running the generators: %w", err)
	}
	return nil
}

func copyTree(to, from string) error {
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" {
				return fs.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), b, 0o600)
	})
}

type score struct{ hit, all int }

func (s score) String() string {
	return fmt.Sprintf("%5d of %5d  %5.1f %%", s.hit, s.all, 100*float64(s.hit)/float64(max(s.all, 1)))
}

func evaluate(s *secrets.Scanner, list []sample, verbose bool) {
	var pos, neg score
	missed, wrong := map[string][]string{}, map[string][]string{}
	for _, m := range list {
		n := real(s.Scan(m.Path, []byte(m.Text)))
		side, bad, kind := &neg, n > 0, wrong
		if m.Positive {
			side, bad, kind = &pos, n == 0, missed
		}
		side.all++
		if n > 0 {
			side.hit++
		}
		if bad {
			kind[m.Rule] = append(kind[m.Rule], m.Text)
		}
	}
	fmt.Printf("samples of gitleaks' rule generators\n  positives found        %v\n  false positives found  %v\n", pos, neg)
	if verbose {
		show("missed", missed)
		show("wrongly found", wrong)
	}
}

func show(title string, byRule map[string][]string) {
	var rules []string
	for r := range byRule {
		rules = append(rules, r)
	}
	sort.Slice(rules, func(i, j int) bool { return len(byRule[rules[i]]) > len(byRule[rules[j]]) })
	for _, r := range rules {
		fmt.Printf("  %s %4d  %s\n", title, len(byRule[r]), r)
		for _, text := range byRule[r][:min(3, len(byRule[r]))] {
			fmt.Printf("      %.140q\n", text)
		}
	}
}
