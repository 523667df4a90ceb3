package secrets

import (
	"path"
	"strings"

	"peel/analyzer/finding"
)

// dependencies are directories, and archives in caches, of packages that others
// have published.
var dependencies = []string{
	"node_modules/", "site-packages/", "dist-packages/", "/gems/", "go/pkg/mod/", ".cargo/registry/", "_cacache/content-v2/",
}

// examples are directories of what a package tests or explains itself with.
var examples = map[string]bool{
	"test": true, "tests": true, "__tests__": true, "spec": true, "specs": true, "fixtures": true, "benchmark": true, "benchmarks": true,
	"doc": true, "docs": true, "example": true, "examples": true, "man": true,
}

// inDependency lowers what only its name makes a secret where it came with
// somebody's package: the world has it, or it is an example. Tokens with a form
// of their own are as grave there as anywhere.
func inDependency(f *finding.Finding, m *match, full string) {
	if m.rank > rankField {
		return
	}
	within := ""
	for _, dir := range dependencies {
		if n := strings.LastIndex("/"+full, dir); n >= 0 {
			if rest := ("/" + full)[n+len(dir):]; within == "" || len(rest) < len(within) {
				within = rest
			}
		}
	}
	switch {
	case within == "":
	case isExample(within):
		f.Severity, f.Reason = min(f.Severity, finding.Info), join(f.Reason, "in the tests or the documentation of a dependency")
	default:
		f.Severity, f.Reason = min(f.Severity, finding.Low), join(f.Reason, "in a dependency, which others publish as it is")
	}
}

// isExample goes by the names of directories and files.
func isExample(name string) bool {
	dir, base := path.Split(strings.ToLower(name))
	for el := range strings.SplitSeq(dir, "/") {
		if examples[el] {
			return true
		}
	}
	for _, part := range []string{"readme", "changelog", "changes", "history", "test_"} {
		if strings.HasPrefix(base, part) {
			return true
		}
	}
	return strings.Contains(base, ".test.") || strings.Contains(base, ".spec.") || strings.HasSuffix(base, ".md") || strings.HasSuffix(base, ".rst")
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
