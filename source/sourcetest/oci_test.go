package sourcetest_test

import (
	"io"
	"log"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"

	. "peel/source/sourcetest"
)

func TestOCILayoutIsValid(t *testing.T) {
	dir := t.TempDir()
	amd := with(app(), GzipMulti) // validate reads gzip alone
	arm := with(app(), Gzip)
	arm.Platform = &v1.Platform{OS: "linux", Architecture: "arm64", Variant: "v8"}
	x := Index{Names: []string{"all"}, Entries: []Entry{amd, Index{Entries: []Entry{arm}}}}
	if err := OCILayout(dir, with(app(), Gzip), x); err != nil {
		t.Fatal(err)
	}
	path, err := layout.FromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	idx, err := path.ImageIndex()
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(idx); err != nil {
		t.Error(err)
	}
	m, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Manifests[1].Annotations["org.opencontainers.image.ref.name"]; got != "all" {
		t.Errorf("ref.name %q, want all", got)
	}
}

func TestV1IsValid(t *testing.T) {
	for _, docker := range []bool{false, true} {
		in := app()
		in.Docker = docker
		mixed, err := V1(in)
		if err != nil {
			t.Fatal(err)
		}
		checkLayers(t, mixed)
		zipped, err := V1(with(in, Gzip))
		if err != nil {
			t.Fatal(err)
		}
		if err := validate.Image(zipped); err != nil {
			t.Errorf("docker %v: %v", docker, err)
		}
	}
}

// attested is app in the index that buildkit makes of it.
func attested() Index {
	return Index{Entries: []Entry{app(), Attestation{
		For:        app(),
		Statements: map[string]string{"https://slsa.dev/provenance/v0.2": "{}"},
	}}}
}

func TestPushAndPull(t *testing.T) {
	srv := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer srv.Close()
	ref, err := name.ParseReference(strings.TrimPrefix(srv.URL, "http://") + "/app:1")
	if err != nil {
		t.Fatal(err)
	}
	idx, err := V1Index(attested())
	if err != nil {
		t.Fatal(err)
	}
	if err := remote.WriteIndex(ref, idx); err != nil {
		t.Fatal(err)
	}
	img, err := remote.Image(ref)
	if err != nil {
		t.Fatal(err)
	}
	checkLayers(t, img)
}

func TestAttestationNamesItsImage(t *testing.T) {
	idx, err := V1Index(attested())
	if err != nil {
		t.Fatal(err)
	}
	m, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	image, attestation := m.Manifests[0], m.Manifests[1]
	if got := attestation.Annotations["vnd.docker.reference.digest"]; got != image.Digest.String() {
		t.Errorf("attestation of %s, want %s", got, image.Digest)
	}
	if got := attestation.Platform.String(); got != "unknown/unknown" {
		t.Errorf("platform %s", got)
	}
}

func TestArtifactRefersToItsSubject(t *testing.T) {
	idx, err := V1Index(Index{Entries: []Entry{app(), Artifact{
		Type:    "application/vnd.example.sbom",
		Blobs:   []ArtifactBlob{{MediaType: "text/plain", Content: "sbom", Title: "sbom.txt"}},
		Subject: app(),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := idx.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	d := m.Manifests[1]
	if d.ArtifactType != "application/vnd.example.sbom" {
		t.Errorf("artifactType %q", d.ArtifactType)
	}
	img, err := idx.Image(d.Digest)
	if err != nil {
		t.Fatal(err)
	}
	artifact, err := img.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	if artifact.Subject.Digest != m.Manifests[0].Digest {
		t.Error("subject is another image")
	}
	if artifact.Config.MediaType != "application/vnd.oci.empty.v1+json" || artifact.Config.Size != 2 {
		t.Errorf("config %+v", artifact.Config)
	}
}
