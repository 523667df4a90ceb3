package packages

import (
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/anchore/syft/syft"
	"github.com/anchore/syft/syft/cataloging"
	"github.com/anchore/syft/syft/file"
	"github.com/anchore/syft/syft/pkg"
)

// TestScannerIsSyfts guards the declarations that are linked to syft's: what they
// stand for must be written there as it was when they were.
func TestScannerIsSyfts(t *testing.T) {
	dir, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anchore/syft").Output()
	if err != nil {
		t.Fatal(err)
	}
	var src strings.Builder
	for _, name := range []string{"scanner.go", "context.go"} {
		b, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), "internal", "licenses", name))
		if err != nil {
			t.Fatal(err)
		}
		src.Write(b)
	}
	for _, decl := range []string{
		"type Scanner interface {\n",
		"type ScannerConfig struct {\n\tCoverageThreshold float64\n\tScanner           func([]byte) licensecheck.Coverage\n}\n",
		"func NewScanner(c *ScannerConfig) (Scanner, error) {\n",
		"func SetContextLicenseScanner(ctx context.Context, s Scanner) context.Context {\n",
	} {
		if !strings.Contains(src.String(), decl) {
			t.Errorf("syft's package licenses has not:\n%s", decl)
		}
	}
}

// TestLicenses guards that the scanner that is made when it is needed says what
// syft's own says.
func TestLicenses(t *testing.T) {
	ours, err := licenseContext(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := syft.SetContextLicenseScanner(t.Context(), cataloging.DefaultLicenseConfig())
	if err != nil {
		t.Fatal(err)
	}
	mit := "Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the \"Software\"), " +
		"to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, " +
		"and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: " +
		"The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software. " +
		"THE SOFTWARE IS PROVIDED \"AS IS\", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, " +
		"FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER " +
		"LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.\n"
	for _, c := range []struct{ text, id string }{
		{mit, "MIT"},
		{strings.Repeat("Nothing is said here of what may be done. ", 200) + mit, ""},
		{"All rights reserved.\n", ""},
	} {
		of := func(ctx context.Context) []pkg.License {
			return pkg.NewLicensesFromReadCloserWithContext(ctx, file.NewLocationReadCloser(file.NewLocation("LICENSE"), io.NopCloser(strings.NewReader(c.text))))
		}
		got, want := of(ours), of(theirs)
		if !reflect.DeepEqual(got, want) || len(got) != 1 || got[0].SPDXExpression != c.id {
			t.Errorf("%.40q: %+v\nsyft's own says %+v", c.text, got, want)
		}
	}
}
