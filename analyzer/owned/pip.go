package owned

import (
	"encoding/csv"
	"io"
	"path"
	"strings"
)

// distInfo ends the name of the directory that describes an installed Python
// package, "name-1.0.dist-info".
const distInfo = ".dist-info/"

// record reads a package's list of files (PyPA specifications, "Recording
// installed projects"): lines of path, "sha256=" and the sum, size. Paths are
// relative to the directory of packages.
func (x *Index) record(file, text string) {
	if x.skips(text) {
		return
	}
	info := path.Dir(file)
	root := path.Dir(info)
	name, _, _ := strings.Cut(path.Base(info), "-")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for {
		f, err := r.Read()
		if err == io.EOF {
			return
		}
		if err != nil || len(f) < 2 {
			if r.InputOffset() >= int64(len(text)) {
				return
			}
			continue
		}
		sum, ok := strings.CutPrefix(f[1], "sha256=")
		if !ok {
			continue
		}
		p := f[0]
		if !path.IsAbs(p) {
			p = path.Join("/", root, p)
		}
		x.claim(strings.Clone(strings.TrimPrefix(p, "/")), claim{pkg: name, sum: strings.Clone(sum), from: info, kind: sha256Base64})
	}
}

// directURL says that the package was installed from a directory, a file or a
// repository, not from an index (PEP 610): it is mostly the image's own.
func (x *Index) directURL(file, _ string) {
	if x.local == nil {
		x.local = map[string]bool{}
	}
	x.local[path.Dir(file)] = true
}
