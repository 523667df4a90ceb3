package supply_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/analyzer"
	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	"peel/analyzer/supply"
	"peel/source"
	. "peel/source/sourcetest"
)

const (
	spdx = `{"spdxVersion":"SPDX-2.3","name":"app","packages":[{"name":"a"},{"name":"b"}],"creationInfo":{"creators":["Tool: syft-1"],"created":"2026-01-01T00:00:00Z"}}`
	slsa = `{"buildDefinition":{"buildType":"https://example.org/build","resolvedDependencies":[{"uri":"pkg:docker/debian@12"}]},"runDetails":{"builder":{"id":"https://example.org/builder"}}}`

	slsaType = "https://slsa.dev/provenance/v1"
	spdxType = "https://spdx.dev/Document"
)

// app is an image, and other is another one.
func app() Image {
	return Image{Names: []string{"1.0"}, Layers: []Layer{{CreatedBy: "COPY app /", Files: []File{Reg("app", "x")}}}}
}

func other() Image {
	return Image{Names: []string{"2.0"}, Layers: []Layer{{CreatedBy: "COPY app /", Files: []File{Reg("app", "y")}}}}
}

func digest(t testing.TB, e Entry) v1.Hash {
	t.Helper()
	h, err := Digest(e)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// signer makes a key of each kind, as cosign takes them.
func signer(t testing.TB, kind string) (sign func([]byte) []byte, key *attached.Key) {
	t.Helper()
	var s crypto.Signer
	var err error
	switch kind {
	case "ecdsa":
		s, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "rsa":
		s, err = rsa.GenerateKey(rand.Reader, 2048)
	case "ed25519":
		_, s, err = ed25519.GenerateKey(rand.Reader)
	}
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(s.Public())
	if err != nil {
		t.Fatal(err)
	}
	if key, err = attached.ParseKey("cosign.pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})); err != nil {
		t.Fatal(err)
	}
	return func(message []byte) []byte {
		opts := crypto.SHA256
		if kind == "ed25519" {
			opts = 0
		} else {
			sum := sha256.Sum256(message)
			message = sum[:]
		}
		sig, err := s.Sign(rand.Reader, message, opts)
		if err != nil {
			t.Fatal(err)
		}
		return sig
	}, key
}

func TestChecks(t *testing.T) {
	sign, _ := signer(t, "ecdsa")
	h := digest(t, app())
	signed := []Entry{app(), Signature(h, SimpleSigning(h), sign)}
	copied := []Entry{app(), Signature(h, SimpleSigning(digest(t, other())), sign)}
	platform := &v1.Platform{OS: "linux", Architecture: runtime.GOARCH}
	here, second := app(), other()
	here.Platform, second.Platform = platform, platform
	liar := here
	liar.Config = func(c *v1.ConfigFile) { c.Architecture = "mips" }
	changed := app()
	changed.Layers[0].DiffID = v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}
	mixed := app()
	mixed.Layers[0].MediaType = types.DockerUncompressedLayer
	wrong := app()
	wrong.Layers[0].MediaType = types.OCILayerZStd
	of := func(list ...Entry) []Entry { return []Entry{Index{Names: []string{"1.0"}, Entries: list}} }
	checktest.Walk(t, supply.Family, []checktest.Pair{
		{ID: "X001", Bad: app(), GoodLayout: signed},
		{ID: "X002", Bad: app(), GoodLayout: []Entry{app(), Artifact{Type: "application/spdx+json", Subject: app(), Blobs: []ArtifactBlob{{MediaType: "application/spdx+json", Content: spdx}}}}},
		{ID: "X003", Bad: app(), GoodLayout: of(here, Attestation{For: here, Statements: map[string]string{slsaType: InToto(digest(t, here), slsaType, slsa)}})},
		{ID: "X004", BadLayout: of(liar), GoodLayout: of(here)},
		{ID: "X004", BadLayout: of(here, second), GoodLayout: of(here), AnySeverity: true},
		{ID: "X005", Bad: changed, Good: app()},
		{ID: "X006", Bad: mixed, Good: app()},
		{ID: "X006", Bad: wrong, Good: app(), Severity: finding.Medium},
		{ID: "X007", Bad: checktest.Image(nil, Reg("usr/share/app.spdx.json", "{}")), Good: checktest.Image(nil, Reg("usr/share/spdx.js", "{}"))},
		{ID: "X008", BadLayout: copied, GoodLayout: signed},
		{ID: "X008", BadLayout: of(here, Attestation{For: here, Statements: map[string]string{slsaType: InToto(digest(t, other()), slsaType, slsa)}}), GoodLayout: signed},
		{ID: "X008", BadLayout: of(here, Attestation{For: here, Statements: map[string]string{slsaType: "[]"}}), GoodLayout: signed},
	})
}

// A signature is worth something if the key made it over this very image.
func TestKey(t *testing.T) {
	for _, kind := range []string{"ecdsa", "rsa", "ed25519"} {
		sign, key := signer(t, kind)
		foreign, _ := signer(t, kind)
		h := digest(t, app())
		good := SimpleSigning(h)
		index := Index{Names: []string{"1.0"}, Entries: []Entry{func() Image {
			i := app()
			i.Platform = &v1.Platform{OS: "linux", Architecture: runtime.GOARCH}
			return i
		}()}}
		attested := func(sign func([]byte) []byte, of v1.Hash) Artifact {
			return Artifact{Names: []string{"sha256-" + h.Hex + ".att"}, Blobs: []ArtifactBlob{{
				MediaType: "application/vnd.dsse.envelope.v1+json", Content: Envelope(InToto(of, spdxType, spdx), sign),
			}}}
		}
		for what, c := range map[string]struct {
			entries []Entry
			want    check.Status
			verdict attached.Verdict
			problem string
		}{
			"signed":                      {[]Entry{app(), Signature(h, good, sign)}, check.Pass, attached.Valid, ""},
			"by another key":              {[]Entry{app(), Signature(h, good, foreign)}, check.Fail, attached.Invalid, "the key did not make"},
			"another image's, copied":     {[]Entry{app(), Signature(h, SimpleSigning(digest(t, other())), sign)}, check.Fail, attached.Invalid, "another image"},
			"payload changed after it":    {[]Entry{app(), Signature(h, good, func([]byte) []byte { return sign([]byte(SimpleSigning(digest(t, other())))) })}, check.Fail, attached.Invalid, "the key did not make"},
			"no signature in the place":   {[]Entry{app(), Signature(h, good, func([]byte) []byte { return nil })}, check.Fail, attached.NotVerified, "no signature that can be read"},
			"not signed":                  {[]Entry{app()}, check.Fail, 0, ""},
			"the index is signed":         {[]Entry{index, Signature(digest(t, index), SimpleSigning(digest(t, index)), sign)}, check.Pass, attached.Valid, ""},
			"one of two by the key":       {[]Entry{app(), Signature(h, good, foreign), Artifact{Type: "x", Subject: app(), Blobs: Signature(h, good, sign).Blobs}}, check.Pass, attached.Invalid, ""},
			"a statement is no signature": {[]Entry{app(), attested(sign, h)}, check.Fail, attached.Valid, ""},
			"a statement by another key":  {[]Entry{app(), attested(foreign, h)}, check.Fail, attached.Invalid, "the key did not make"},
			"a statement about another":   {[]Entry{app(), attested(sign, digest(t, other()))}, check.Fail, attached.Invalid, "another image"},
		} {
			a := checktest.AnalyzeLayout(t, nil, key, c.entries...)
			if o := checktest.Outcome(t, a, "X001"); o.Status != c.want {
				t.Errorf("%s, %s: %v (%s)", kind, what, o.Status, o.Reason)
			}
			if c.want == check.Fail {
				if f := checktest.Findings(a, "X001"); len(f) != 1 || f[0].Severity != finding.High {
					t.Errorf("%s, %s: %+v", kind, what, f)
				}
			}
			if len(c.entries) == 1 {
				continue
			}
			var last attached.Artifact
			for _, x := range a.Attached.Artifacts {
				if last = x; x.Verified == c.verdict && strings.Contains(x.Problem, c.problem) {
					break
				}
			}
			if last.Verified != c.verdict || !strings.Contains(last.Problem, c.problem) {
				t.Errorf("%s, %s: %+v", kind, what, a.Attached.Artifacts)
			}
		}
	}
}

// What is attached is shown with what it says of itself, and as no more than that.
func TestClaims(t *testing.T) {
	h := digest(t, app())
	sign, _ := signer(t, "ecdsa")
	a := checktest.AnalyzeLayout(t, nil, nil, app(), Signature(h, SimpleSigning(h), sign),
		Artifact{Type: "application/spdx+json", Subject: app(), Blobs: []ArtifactBlob{{MediaType: "application/spdx+json", Content: spdx}}},
		Artifact{Type: "application/vnd.cncf.notary.signature", Subject: app(), Blobs: []ArtifactBlob{{MediaType: "application/jose+json", Content: "{}"}}},
		Artifact{Type: "application/vnd.cyclonedx+json", Subject: app(), Blobs: []ArtifactBlob{{MediaType: "application/vnd.cyclonedx+json", Content: `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}`}}},
		Artifact{Type: "application/vnd.dev.sigstore.bundle.v0.3+json", Subject: app(), Blobs: []ArtifactBlob{{
			MediaType: "application/vnd.dev.sigstore.bundle.v0.3+json", Content: `{"dsseEnvelope":` + Envelope(InToto(h, slsaType, slsa), sign) + `}`}}},
	)
	want := map[string]string{
		"cosign": "for example.org/app", "SPDX-2.3": "packages 2; made by syft-1; made at 2026-01-01T00:00:00Z", "notation": "", "CycloneDX 1.6": "packages 1",
		slsaType: "built by https://example.org/builder; as https://example.org/build; materials 1",
	}
	if len(a.Attached.Artifacts) != len(want) {
		t.Errorf("%+v", a.Attached.Artifacts)
	}
	for _, x := range a.Attached.Artifacts {
		if claims, ok := want[x.Format]; !ok || strings.Join(x.Claims, "; ") != claims || x.Verified != attached.NotVerified || x.Problem != "" {
			t.Errorf("%+v", x)
		}
	}
}

// Guards against calling unsigned what could not be asked: archives of engines
// do not keep what is attached.
func TestCannotTell(t *testing.T) {
	for name, write := range map[string]func(io.Writer, ...Image) error{
		"docker 25": DockerArchive25, "docker 20": DockerArchive20, "podman": PodmanArchive,
	} {
		path := filepath.Join(t.TempDir(), "image.tar")
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(write(f, app()), f.Close()); err != nil {
			t.Fatal(err)
		}
		img, err := source.Open(t.Context(), path, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, err := analyzer.Start(t.Context(), img, analyzer.Options{Checks: checktest.Families()}).Wait()
		if err != nil {
			t.Fatal(err)
		}
		img.Close()
		for _, id := range []string{"X001", "X002", "X003"} {
			if o := checktest.Outcome(t, a, id); o.Status != check.Unknown || !strings.Contains(o.Reason, "does not keep") {
				t.Errorf("%s, %s: %v (%s)", name, id, o.Status, o.Reason)
			}
		}
	}
}

// A key that is none, or is a private one, is refused.
func TestParseKey(t *testing.T) {
	for what, text := range map[string]string{
		"nothing": "", "no PEM": "hello", "private": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"broken": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
	} {
		if _, err := attached.ParseKey("cosign.pub", []byte(text)); err == nil {
			t.Errorf("%s is a key", what)
		}
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skip(err) // newer versions of Go make no such keys
	}
	der, _ := x509.MarshalPKIXPublicKey(small.Public())
	if _, err := attached.ParseKey("cosign.pub", pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})); err == nil {
		t.Error("a key of 1024 bits is taken")
	}
}
