package ui

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/waste"
	"peel/source/layer"
)

// entryTest looks at what a file is, or what is known of it.
type entryTest struct {
	what, value string
	negated     bool
	fits        func(v *filetree.View, n int) bool // set by bind
}

// filterWord is a word that a filter knows, for its help and its errors.
type filterWord struct {
	name, example, help string
	lists               scope // where it has a meaning
}

// filterWords are all there are.
var filterWords = []filterWord{
	{"size", "size>1M", "bytes", inExplore | inFindings | inPackages},
	{"waste", "waste>0", "bytes that ship and that nobody sees", inExplore},
	{"layer", "layer:3", "the layer that wrote it", inExplore | inFindings | inPackages},
	{"base", "base:no", "whether the base image brings it", inExplore | inFindings | inPackages},
	{"type", "type:link", "file, dir, link, hardlink, device, fifo; of packages deb, npm, …", inExplore | inPackages},
	{"mode", "mode:suid", "suid, sgid, sticky, exec, world (others may write), or octal: mode:4755", inExplore},
	{"owner", "owner:root", "user by name or number", inExplore},
	{"pkg", "pkg:libssl3", "files of a package, once 3 has listed the packages", inExplore},
	{"secret", "secret", "files with findings of secrets", inExplore},
	{"dup", "dup", "content that is at several paths", inExplore},
	{"version", "version:1.2*", "of packages", inPackages},
	{"licence", "licence:gpl", "of packages", inPackages},
	{"state", "state:removed", "of packages", inPackages},
}

var wordForm = regexp.MustCompile(`^([a-z]+)(?:[:=]|[<>]=?)`)

// unknownWord is the error of a word that has the form of one that filters know,
// and is none of them.
func unknownWord(word string) error {
	m := wordForm.FindStringSubmatch(word)
	if m == nil || m[1] == "license" {
		return nil
	}
	var names []string
	for _, w := range filterWords {
		if w.name == m[1] {
			return nil
		}
		names = append(names, w.name)
	}
	return fmt.Errorf("no word %s: there are %s", m[1], strings.Join(names, ", "))
}

var entryWord = regexp.MustCompile(`^(mode|owner|pkg|type)[:=](.*)$`)

// entryTypes are the values of type: that files have.
var entryTypes = map[string][]layer.Type{
	"file": {layer.Regular}, "dir": {layer.Directory}, "link": {layer.Symlink}, "hardlink": {layer.Hardlink},
	"device": {layer.CharDevice, layer.BlockDevice}, "fifo": {layer.FIFO},
}

// parseEntry reads a word about what a file is; nil if it is something else.
func parseEntry(word string) (*entryTest, error) {
	if word == "secret" || word == "dup" {
		return &entryTest{what: word}, nil
	}
	m := entryWord.FindStringSubmatch(word)
	if m == nil {
		return nil, nil
	}
	t := &entryTest{what: m[1], value: m[2]}
	switch {
	case t.what == "type" && entryTypes[t.value] == nil:
		return nil, nil // perhaps a package's
	case t.value == "":
		return nil, fmt.Errorf("%s: needs a value: %w", m[1], errWord)
	case t.what == "mode":
		_, err := modeTest(t.value)
		return t, err
	}
	return t, nil
}

// modeTest makes a test of mode:'s value.
func modeTest(value string) (func(*layer.Entry) bool, error) {
	bits, known := map[string]uint16{"suid": layer.Setuid, "sgid": layer.Setgid, "sticky": layer.Sticky, "exec": 0o111, "world": 0o002}[value]
	if known {
		return func(e *layer.Entry) bool { return e.Type != layer.Symlink && e.Mode&bits != 0 }, nil
	}
	mode, err := strconv.ParseUint(value, 8, 12)
	if err != nil {
		return nil, fmt.Errorf("mode: is suid, sgid, sticky, exec, world or octal, as 4755: %w", errWord)
	}
	return func(e *layer.Entry) bool { return e.Mode == uint16(mode) }, nil
}

// bind makes the test for an image. x is nil until its packages are listed.
func (t *entryTest) bind(a *analyzer.Analysis, x *packageIndex) error {
	t.fits = func(*filetree.View, int) bool { return false }
	if a == nil {
		return nil
	}
	entry := func(ok func(*layer.Entry) bool) {
		t.fits = func(v *filetree.View, n int) bool {
			e := entryIn(v, n)
			return e != nil && ok(e)
		}
	}
	switch t.what {
	case "type":
		entry(func(e *layer.Entry) bool { return slices.Contains(entryTypes[t.value], e.Type) })
	case "mode":
		ok, err := modeTest(t.value)
		if err != nil {
			return err
		}
		entry(ok)
	case "owner":
		uid, err := userID(a, t.value)
		if err != nil {
			return err
		}
		entry(func(e *layer.Entry) bool { return e.UID == uid })
	case "pkg":
		if x == nil {
			return fmt.Errorf("pkg: the packages are not listed yet, 3 lists them")
		}
		t.nodes(a, x.nodesOf(t.value))
	case "secret":
		t.nodes(a, secretNodes(a))
	case "dup":
		t.nodes(a, duplicateNodes(a.Tree, a.Waste))
	}
	return nil
}

// nodes makes the test hold for some nodes of the image's tree.
func (t *entryTest) nodes(a *analyzer.Analysis, set map[int]bool) {
	t.fits = func(v *filetree.View, n int) bool { return v.Tree == a.Tree && set[n] }
}

// userID finds a user by number, or by the name that the image's accounts give it.
func userID(a *analyzer.Analysis, name string) (uint32, error) {
	if n, err := strconv.ParseUint(name, 10, 32); err == nil {
		return uint32(n), nil
	}
	for _, u := range a.Evidence().Accounts {
		if u.Name == name {
			return u.UID, nil
		}
	}
	if name == "root" {
		return 0, nil
	}
	return 0, fmt.Errorf("owner: no user %s in the image's /etc/passwd: %w", name, errWord)
}

func secretNodes(a *analyzer.Analysis) map[int]bool {
	set := map[int]bool{}
	for i := range a.Findings {
		if n := a.Places.Node[i]; n != filetree.None && strings.HasPrefix(a.Findings[i].ID, "S") {
			set[int(n)] = true
		}
	}
	return set
}

func duplicateNodes(t *filetree.Tree, sum *waste.Summary) map[int]bool {
	set := map[int]bool{}
	for _, g := range sum.Duplicates {
		for _, p := range g.Paths {
			if n, ok := t.Lookup(p); ok {
				set[n] = true
			}
		}
	}
	return set
}

// nodesOf are the files of the packages of a name.
func (x *packageIndex) nodesOf(name string) map[int]bool {
	set := map[int]bool{}
	for i := range x.inv.Packages {
		if p := &x.inv.Packages[i]; strings.EqualFold(p.Name, name) {
			for _, n := range p.Nodes {
				set[int(n)] = true
			}
		}
	}
	return set
}

// forFiles is the error of a filter that asks for what only files have.
func (f *filter) forFiles() error {
	if f == nil || len(f.entries) == 0 {
		return nil
	}
	return fmt.Errorf("%s: is for files, on 1", f.entries[0].what)
}
