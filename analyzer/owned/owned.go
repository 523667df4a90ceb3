// Package owned tells which files of an image a package manager has put there,
// and whether they still are as it did.
//
// A Collector is an inspector that keeps the databases of dpkg, apk, RPM and pip as
// layers go by. Add each layer's index to an Index, and ask it for Unmodified or
// for Packages.
package owned

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"peel/source/layer"
)

// Sums are of one file's content. A sum that is not known is nil.
type Sums struct {
	MD5    []byte // dpkg's, old RPM's
	SHA1   []byte // apk's
	SHA256 []byte // RPM's and pip's; the digest that layer.Entry has of every file
}

// SumsOf are those of a content at hand, and of the digest that is known of it.
// What is not at hand, nil, leaves the digest alone.
func SumsOf(content []byte, d layer.Digest) Sums {
	s := Sums{SHA256: d[:]}
	if content != nil {
		m, h := md5.Sum(content), sha1.Sum(content) // the databases have no better ones
		s.MD5, s.SHA1 = m[:], h[:]
	}
	return s
}

// Index is what the databases of some layers say together. The zero value is
// ready. It must not be used from several goroutines at once.
type Index struct {
	unread []database
	heads  map[string]int32 // path → into claims, the last one made
	claims []claim
	local  map[string]bool // dist-info directories of what was not taken from a package index
	only   string          // the one path that claims are kept of; "" for all
}

// claim is one file of one package. Its sum is as the database writes it.
type claim struct {
	pkg  string
	sum  string
	from string // pip's dist-info directory, or RPM's version; "" for other managers
	kind sumKind
	next int32 // another claim of the path; noClaim for none
}

type sumKind uint8

const (
	noSum sumKind = iota
	md5Hex
	sha1Base64
	sha256Base64 // of the alphabet for URLs, not padded
	sha1Hex
	sha256Hex
)

const noClaim = -1

// maxClaims bounds the files of all databases. A full distribution has half a
// million.
const maxClaims = 4_000_000

// Add takes in what a Collector kept of a layer, in any order. All versions of
// a database count: a file is as its package brought it, even if the package
// was upgraded or removed in a later layer.
func (x *Index) Add(idx *layer.Index) {
	if kept, ok := layer.FactsOf[*Databases](idx, FactsName); ok {
		x.unread = append(x.unread, kept.list...)
	}
}

// Unmodified names the package that has brought a file with just this content.
// Packages that pip did not take from an index do not count: they are mostly
// the image's own.
func (x *Index) Unmodified(path string, s Sums) (pkg string, ok bool) {
	x.each(path, func(c *claim) bool {
		if ok = c.fits(s) && !x.local[c.from]; ok {
			pkg = c.pkg
		}
		return !ok
	})
	return pkg, ok
}

// Packages names those that list the path, whatever is there now.
func (x *Index) Packages(path string) (list []string) {
	x.each(path, func(c *claim) bool {
		list = append(list, c.pkg)
		return true
	})
	return list
}

// each visits the claims to a path until visit returns false.
func (x *Index) each(path string, visit func(*claim) bool) {
	for _, d := range x.unread {
		d.parse(x)
	}
	x.unread = nil
	n, ok := x.heads[canonical(path)]
	for ok && n != noClaim && visit(&x.claims[n]) {
		n = x.claims[n].next
	}
}

func (c *claim) fits(s Sums) bool {
	have := sumString(c.kind, s)
	switch c.kind {
	case md5Hex, sha1Hex, sha256Hex:
		return have != "" && strings.EqualFold(c.sum, have)
	case sha256Base64:
		return have != "" && strings.TrimRight(c.sum, "=") == have
	}
	return have != "" && c.sum == have
}

// sumString is a sum as databases write it; "" if it is not known.
func sumString(k sumKind, s Sums) string {
	switch k {
	case md5Hex:
		return hex.EncodeToString(s.MD5)
	case sha1Hex:
		return hex.EncodeToString(s.SHA1)
	case sha256Hex:
		return hex.EncodeToString(s.SHA256)
	case sha1Base64:
		return base64.StdEncoding.EncodeToString(s.SHA1)
	case sha256Base64:
		return base64.RawURLEncoding.EncodeToString(s.SHA256)
	}
	return ""
}

// claim enters a file of a package.
func (x *Index) claim(path string, c claim) {
	if path == "" || len(x.claims) >= maxClaims {
		return
	}
	if x.heads == nil {
		x.heads = map[string]int32{}
	}
	path = canonical(path)
	if x.only != "" && path != x.only {
		return
	}
	c.next = noClaim
	if n, ok := x.heads[path]; ok {
		c.next = n
	}
	x.heads[path] = int32(len(x.claims))
	x.claims = append(x.claims, c)
}

// canonical is the path where distributions that have merged /usr keep what
// their packages still list as /bin, /lib and so on.
func canonical(path string) string {
	path = strings.TrimPrefix(strings.TrimPrefix(path, "."), "/")
	first, _, _ := strings.Cut(path, "/")
	switch first {
	case "bin", "sbin", "lib", "lib32", "lib64", "libx32":
		return "usr/" + path
	}
	return path
}
