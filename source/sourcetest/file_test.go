package sourcetest_test

import (
	"archive/tar"
	"bytes"
	"io"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	. "peel/source/sourcetest"
)

func TestHostileNames(t *testing.T) {
	for _, n := range []string{
		"../../etc/passwd", "/absolute", "a//b/./c", "esc\x1b[31m", "bad\xff\xfeutf8",
		"new\nline", "bidi\u202etxt", strings.Repeat("long/", 800) + "f", "",
	} {
		b, err := Tar(Reg("x", "y").Name(n))
		if err != nil {
			t.Errorf("%.20q: %v", n, err)
			continue
		}
		hdr, err := tar.NewReader(bytes.NewReader(b)).Next()
		if err != nil {
			t.Errorf("%.20q: %v", n, err)
			continue
		}
		if hdr.Name != n {
			t.Errorf("%.20q became %.20q", n, hdr.Name)
		}
	}
}

func TestFileKinds(t *testing.T) {
	b, err := Tar(
		GlobalHeader(map[string]string{"comment": "c0ffee"}),
		Dir("d", 0o1777),
		Reg("d/f", "x").Mode(0o4755).Owner(1000, 3_000_000).Xattr("user.a", "1").OwnerNames("u", "g"),
		Char("dev/null", 1, 3), Block("dev/sda", 8, 0), Fifo("pipe"),
		Whiteout("a/b"), Whiteout("c"), Whiteout("dir/"), Opaque("d"),
	)
	if err != nil {
		t.Fatal(err)
	}
	all := headers(t, b)
	for _, n := range []string{"d/", "dev/null", "dev/sda", "pipe", "a/.wh.b", ".wh.c", ".wh.dir", "d/.wh..wh..opq"} {
		if all[n] == nil {
			t.Errorf("no %s", n)
		}
	}
	f := all["d/f"]
	if f.Mode != 0o4755 || f.Uid != 1000 || f.Gid != 3_000_000 || f.PAXRecords["SCHILY.xattr.user.a"] != "1" {
		t.Errorf("tweaks are lost: %+v", f)
	}
}

func TestEscapeHatches(t *testing.T) {
	claimed := v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}
	img, err := V1(Image{
		Layers: []Layer{
			{Tar: []byte("no tar"), Compression: Gzip},
			{Blob: []byte("no gzip"), Compression: Gzip, DiffID: claimed},
			{NoHistory: true},
		},
		Config: func(c *v1.ConfigFile) { c.Config.User = "nobody" },
	})
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.History) != 2 || cfg.RootFS.DiffIDs[1] != claimed || cfg.Config.User != "nobody" {
		t.Errorf("config %+v", cfg)
	}
	layers, err := img.Layers()
	if err != nil {
		t.Fatal(err)
	}
	rc, err := layers[1].Compressed()
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(rc); string(b) != "no gzip" {
		t.Errorf("blob %q", b)
	}
}
