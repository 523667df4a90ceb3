// Command benchimage writes the archive that the benchmarks read, and measures
// the programs that read it.
//
//	benchimage [-o FILE] [-layers gzip|plain] [-entries N] [-bytes N] [-deletions N]
//	benchimage -run [-n N] COMMAND [ARG…] [-- COMMAND [ARG…]]…
//
// The archive has the shape that docker save has had since version 25: five
// layers, in blobs/sha256, behind a manifest.json and an OCI index. Its files are
// real ones, taken from the machine at hand, so that sizes and compression are
// those of a real image. The path of the archive goes to standard output, the
// counts to standard error. An archive that is there already, made with the same
// parameters, is left alone.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// generation is part of an archive's parameters: raise it when the same
// parameters give another archive.
const generation = 1

// params decide what the archive holds.
type params struct {
	Generation int    `json:"generation"`
	Layers     string `json:"layers"` // "gzip" or "plain"
	Entries    int    `json:"entries"`
	Bytes      int64  `json:"bytes"` // of file contents, uncompressed
	Deletions  int    `json:"deletions"`
}

// record lies beside a finished archive and tells how it was made.
type record struct {
	Params params `json:"params"`
	Size   int64  `json:"size"` // of the archive
	Counts counts `json:"counts"`
}

func main() {
	p := params{Generation: generation}
	var out string
	var run bool
	var runs int
	flag.StringVar(&out, "o", "", "write the archive to `FILE` (default: named after the parameters, in the user's cache directory)")
	flag.StringVar(&p.Layers, "layers", "gzip", "keep layers as `gzip|plain`")
	flag.IntVar(&p.Entries, "entries", 98_000, "tar entries in all layers")
	flag.Int64Var(&p.Bytes, "bytes", 1_400_000_000, "bytes of file contents in all layers")
	flag.IntVar(&p.Deletions, "deletions", 4_000, "single files deleted in one layer")
	flag.BoolVar(&run, "run", false, "run the commands given, separated by --, and print what each costs")
	flag.IntVar(&runs, "n", 3, "with -run: runs of each command")
	flag.Parse()

	if run {
		code, err := compare(os.Stdout, runs, split(flag.Args()))
		if err != nil {
			fail(err)
		}
		os.Exit(code)
	}
	if err := generate(p, out); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "benchimage:", err)
	os.Exit(2)
}

func generate(p params, out string) error {
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if p.Layers != "gzip" && p.Layers != "plain" {
		return fmt.Errorf("-layers %q: want gzip or plain", p.Layers)
	}
	if out == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return fmt.Errorf("finding the cache directory: %w", err)
		}
		out = filepath.Join(cache, "peel-bench",
			fmt.Sprintf("%s-%d-%d-%d.tar", p.Layers, p.Entries, p.Bytes, p.Deletions))
	}
	sidecar := out + ".json"
	if r, err := finished(out, sidecar, p); err != nil {
		return err
	} else if r != nil {
		r.print(out)
		return nil
	}

	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return fmt.Errorf("creating the output directory: %w", err)
	}
	pool, err := gather()
	if err != nil {
		return err
	}
	pl, err := newPlan(p, pool)
	if err != nil {
		return err
	}
	size, err := writeArchive(out, p, pl)
	if err != nil {
		return err
	}
	r := record{Params: p, Size: size, Counts: pl.counts()}
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	// Last, so that a record never vouches for half an archive.
	if err := os.WriteFile(sidecar, append(text, '\n'), 0o644); err != nil {
		return fmt.Errorf("writing the record: %w", err)
	}
	r.print(out)
	return nil
}

// finished returns the record of the archive out, or nil if it has to be made.
func finished(out, sidecar string, p params) (*record, error) {
	text, err := os.ReadFile(sidecar)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("reading the record: %w", err)
	}
	info, err := os.Stat(out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("looking for the archive: %w", err)
	}
	var r record
	if json.Unmarshal(text, &r) != nil || r.Params != p || r.Size != info.Size() {
		return nil, nil
	}
	return &r, nil
}

func (r record) print(out string) {
	c := r.Counts
	w := os.Stderr
	fmt.Fprintf(w, "%s layers, archive of %d bytes\n", r.Params.Layers, r.Size)
	for i, l := range c.Layers {
		fmt.Fprintf(w, "  layer %d: %6d entries, %11d bytes of files, tar %11d, blob %11d (%.2f : 1)\n",
			i, l.Entries, l.FileBytes, l.Tar, l.Blob, float64(l.Tar)/float64(l.Blob))
	}
	fmt.Fprintf(w, "  all:     %6d entries, %11d bytes of files, tar %11d, blob %11d (%.2f : 1)\n",
		c.All.Entries, c.All.FileBytes, c.All.Tar, c.All.Blob, float64(c.All.Tar)/float64(c.All.Blob))
	fmt.Fprintf(w, "  %d files, %d directories, %d symlinks, %d hard links\n", c.Files, c.Dirs, c.Symlinks, c.Links)
	fmt.Fprintf(w, "  %d overwritten, %d chmodded, %d rewritten alike, %d hard-linked pairs copied up, %d duplicates elsewhere\n",
		c.Overwritten, c.Chmodded, c.Identical, c.Pairs, c.Duplicates)
	fmt.Fprintf(w, "  %d files deleted, %d directories deleted, %d made opaque\n", c.DeletedFiles, c.DeletedDirs, c.OpaqueDirs)
	fmt.Println(out)
}
