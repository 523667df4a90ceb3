package packages

import (
	"bytes"
	"regexp"
	"testing"

	"github.com/anchore/syft/syft/format/spdxjson"

	"peel/source/sourcetest"
)

// TestSPDX guards that what is written piece by piece is what syft writes at once.
func TestSPDX(t *testing.T) {
	r := find(t, append(deb("curl", "usr/bin/curl", "12345", "etc/<curl>&rc", "678"), osRelease, status("curl=7.88"),
		npm("a/node_modules/x", "x", "1.0.0"), sourcetest.Symlink("etc/link", "x"), reg("usr/share/doc/curl/copyright", "Of no known licence <>&")))
	var got, want bytes.Buffer
	if err := r.Encode(&got, SPDXJSON); err != nil {
		t.Fatal(err)
	}
	enc, err := spdxjson.NewFormatEncoderWithConfig(spdxjson.DefaultEncoderConfig())
	if err != nil {
		t.Fatal(err)
	}
	if err := enc.Encode(&want, *r.sbom); err != nil {
		t.Fatal(err)
	}
	const uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
	random := regexp.MustCompile(uuid + `|"created":"[^"]*"`)
	g, w := random.ReplaceAllString(got.String(), ""), random.ReplaceAllString(want.String(), "")
	if g != w || len(w) < 3000 {
		t.Errorf("%d bytes:\n%s\nsyft writes\n%s", len(w), g, w)
	}
}
