package ui

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/supply"
	"peel/source"
	. "peel/source/sourcetest"
)

const slsa1 = "https://slsa.dev/provenance/v1"

// withCompany is a layout of an image with a signature, an SBOM and provenance,
// which holds a secret.
func withCompany(t testing.TB) (ref string, key *attached.Key) {
	t.Helper()
	app := Image{
		Platform: &v1.Platform{OS: "linux", Architecture: "amd64"},
		Layers:   []Layer{{CreatedBy: "COPY a /", Files: []File{Reg("a", "aaa")}}},
	}
	h, err := Digest(app)
	if err != nil {
		t.Fatal(err)
	}
	private := ed25519.NewKeyFromSeed([]byte(strings.Repeat("s", ed25519.SeedSize)))
	sign := func(b []byte) []byte { return ed25519.Sign(private, b) }
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err == nil {
		key, err = attached.ParseKey("cosign.pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	}
	if err != nil {
		t.Fatal(err)
	}
	provenance := fmt.Sprintf(`{"buildDefinition":{"buildType":"https://mobyproject.org/buildkit@v1","externalParameters":{"configSource":{"uri":"https://git.example/acme/api.git"},"request":{"args":{"build-arg:TOKEN":%q}}}},"runDetails":{"builder":{"id":"https://ci.example/42"}}}`, plantedToken)
	sbom := `{"spdxVersion":"SPDX-2.3","creationInfo":{"creators":["Tool: syft-1.42.0"]},"packages":[{"name":"libssl3","versionInfo":"3.0.17"},{"name":"zlib1g"}]}`
	dir := filepath.Join(t.TempDir(), "layout")
	if err := OCILayout(dir,
		Index{Names: []string{"1.0"}, Entries: []Entry{app, Attestation{For: app, Statements: map[string]string{slsa1: InToto(h, slsa1, provenance)}}}},
		Signature(h, SimpleSigning(h), sign),
		Artifact{Type: "application/spdx+json", Subject: app, Blobs: []ArtifactBlob{{MediaType: "application/spdx+json", Content: sbom}}},
	); err != nil {
		t.Fatal(err)
	}
	return "oci:" + dir, key
}

// company opens it; with a key its signatures are verified.
func company(t testing.TB, verify bool) Options {
	t.Helper()
	ref, key := withCompany(t)
	o := searchingFor(t, ref, supply.Family)
	if verify {
		o.Analyze = func(ctx context.Context, img *source.Image) *analyzer.Session {
			s, _ := scanner()
			return analyzer.Start(ctx, img, analyzer.Options{Live: true, Secrets: s, Checks: []check.Family{supply.Family}, Key: key})
		}
	}
	o.Reference = "oci:layout"
	open := o.Open
	o.Open = func(ctx context.Context) (*source.Image, error) {
		img, err := open(ctx)
		if err == nil {
			img.Location, img.Reference = "layout", "oci:layout"
		}
		return img, err
	}
	return o
}

func TestAttachedInImage(t *testing.T) {
	for name, verify := range map[string]bool{"unverified": false, "verified": true} {
		t.Run(name, func(t *testing.T) {
			x := start(t, company(t, verify), 80, 40)
			x.until("no waste")
			x.keys("shift+tab", "z", "end")
			golden(t, x.until("Provenance"))
		})
	}
	m := opened(t, searchingFor(t, archived(t, demo()), supply.Family), 80, 40)
	for _, k := range []string{"shift+tab", "z", "end"} {
		m.Update(press(k))
	}
	if s := ansi.Strip(m.View().Content); strings.Count(strings.Join(strings.Fields(s), " "), "cannot be told: the source does not keep") != 1 {
		t.Errorf("an archive that keeps no signatures:\n%s", s)
	}
}

func TestRawAttached(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := start(t, company(t, false), w, h)
		x.until("no waste")
		x.keys("5", "end", "up", "enter")
		x.until("spdxVersion")
		x.keys("down", "down", "down", "down", "space")
		golden(t, x.until("creators"))
	})
}

// carryOut does what a command brings, and what comes of that.
func carryOut(m *Model, cmd tea.Cmd) {
	for cmd != nil {
		msg, ok := cmd().(documentMsg)
		if !ok {
			return
		}
		_, cmd = m.Update(msg)
	}
}

// Enter on a finding about what is attached goes to the document, and to the
// place in it once that is read.
func TestVisitAttached(t *testing.T) {
	m := opened(t, company(t, false), 120, 40)
	for where, want := range map[string]string{
		"attached": "attached",
		"manifest": "manifest",
		"attestation[0].predicate.runDetails.builder":                                         `["statement"]`,
		fmt.Sprintf("attached[%q]", m.analysis.Attached.Documents[1].Digest):                  m.analysis.Attached.Documents[1].Digest,
		fmt.Sprintf("index.manifests[%q]", m.analysis.Image.ManifestDigest):                   "index.manifests[0]",
		fmt.Sprintf("attached[%q].manifest", m.analysis.Attached.Documents[2].Digest):         "manifest",
		fmt.Sprintf("attached[%q].nothing.of", m.analysis.Attached.Documents[2].Digest):       m.analysis.Attached.Documents[2].Digest,
		fmt.Sprintf("attached[%q].SBOM.packages[1]", m.analysis.Attached.Documents[1].Digest): "packages[1]",
	} {
		m.raw().of = nil // as at the beginning
		m.raw().Load(m.analysis)
		if !m.raw().Reveal(where) {
			t.Errorf("%s is on no screen", where)
			continue
		}
		carryOut(m, m.readDocument())
		want = strings.Trim(want, `[]"`)
		if got := m.raw().path(); !strings.Contains(got, want) {
			t.Errorf("%s is shown at %s, want %s", where, got, want)
		}
	}
	// The secret in the provenance is a finding of that place, and masked there.
	for i := range m.analysis.Findings {
		f := &m.analysis.Findings[i]
		if f.ID != "S010" && f.ID != "S052" {
			continue
		}
		m.Update(press("2"))
		m.finds().Select(int32(i))
		_, cmd := m.Update(press("enter"))
		carryOut(m, cmd)
		s := ansi.Strip(m.View().Content)
		if !strings.Contains(s, "build-arg:TOKEN") || !m.on(m.raw()) || leaks(plantedToken, s) != "" {
			t.Errorf("%s leads to %s:\n%s", f.Where, m.raw().path(), s)
		}
		if _, s := m.raw().Copy(); leaks(plantedToken, s) != "" || s == "" {
			t.Errorf("copied %q", s)
		}
		return
	}
	t.Error("no finding in the provenance")
}

// Nothing attached is a place too.
func TestVisitWhatIsNotAttached(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "layout")
	if err := OCILayout(dir, demo()); err != nil {
		t.Fatal(err)
	}
	m := opened(t, searchingFor(t, "oci:"+dir, supply.Family), 80, 24)
	for i := range m.analysis.Findings {
		if m.analysis.Findings[i].ID == "X001" {
			m.Update(press("2"))
			m.finds().Select(int32(i))
		}
	}
	m.Update(press("enter"))
	if s := ansi.Strip(m.View().Content); !strings.Contains(s, "▸") || !strings.Contains(s, "nothing: neither signature") || m.raw().path() != "attached" {
		t.Errorf("at %q of\n%s", m.raw().path(), s)
	}
}

// wellFormed checks what the lines of a JSON tree rely on.
func wellFormed(t *testing.T, p *rawPane) {
	t.Helper()
	var walk func(i, end, depth int)
	walk = func(i, end, depth int) {
		for i < end {
			n := &p.nodes[i]
			if n.depth != depth || n.end <= i || n.end > end {
				t.Fatalf("node %d %q: depth %d, end %d, in %d to %d of depth %d", i, n.key, n.depth, n.end, i, end, depth)
			}
			walk(i+1, n.end, depth+1)
			i = n.end
		}
	}
	walk(0, len(p.nodes), 0)
	if len(p.open) != len(p.nodes) {
		t.Fatalf("%d nodes, %d open", len(p.nodes), len(p.open))
	}
}

// Documents come and go in any order, and the tree stays one.
func TestDocumentsComeAndGo(t *testing.T) {
	m := opened(t, company(t, false), 80, 24)
	p := m.raw()
	wellFormed(t, p)
	bare := len(p.nodes)
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1}} {
		for _, n := range order {
			p.att.wanted = n + 1
			carryOut(m, m.readDocument())
			wellFormed(t, p)
		}
		if len(p.nodes) == bare {
			t.Fatal("nothing was read")
		}
		p.detach()
		if wellFormed(t, p); len(p.nodes) != bare {
			t.Fatalf("%d nodes after all went, %d before", len(p.nodes), bare)
		}
	}
	// When there is too much of it, what was opened before gives way.
	p.att.wanted = 1
	carryOut(m, m.readDocument())
	p.att.shown = maxShownAll
	p.att.wanted = 2
	carryOut(m, m.readDocument())
	if wellFormed(t, p); !p.nodes[p.att.root+1].isUnread() || p.att.shown >= maxShownAll {
		t.Errorf("the first document stays, %d bytes", p.att.shown)
	}
	// What belongs to another image is dropped.
	p.att.wanted = 1
	cmd := m.readDocument()
	m.generation++
	before := len(p.nodes)
	carryOut(m, cmd)
	if len(p.nodes) != before {
		t.Error("a document of another image came in")
	}
}
