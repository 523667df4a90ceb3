package oci

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// Selector picks one of several images in a layout or an archive. The zero
// value picks the only one there is.
type Selector struct {
	Name   string  // a tag ("1.2"), or a name with one ("docker.io/library/debian:12")
	Digest v1.Hash // of its manifest
	Number int     // from 1: the image's place in the file; 0 if not used
}

// ParseSelector reads what stands behind a path: ":TAG", ":NAME:TAG",
// "@sha256:…" or "@N", which counts from 0 as skopeo does.
func ParseSelector(s string) (Selector, error) {
	switch {
	case s == "":
		return Selector{}, nil
	case strings.HasPrefix(s, ":@"): // skopeo's docker-archive:path:@N
		return ParseSelector(s[1:])
	case strings.HasPrefix(s, ":") && len(s) > 1:
		return Selector{Name: s[1:]}, nil
	case strings.HasPrefix(s, "@sha256:"):
		h, err := v1.NewHash(s[1:])
		if err != nil {
			return Selector{}, fmt.Errorf("digest %q: %w", s[1:], err)
		}
		return Selector{Digest: h}, nil
	case strings.HasPrefix(s, "@"):
		n, err := strconv.ParseUint(s[1:], 10, 31)
		if err != nil {
			return Selector{}, fmt.Errorf("%q is neither a digest nor the number of an image", s)
		}
		return Selector{Number: int(n) + 1}, nil
	}
	return Selector{}, fmt.Errorf("%q does not pick an image: write :TAG, @DIGEST or @N", s)
}

func (s Selector) String() string {
	switch {
	case s.Name != "":
		return ":" + s.Name
	case s.Digest != (v1.Hash{}):
		return "@" + s.Digest.String()
	case s.Number > 0:
		return "@" + strconv.Itoa(s.Number-1)
	}
	return ""
}

// Matches reports whether one of an image's names is the one asked for: the
// same words, the same reference once docker's defaults are filled in, or the
// same tag.
func (s Selector) Matches(names ...string) bool {
	for _, n := range names {
		if n == s.Name || normal(n) == normal(s.Name) {
			return true
		}
		if i := strings.LastIndexByte(n, ':'); i >= 0 && n[i+1:] == s.Name {
			return true
		}
	}
	return false
}

func normal(s string) string {
	t, err := name.NewTag(strings.TrimPrefix(s, "localhost/"))
	if err != nil {
		return s
	}
	return t.Name()
}

// ChoiceError says that a file holds several images, or not the one asked for.
type ChoiceError struct {
	Problem string
	Images  []Choice // those there are, in the file's order
}

// Choice is one of several images.
type Choice struct {
	Number int // its place in the file, from 0: @N picks it
	Listed
}

// maxListed bounds the images in one message.
const maxListed = 20

func (e *ChoiceError) Error() string {
	var b strings.Builder
	b.WriteString(e.Problem)
	b.WriteString("; pick one with :TAG or @N:")
	for i, c := range e.Images {
		if i == maxListed {
			fmt.Fprintf(&b, " … and %d more", len(e.Images)-i)
			break
		}
		fmt.Fprintf(&b, " @%d %s", c.Number, c.describe())
		if i < len(e.Images)-1 {
			b.WriteByte(',')
		}
	}
	return b.String()
}

// describe names an image, and what tells it from others.
func (c *Choice) describe() string {
	name := strings.Join(c.Names, " ")
	switch {
	case name != "":
	case c.Digest != "":
		name = "@" + c.Digest
	default:
		name = "(no name)"
	}
	var facts []string
	if c.Index {
		facts = append(facts, "several platforms")
	} else if p := c.Platform.String(); p != "" {
		facts = append(facts, p)
	}
	if c.Size > 0 {
		facts = append(facts, humanize.Bytes(uint64(c.Size)))
	}
	if c.Created.Unix() > 0 {
		facts = append(facts, c.Created.UTC().Format(time.DateOnly))
	}
	if len(facts) == 0 {
		return name
	}
	return name + " (" + strings.Join(facts, ", ") + ")"
}
