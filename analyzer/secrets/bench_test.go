package secrets

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// corpus is text that any machine with Go has, or what PEEL_BENCH_TEXT names.
func corpus(b *testing.B, limit int) [][]byte {
	root := os.Getenv("PEEL_BENCH_TEXT")
	if root == "" {
		out, err := exec.Command("go", "env", "GOROOT").Output()
		if err != nil {
			b.Skip("there is no Go whose sources could be scanned")
		}
		root = filepath.Join(strings.TrimSpace(string(out)), "src")
	}
	var files [][]byte
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && limit > 0 {
			if f, err := os.ReadFile(path); err == nil {
				files = append(files, f)
				limit -= len(f)
			}
		}
		return nil
	})
	return files
}

// BenchmarkText scans source text, each file for itself, without hashing.
func BenchmarkText(b *testing.B) {
	files := corpus(b, 64<<20)
	s, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	size := 0
	for _, f := range files {
		size += len(f)
	}
	b.SetBytes(int64(size))
	st := newStream(s)
	for b.Loop() {
		n := 0
		for _, f := range files {
			st.reset(f[:min(len(f), 512)])
			st.write(f)
			if c := st.finish(); c != nil {
				n += len(c.matches)
			}
		}
		b.ReportMetric(float64(n), "matches")
	}
}

// BenchmarkBinary scans the test binary itself.
func BenchmarkBinary(b *testing.B) {
	exe, err := os.ReadFile(os.Args[0])
	if err != nil || !strings.HasPrefix(string(exe), "\x7fELF") {
		b.Skip(err)
	}
	s, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(exe)))
	st := newStream(s)
	for b.Loop() {
		st.reset(exe[:512])
		st.write(exe)
		st.finish()
	}
}

// BenchmarkWide is what looking for 16-bit strings costs: of the test binary,
// which has hardly any, and of one that consists of them.
func BenchmarkWide(b *testing.B) {
	exe, err := os.ReadFile(os.Args[0])
	if err != nil {
		b.Skip(err)
	}
	wide := make([]byte, 0, 8<<20)
	for _, c := range exe[:4<<20] {
		if !isText(c) {
			c = 'a' + c%26
		}
		wide = append(wide, c, 0)
	}
	s, err := New(Options{})
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string][]byte{"program": exe, "strings": wide} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			st := newStream(s)
			st.reset([]byte{0})
			for b.Loop() {
				st.text.found = st.text.found[:0]
				st.text.wide(text, 0, len(text))
			}
		})
	}
}
