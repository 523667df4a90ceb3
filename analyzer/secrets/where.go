package secrets

import (
	"path"
	"regexp"
	"strings"

	"peel/analyzer/finding"
)

// dependencies are directories, and archives in caches, of packages that others
// have published.
var dependencies = []string{
	"node_modules/", "bower_components/", "site-packages/", "dist-packages/", "/gems/", "go/pkg/mod/", ".cargo/registry/", "_cacache/content-v2/",
	"/vendor/github.com/", "/vendor/golang.org/", "/vendor/google.golang.org/", "/vendor/gopkg.in/", "/vendor/k8s.io/", "/vendor/bundle/", ".m2/repository/", "/third_party/",
	"usr/local/go/", "usr/lib/go/", "usr/lib/golang/",
}

// versioned are directories that have a version in their names: a Go module in the
// module cache, wherever that is, and Python's own library.
var versioned = regexp.MustCompile(`@v[0-9]+\.[0-9]+\.[0-9]+[^/]*/|/lib/python[23]\.[0-9]+/`)

// examples are directories of what a package tests or explains itself with.
var examples = map[string]bool{
	"test": true, "tests": true, "__tests__": true, "spec": true, "specs": true, "fixtures": true, "benchmark": true, "benchmarks": true,
	"doc": true, "docs": true, "example": true, "examples": true, "man": true, "testdata": true, "test-data": true, "test_data": true, "testing": true,
	"test-fixtures": true, "testfixtures": true, "__fixtures__": true, "fixture": true, "mock": true, "mocks": true, "__mocks__": true, "corpus": true, "website": true,
	"e2e": true, "integration": true, "integration_tests": true, "integration-tests": true, "sample": true, "samples": true, "demo": true, "fuzz": true, "contrib": true,
	"documentation": true, "tutorial": true, "tutorials": true, ".github": true,
}

// inDependency lowers what came with somebody's package: what only its name makes
// a secret there is known to the world; and in a package's tests and documentation,
// tokens and keys as well are made up or given up. Elsewhere in a package they are
// as grave as anywhere.
func inDependency(f *finding.Finding, m *match, full string) {
	within, ok := inPackage(full)
	named := m.rank <= rankField
	switch {
	case ok && isExample(within):
		to := finding.Low
		if named || m.rank == rankURL || f.Severity <= finding.Low {
			to = finding.Info
		}
		if f.Severity > to {
			f.Severity, f.Reason = to, join(f.Reason, "in the tests or the documentation of a dependency")
		}
	case ok && named:
		if f.Severity > finding.Low || f.Reason == "" {
			f.Severity, f.Reason = min(f.Severity, finding.Low), join(f.Reason, "in a dependency, which others publish as it is")
		}
	case !ok && m.rank <= rankURL && isGoTest(full):
		f.Severity, f.Reason = min(f.Severity, finding.Info), join(f.Reason, "in a test of Go, which no program includes")
	}
}

// inPackage is a path within the innermost package that others have published. The
// documentation of distributions' packages is one.
func inPackage(full string) (within string, ok bool) {
	if isDocumentation(full) {
		return full, true
	}
	full = "/" + full
	begin := -1
	for _, dir := range dependencies {
		if n := strings.LastIndex(full, dir); n >= 0 {
			begin = max(begin, n+len(dir))
		}
	}
	if strings.Contains(full, "@v") || strings.Contains(full, "/python") {
		if all := versioned.FindAllStringIndex(full, -1); all != nil {
			begin = max(begin, all[len(all)-1][1])
		}
	}
	if begin < 0 {
		return "", false
	}
	return full[begin:], true
}

// isGoTest goes by what the Go tool leaves out of programs.
func isGoTest(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.Contains("/"+name, "/testdata/")
}

// isExample goes by the names of directories and files.
func isExample(name string) bool {
	dir, base := path.Split(strings.ToLower(name))
	for el := range strings.SplitSeq(dir, "/") {
		if examples[el] || strings.HasPrefix(el, "test_") || strings.HasPrefix(el, "test-") || strings.HasSuffix(el, "-test") || strings.HasSuffix(el, "_test") || strings.HasSuffix(el, ".dist-info") || strings.HasSuffix(el, ".egg-info") {
			return true
		}
	}
	for _, part := range []string{"readme", "changelog", "changes", "history", "test_", "swagger.", "openapi.", "example"} {
		if strings.HasPrefix(base, part) {
			return true
		}
	}
	for _, part := range []string{".test.", ".spec.", "_test.", "_test_", "-test.", "_testdata"} {
		if strings.Contains(base, part) {
			return true
		}
	}
	switch path.Ext(base) {
	case ".md", ".mdx", ".rst", ".adoc":
		return true
	}
	return false
}

// isDocumentation goes by where distributions' packages put theirs.
func isDocumentation(path string) bool {
	for _, dir := range []string{"usr/share/doc/", "usr/share/man/", "usr/share/info/"} {
		if strings.HasPrefix(path, dir) {
			return true
		}
	}
	return false
}
