package bloat

import (
	"path"
	"slices"
	"strings"

	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/text"
)

// origin is where the files of a layer come from.
type origin uint8

const (
	unknownOrigin origin = iota // the history says nothing of the layer
	fromContext                 // COPY or ADD of files
	fromStage                   // COPY from another stage or image, as far as it can be told
	fromElsewhere               // RUN, ADD of an archive or a URL
)

// copying is what the history says of the step that made a layer.
type copying struct {
	origin origin
	// source is the one path that was copied, relative to the build context,
	// "" for all of it; known is false if there are several, or the builder
	// has written a hash in its place.
	source string
	known  bool
	dest   string // as the step has it, made absolute; without a leading slash
	into   bool   // dest is written as a directory
}

// copyings are the origins of all layers.
func copyings(img *evidence.Image) []copying {
	list := make([]copying, len(img.Tree.Layers))
	if img.Config == nil {
		return list
	}
	workdir := "/"
	for i, h := range img.Config.History {
		s := text.Instruction(h.CreatedBy)
		word, rest, _ := strings.Cut(s, " ")
		if word = strings.ToUpper(word); word == "WORKDIR" {
			workdir = absolute(workdir, strings.TrimSpace(rest))
		}
		if i >= len(img.StepLayer) || img.StepLayer[i] == filetree.None || s == "" {
			continue
		}
		n := img.StepLayer[i]
		if n >= len(list) {
			break
		}
		list[n].origin = fromElsewhere
		if word == "COPY" || word == "ADD" {
			list[n] = parseCopy(word, rest, workdir)
			if list[n].origin == fromContext && isArchive(img, n, rest) {
				list[n].origin = fromElsewhere
			}
		}
	}
	return list
}

func absolute(workdir, p string) string {
	if strings.HasPrefix(p, "/") {
		return path.Clean(p)
	}
	return path.Join(workdir, p)
}

// parseCopy reads what follows COPY or ADD, in the words of BuildKit and kaniko
// ("--chown=1 src … /dest") or of the older builders ("dir:0a1b in /dest").
func parseCopy(word, rest, workdir string) copying {
	c := copying{origin: fromContext}
	var args []string
	for w := range strings.FieldsSeq(rest) {
		switch {
		case strings.HasPrefix(w, "--from="):
			c.origin = fromStage
		case strings.HasPrefix(w, "--") && len(args) == 0:
		default:
			args = append(args, w)
		}
	}
	if len(args) < 2 {
		return copying{origin: unknownOrigin}
	}
	last := args[len(args)-1]
	c.into = strings.HasSuffix(last, "/") || last == "."
	c.dest = strings.TrimPrefix(absolute(workdir, last), "/")
	sources := args[:len(args)-1]
	switch src := sources[0]; {
	case word == "ADD" && strings.Contains(src, "://"):
		c.origin = fromElsewhere
	case len(args) == 3 && args[1] == "in" && strings.Contains(src, ":"):
	case len(src) > 1 && src[0] == '/':
		c.origin = fromStage // BuildKit leaves --from out
	case len(sources) == 1 && !strings.ContainsAny(src, "*?["):
		c.source, c.known = strings.TrimPrefix(path.Clean("/"+src), "/"), true
	}
	return c
}

// isArchive reports whether an ADD has unpacked a file.
func isArchive(img *evidence.Image, n int, rest string) bool {
	for w := range strings.FieldsSeq(rest) {
		if slices.ContainsFunc(archiveEnds, func(e string) bool { return strings.HasSuffix(w, e) }) {
			return img.Tree.Layers[n].Files != 1
		}
		if strings.HasPrefix(w, "file:") {
			return img.Tree.Layers[n].Files > 1
		}
	}
	return false
}

// inContext is where in the build context a path of the image was.
func (c *copying) inContext(p string) (string, bool) {
	if !c.known {
		return "", false
	}
	if p == c.dest { // a file under another name
		return c.source, c.source != ""
	}
	rel := p
	if c.dest != "" {
		var ok bool
		if rel, ok = strings.CutPrefix(p, c.dest+"/"); !ok {
			return "", false
		}
	}
	if c.into && c.source != "" && path.Base(c.source) == rel { // a file into a directory
		return c.source, true
	}
	return path.Join(c.source, rel), true
}
