package evidence

import (
	"bytes"
	"debug/elf"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The headers of this machine's programs are read as debug/elf reads them.
func TestELFLikeTheLibrary(t *testing.T) {
	var programs []string
	for _, dir := range []string{"/usr/bin", "/bin"} {
		found, _ := filepath.Glob(dir + "/*")
		programs = append(programs, found...)
	}
	compared := 0
	for _, name := range programs {
		if compared == 100 {
			break
		}
		want, err := elf.Open(name)
		if err != nil {
			continue
		}
		compared++
		sameELF(t, name, want)
		want.Close()
	}
	if compared == 0 {
		t.Log("this machine has no ELF programs")
	}
}

func sameELF(t *testing.T, name string, want *elf.File) {
	f, err := os.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, headLen))
	if err != nil {
		return
	}
	got := parseELF(head)
	if got == nil || got.Machine != want.Machine || got.Class != want.Class || got.Type != want.Type {
		t.Errorf("%s: %+v, want %v", name, got, want.FileHeader)
		return
	}
	interp := ""
	for _, p := range want.Progs {
		if p.Type == elf.PT_INTERP {
			b, _ := io.ReadAll(p.Open())
			interp = strings.TrimRight(string(b), "\x00")
		}
	}
	if got.Interp != interp && !got.InterpUnknown {
		t.Errorf("%s: loader %q, want %q", name, got.Interp, interp)
	}
}

func FuzzELF(f *testing.F) {
	f.Add([]byte(elf.ELFMAG + "\x02\x01\x01" + strings.Repeat("\x00", 200)))
	f.Add([]byte(elf.ELFMAG + "\x01\x02\x01" + strings.Repeat("\xff", 200)))
	f.Fuzz(func(t *testing.T, head []byte) {
		if e := parseELF(head); e != nil && len(e.Interp) > len(head) {
			t.Errorf("the loader is longer than the file: %+v", e)
		}
	})
}

// Whatever stands in the second field of a line, a long hash does not get by.
func FuzzHideHashes(f *testing.F) {
	f.Add("root:$6$salt$hash:1::::::\nbin:*:1\napp::1\nx")
	f.Fuzz(func(t *testing.T, text string) {
		out := hideHashes([]byte(text))
		for line := range bytes.Lines(out) {
			_, rest, _ := bytes.Cut(line, []byte(":"))
			field, _, _ := bytes.Cut(rest, []byte(":"))
			if len(bytes.TrimSpace(field)) > len("yescrypt") {
				t.Errorf("%q gives %q", text, line)
			}
		}
		parsePasswd(out)
		parseShadow(out)
		parseGroup([]byte(text))
	})
}

func TestScheme(t *testing.T) {
	for hash, want := range map[string]string{
		"": "", "x": "x", "*": "locked", "!": "locked", "!!": "locked", "*LK*": "locked", "!$6$a$b": "locked", "abcdefghijklm": "des",
		"$1$a$b": "md5", "$6$a$b": "sha512", "$y$j9T$a$b": "yescrypt", "$2b$12$x": "bcrypt", "_J9..rasm": "bsdi", "NP": "locked", "$argon2id$": "other",
	} {
		if got := scheme(hash); got != want {
			t.Errorf("%q is %q, want %q", hash, got, want)
		}
	}
}
