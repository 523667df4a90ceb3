package bloat

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"peel/analyzer/evidence"
)

// Ignore is what a .dockerignore would have kept out of an image.
type Ignore struct {
	Lines []IgnoreLine // most bytes first
	Bytes int64        // of all Lines, uncompressed
	// Guess says that the history does not tell where the files come from: Lines
	// are of layers that COPY may have made.
	Guess bool
	// Stages are layers that were copied from another build stage, as far as the
	// history tells: a .dockerignore may not be what keeps their files out.
	Stages []int
}

// IgnoreLine is a pattern, and what it matches in the image.
type IgnoreLine struct {
	Pattern string // relative to the root of the build context (Docker, "Build context", .dockerignore files)
	What    string // it keeps out
	Bytes   int64
	Files   int
	Layers  []int // that hold the files
}

// ignorable are the checks whose files nobody wants to copy.
var ignorable = []string{"W007", "W008", "W012", "W014"}

// candidate is a file of an image that should not have been copied.
type candidate struct {
	exact   string // pattern, if the history tells where it was; else ""
	general string // pattern that fits it wherever it was
	what    string
	layer   int
	bytes   int64
}

// IgnoreOf finds out what COPY and ADD have brought from the build context that
// nobody who runs the image needs. base is how many layers, from the bottom, are
// another image's.
func IgnoreOf(img *evidence.Image, base int) Ignore {
	steps := copyings(img)
	out := Ignore{Guess: !slices.ContainsFunc(steps, func(c copying) bool { return c.origin != unknownOrigin })}
	var list []candidate
	add := func(c candidate, root string) {
		if c.layer < base {
			return
		}
		switch s := &steps[c.layer]; s.origin {
		case fromContext:
			if p, ok := s.inContext(root); ok {
				c.exact = escape(p)
			}
		case fromStage:
			if !slices.Contains(out.Stages, c.layer) {
				out.Stages = append(out.Stages, c.layer)
			}
			return
		case fromElsewhere:
			return
		case unknownOrigin:
			if !out.Guess {
				return
			}
		}
		list = append(list, c)
	}
	for _, id := range ignorable {
		for _, f := range foundIn(img)[id] {
			k, root := &kinds[f.kind], strings.TrimPrefix(img.Tree.Path(f.root), "/")
			if k.ignore == "-" {
				continue
			}
			if id == "W012" && path.Base(path.Dir(root)) == "__pycache__" {
				root = path.Dir(root)
			}
			add(candidate{general: general(k, root), what: k.what, layer: int(f.in.Layer), bytes: f.in.Size}, root)
		}
	}
	reinstalled(img, steps, add)
	out.Lines = lines(list)
	for _, l := range out.Lines {
		out.Bytes += l.Bytes
	}
	slices.Sort(out.Stages)
	return out
}

// general is the pattern for whatever is of the kind.
func general(k *kind, root string) string {
	name := path.Base(root)
	if k.check == "W012" && name != "__pycache__" {
		return "**/*.pyc"
	}
	if k.ignore != "" {
		return k.ignore
	}
	for _, d := range k.dirs {
		if root == strings.TrimPrefix(d, "/") || strings.HasSuffix(root, "/"+d) {
			return "**/" + escape(d)
		}
	}
	for _, e := range k.ends {
		if strings.HasSuffix(name, e) {
			return "**/*" + escape(e)
		}
	}
	return "**/" + escape(name)
}

// escape makes a path a pattern that matches it alone (Go, path/filepath.Match).
// Bytes that cannot stand in a line are matched by a question mark.
func escape(p string) string {
	if !strings.ContainsFunc(p, special) && !strings.HasPrefix(p, "!") && !strings.HasPrefix(p, "#") {
		return p // as nearly all are
	}
	var b strings.Builder
	for i, r := range p {
		switch {
		case isWildcard(r), i == 0 && (r == '!' || r == '#'):
			b.WriteByte('\\')
			b.WriteRune(r)
		case special(r):
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isWildcard(r rune) bool { return r == '*' || r == '?' || r == '[' || r == '\\' }

// special reports whether a pattern cannot hold a character as it is.
func special(r rune) bool { return isWildcard(r) || r < ' ' || r == 0x7f || r == utf8.RuneError }

// few is how many paths are listed one by one before their pattern is.
const few = 1

// lines makes the lines of a file: the exact path of what was found once, the
// pattern of what was found more often or of which the path is not known.
func lines(list []candidate) []IgnoreLine {
	exact := map[string][]string{}
	for _, c := range list {
		if !slices.Contains(exact[c.general], c.exact) && len(exact[c.general]) <= few {
			exact[c.general] = append(exact[c.general], c.exact)
		}
	}
	at := map[string]int{}
	var out []IgnoreLine
	for _, c := range list {
		pattern := c.general
		if paths := exact[c.general]; len(paths) <= few && paths[0] != "" {
			pattern = c.exact
		}
		i, ok := at[pattern]
		if !ok {
			i = len(out)
			at[pattern] = i
			out = append(out, IgnoreLine{Pattern: pattern, What: c.what})
		}
		l := &out[i]
		l.Bytes += c.bytes
		l.Files++
		if !slices.Contains(l.Layers, c.layer) {
			l.Layers = append(l.Layers, c.layer)
		}
	}
	slices.SortFunc(out, func(a, b IgnoreLine) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), strings.Compare(a.Pattern, b.Pattern))
	})
	return out
}

// installDirs are where package managers install what a project needs.
var installDirs = []string{"node_modules", ".venv", "venv", "bower_components"}

// reinstalled adds the packages that COPY brings although a RUN installs them:
// they hide or mix with those of the image's own system.
func reinstalled(img *evidence.Image, steps []copying, add func(candidate, string)) {
	s := sorted(img)
	for i := 1; i < len(img.Tree.Nodes); i++ {
		if !slices.Contains(installDirs, img.Tree.Nodes[i].Name) || s.kind[i] != notSorted {
			continue
		}
		end := int(img.Tree.Nodes[i].End)
		if root := strings.TrimPrefix(img.Tree.Path(i), "/"); installs(img, steps, i, end) {
			general := "**/" + img.Tree.Nodes[i].Name
			for j := i; j < end; j++ {
				for _, v := range img.Tree.VersionsOf(j) {
					if v.Inode >= 0 && !v.Linked && s.kind[j] == notSorted && steps[v.Layer].origin == fromContext {
						add(candidate{general: general, what: "packages that a RUN installs", layer: int(v.Layer), bytes: v.Entry.Size}, root)
					}
				}
			}
		}
		i = max(i, end-1)
	}
}

// installs reports whether a layer that was not copied writes files to a directory.
func installs(img *evidence.Image, steps []copying, node, end int) bool {
	for j := node; j < end; j++ {
		for _, v := range img.Tree.VersionsOf(j) {
			if v.Inode >= 0 && steps[v.Layer].origin == fromElsewhere {
				return true
			}
		}
	}
	return false
}
