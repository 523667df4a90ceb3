package structured

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestZZ(t *testing.T) {
	root := os.Getenv("ZZROOT")
	if root == "" {
		t.Skip()
	}
	var files, wanted int
	var bytes int64
	var d time.Duration
	for _, r := range strings.Fields(root) {
		filepath.WalkDir(r, func(p string, e fs.DirEntry, err error) error {
			if err != nil {
				return nil
			}
			if e.IsDir() {
				if p == "/proc" || p == "/sys" || p == "/dev" || strings.HasPrefix(p, "/work") || strings.HasPrefix(p, "/tmp") {
					return fs.SkipDir
				}
				return nil
			}
			if !e.Type().IsRegular() {
				return nil
			}
			files++
			named := Wants(p)
			fh, err := os.Open(p)
			if err != nil {
				return nil
			}
			defer fh.Close()
			head := make([]byte, 512)
			n, _ := fh.Read(head)
			if !named && !WantsContent(head[:n]) {
				return nil
			}
			b, err := os.ReadFile(p)
			if err != nil || len(b) > MaxFile {
				return nil
			}
			wanted++
			bytes += int64(len(b))
			s := time.Now()
			hits := Parse(p, b)
			d += time.Since(s)
			for _, h := range hits {
				v := h.Value
				if len(v) > 60 {
					v = v[:60]
				}
				fmt.Printf("%s %s %s %s:%d %q %q [%s]\n", h.ID, h.Severity, h.Confidence, p, h.Line, h.Title, v, h.Reason)
			}
			return nil
		})
	}
	fmt.Println("files", files, "wanted", wanted, "bytes", bytes, "time", d)
}
