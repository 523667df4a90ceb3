package bloat

import (
	"debug/elf"
	"go/build"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"peel/source/layer"
)

// look shows a file to a collector in pieces.
func look(content []byte, piece func() int) (symbols, bool) {
	in := Collector{}.Begin()
	e := &layer.Entry{Size: int64(len(content))}
	if in.Open(0, e) {
		for len(content) > 0 {
			n := min(piece(), len(content))
			in.Write(content[:n])
			content = content[n:]
		}
		in.Close(0, e)
	}
	s, ok := in.Facts().(*Symbols).files[0]
	return s, ok
}

// The programs and libraries of this machine hold as many symbols as debug/elf
// says, in whatever pieces they come.
func TestSymbolsLikeTheLibrary(t *testing.T) {
	var files []string
	for _, glob := range []string{build.Default.GOROOT + "/pkg/tool/*/*", build.Default.GOROOT + "/bin/*", "/usr/bin/[a-d]*", "/usr/lib/*/lib[a-c]*.so.*"} {
		found, _ := filepath.Glob(glob)
		files = append(files, found[:min(len(found), 60)]...)
	}
	compared, unstripped := 0, 0
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range files {
		f, err := elf.Open(name)
		if err != nil {
			continue
		}
		want := symbolsOf(f)
		f.Close()
		content, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		compared++
		if want.table > 0 {
			unstripped++
		}
		for _, piece := range []func() int{func() int { return 64 << 10 }, func() int { return 1 + r.IntN(5000) }, func() int { return 1 << 30 }} {
			if got, _ := look(content, piece); got != want {
				t.Errorf("%s: %+v, want %+v", name, got, want)
			}
		}
	}
	t.Logf("%d files, %d of them unstripped", compared, unstripped)
}

func symbolsOf(f *elf.File) (s symbols) {
	if f.Type != elf.ET_EXEC && f.Type != elf.ET_DYN {
		return s
	}
	for _, sect := range f.Sections {
		if sect.Type == elf.SHT_SYMTAB {
			s.table += int64(sect.FileSize + f.Sections[sect.Link].FileSize)
		}
		if sect.Flags&elf.SHF_ALLOC == 0 && isDebug(sect.Name) {
			s.debug += int64(sect.FileSize)
		}
	}
	return s
}

func FuzzSymbols(f *testing.F) {
	// A header whose two sections follow at once: a symbol table and names.
	seed := make([]byte, ehdr64+2*shdr64)
	copy(seed, elf.ELFMAG+"\x02\x01\x01")
	seed[16], seed[40], seed[58], seed[60], seed[62] = byte(elf.ET_DYN), ehdr64, shdr64, 2, 1
	seed[ehdr64+4], seed[ehdr64+24], seed[ehdr64+33] = byte(elf.SHT_SYMTAB), 200, 1
	seed[ehdr64+shdr64+4], seed[ehdr64+shdr64+24], seed[ehdr64+shdr64+32] = byte(elf.SHT_STRTAB), 250, 30
	f.Add(seed, uint16(100))
	f.Fuzz(func(t *testing.T, content []byte, piece uint16) {
		if len(content) < leastELF {
			content = append(content, make([]byte, leastELF-len(content))...)
		}
		s, _ := look(content, func() int { return int(piece) + 1 })
		if s.table < 0 || s.debug < 0 || s.table+s.debug > int64(len(content)) {
			t.Errorf("%d bytes hold %+v", len(content), s)
		}
		if whole, _ := look(content, func() int { return len(content) }); whole.table != s.table {
			t.Errorf("in pieces %+v, at once %+v", s, whole)
		}
	})
}

// BenchmarkCollector shows what looking at ELF files costs beside hashing them:
// compare MB/s with BenchmarkScan of source/layer.
func BenchmarkCollector(b *testing.B) {
	name, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	content, err := os.ReadFile(name)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		look(content, func() int { return 64 << 10 })
	}
}
