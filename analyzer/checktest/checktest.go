// Package checktest puts generated images to checks, for the tests of their
// families.
package checktest

import (
	"bytes"
	"context"
	"debug/elf"
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/finding"
	"peel/source"
	"peel/source/sourcetest"
)

// Pair is an image that triggers a check, and its twin that was mended.
type Pair struct {
	ID   string
	Bad  sourcetest.Image
	Good sourcetest.Image
	// BadName and GoodName are what the images are asked for by, as if they came
	// from a registry; "" for a file.
	BadName, GoodName string
	Severity          finding.Severity // of the gravest finding; the check's own if it is Default
	AnySeverity       bool
	Moot              bool // of Good the question does not arise
	// BadLayout and GoodLayout, if set, are put in the place of Bad and Good: what
	// a layout holds, the image and what is attached to it.
	BadLayout, GoodLayout []sourcetest.Entry
}

// Default as a Pair's Severity stands for the check's own. Info cannot be asked
// for so, but is what an info check has.
const Default = finding.Info

// Analyze reads an image and puts it to all checks but those for secrets.
func Analyze(t testing.TB, img sourcetest.Image, name string) *analyzer.Analysis {
	t.Helper()
	return AnalyzeWith(t, img, func(i *source.Image) {
		if name != "" {
			i.Kind, i.Reference = source.Registry, name
		}
	})
}

// AnalyzeWith is Analyze of an image that is changed after it was opened.
func AnalyzeWith(t testing.TB, img sourcetest.Image, change func(*source.Image)) *analyzer.Analysis {
	t.Helper()
	return AnalyzeLayout(t, change, nil, img)
}

// AnalyzeLayout reads the one image of a layout, and verifies with key unless it
// is nil.
func AnalyzeLayout(t testing.TB, change func(*source.Image), key *attached.Key, entries ...sourcetest.Entry) *analyzer.Analysis {
	t.Helper()
	var b bytes.Buffer
	if err := sourcetest.OCIArchive(&b, entries...); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	opened, err := source.Open(context.Background(), "oci-archive:"+path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	if change != nil {
		change(opened)
	}
	a, _ := analyzer.Start(context.Background(), opened, analyzer.Options{
		Key: key, Checks: Families(), RequiredLabels: []string{"created", "authors", "url", "documentation", "source", "version",
			"revision", "vendor", "licenses", "ref.name", "title", "description", "base.digest", "base.name"},
	}).Wait()
	return a
}

// Families are all that answer their checks themselves.
func Families() []check.Family {
	return slices.DeleteFunc(check.Families(), func(f check.Family) bool { return f.Checks[0].Run == nil })
}

// Outcome is what became of one check.
func Outcome(t testing.TB, a *analyzer.Analysis, id string) check.Outcome {
	t.Helper()
	for _, o := range a.Checks {
		if o.ID == id {
			return o
		}
	}
	t.Fatalf("the image was not put to %s", id)
	return check.Outcome{}
}

// Findings are those of one check, gravest first.
func Findings(a *analyzer.Analysis, id string) (list []finding.Finding) {
	for _, f := range a.Findings {
		if f.ID == id {
			list = append(list, f)
		}
	}
	return list
}

// Walk tests a family: every check is complete, has a pair, fails on the bad
// image and not on the good one.
func Walk(t *testing.T, f check.Family, pairs []Pair) {
	t.Helper()
	tested := map[string]bool{}
	for _, p := range pairs {
		tested[p.ID] = true
		t.Run(p.ID, func(t *testing.T) { p.test(t) })
	}
	for _, c := range f.Checks {
		if !tested[c.ID] {
			t.Errorf("%s is triggered by no image", c.ID)
		}
	}
}

func (p Pair) test(t *testing.T) {
	c, ok := check.Lookup(p.ID)
	if !ok {
		t.Fatal("there is no such check")
	}
	bad := p.analyze(t, p.Bad, p.BadName, p.BadLayout)
	list := Findings(bad, p.ID)
	if o := Outcome(t, bad, p.ID); o.Status != check.Fail || len(list) == 0 {
		t.Fatalf("the bad image gives %v (%s) and %d findings", o.Status, o.Reason, len(list))
	}
	want := c.Severity
	if p.Severity != Default {
		want = p.Severity
	}
	if list[0].Severity != want && !p.AnySeverity || list[0].Fingerprint == "" || list[0].Path == "" && list[0].Where == "" {
		t.Errorf("want severity %v, a place and a fingerprint: %+v", want, list[0])
	}
	status := check.Pass
	if p.Moot {
		status = check.NotApplicable
	}
	good := p.analyze(t, p.Good, p.GoodName, p.GoodLayout)
	if o := Outcome(t, good, p.ID); o.Status != status {
		t.Errorf("the good image gives %v (%s): %+v", o.Status, o.Reason, Findings(good, p.ID))
	}
}

func (p Pair) analyze(t *testing.T, img sourcetest.Image, name string, layout []sourcetest.Entry) *analyzer.Analysis {
	if layout != nil {
		return AnalyzeLayout(t, nil, nil, layout...)
	}
	return Analyze(t, img, name)
}

// Image is one of a single layer, whose config is changed as given.
func Image(config func(*v1.ConfigFile), files ...sourcetest.File) sourcetest.Image {
	return sourcetest.Image{Config: config, Layers: []sourcetest.Layer{{CreatedBy: "COPY rootfs /", Files: files}}}
}

// Built is an image with these build steps: a step that begins with RUN, COPY or
// ADD makes a layer, any other does not.
func Built(steps ...string) sourcetest.Image {
	img := sourcetest.Image{Layers: []sourcetest.Layer{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:0123 in / ", Files: []sourcetest.File{sourcetest.Reg("etc/hostname", "a\n")}},
	}}
	for i, s := range steps {
		l := sourcetest.Step(s)
		if word, _, _ := strings.Cut(s, " "); word == "RUN" || word == "COPY" || word == "ADD" {
			l = sourcetest.Layer{CreatedBy: s, Files: []sourcetest.File{sourcetest.Random("opt/"+string(rune('a'+i)), 10, uint64(i))}}
		}
		img.Layers = append(img.Layers, l)
	}
	return img
}

// ELF is the beginning of an executable for a 64-bit machine, little endian; it
// is started by interp unless that is "".
func ELF(machine elf.Machine, interp string) string {
	const ehdr, phdr = 64, 56
	b := make([]byte, ehdr+phdr)
	copy(b, elf.ELFMAG)
	b[elf.EI_CLASS], b[elf.EI_DATA], b[elf.EI_VERSION] = byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), 1
	le := binary.LittleEndian
	le.PutUint16(b[16:], uint16(elf.ET_EXEC))
	le.PutUint16(b[18:], uint16(machine))
	le.PutUint64(b[32:], ehdr)
	le.PutUint16(b[54:], phdr)
	if interp != "" {
		le.PutUint16(b[56:], 1)
		le.PutUint32(b[ehdr:], uint32(elf.PT_INTERP))
		le.PutUint64(b[ehdr+8:], ehdr+phdr)
		le.PutUint64(b[ehdr+32:], uint64(len(interp)+1))
		b = append(b, interp+"\x00"...)
	}
	return string(b)
}
