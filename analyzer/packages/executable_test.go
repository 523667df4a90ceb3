package packages

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSignatures guards the bytes by which programs are told that catalogers need
// not look into: syft must look for the same.
func TestSignatures(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anchore/syft").Output()
	if err != nil {
		t.Fatal(err)
	}
	source := func(name string) string {
		b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "syft", "pkg", "cataloger", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	_, bytesOf, _ := strings.Cut(source("internal/dotnet/bundle/bundle.go"), "var dotNetBundleSignature = [32]byte{")
	bytesOf, _, _ = strings.Cut(bytesOf, "\n}")
	digits := strings.NewReplacer("0x", "", ",", "", " ", "", "\t", "", "\n", "").Replace(bytesOf)
	if b, err := hex.DecodeString(digits); err != nil || !bytes.Equal(b, signatures["dotnet-deps-binary-cataloger"]) {
		t.Errorf(".NET: %x, %v", b, err)
	}
	if !strings.Contains(source("java/graalvm_native_image_cataloger.go"), `"`+string(signatures["graalvm-native-image-cataloger"])+`"`) {
		t.Error("GraalVM")
	}
	names := map[string]bool{}
	for _, c := range binaryCatalogers() {
		names[c.Name()] = true
	}
	for n := range signatures {
		if !names[n] {
			t.Errorf("%s is no cataloger", n)
		}
	}
}

// TestFind guards words that lie across the parts of a content.
func TestFind(t *testing.T) {
	words := map[string][]byte{"a": []byte("needle"), "b": []byte("other word"), "c": []byte("nowhere")}
	for _, hold := range []bool{true, false} {
		for _, at := range []int{0, 1, partSize - 3, partSize, 2*partSize + 13, 3*partSize - 6, maxHeld + partSize - 1} {
			b := make([]byte, max(3*partSize, at+6))
			copy(b[at:], "needle")
			p := packer{hold: hold}
			for c := range slices.Chunk(b, 1000) {
				p.write(c)
			}
			c := p.content(int64(len(b)))
			if got := c.find(words); !got["a"] || got["b"] || got["c"] {
				t.Errorf("held %v, at %d: %v", hold, at, got)
			}
			if got := c.packed().find(words); !got["a"] || got["b"] || got["c"] {
				t.Errorf("held %v, packed, at %d: %v", hold, at, got)
			}
		}
	}
}

// TestHeld guards that what is kept of a program does not change with the next.
func TestHeld(t *testing.T) {
	p := packer{hold: true}
	p.write([]byte("first"))
	c := p.content(5)
	kept, part := c.packed(), c.only([]span{{1, 4}})
	p.reset()
	p.hold = true
	p.write([]byte("other"))
	for _, x := range []struct {
		c    *content
		want string
	}{{kept, "first"}, {part, "\x00irs\x00"}} {
		b := make([]byte, 5)
		if _, err := x.c.open().ReadAt(b, 0); err != nil || string(b) != x.want {
			t.Errorf("%q, %v", b, err)
		}
	}
}
