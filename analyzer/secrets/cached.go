package secrets

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"peel/analyzer/finding"
)

// caches are directories in which tools keep archives of packages that they have
// unpacked elsewhere.
var caches = []string{"cache/", ".npm/", ".m2/repository/", ".cargo/registry/cache/", ".gradle/caches/", "var/lib/apt/archives/", "/gems/cache/", ".nuget/packages/"}

// dropCached leaves out what archives in caches hold that a finding of an unpacked
// file tells already: the same secret in a file of the same name. The finding says
// how many archives hold it, too.
func (a *assembly) dropCached() {
	type file struct{ check, secret, base string }
	unpacked := map[file]int{}
	for i := range a.findings {
		f := &a.findings[i]
		key := file{f.ID, f.Secret, path.Base(f.Path)}
		if _, known := unpacked[key]; !known && !inCache(f.Path) {
			unpacked[key] = i
		}
	}
	copies, drop := map[int]int{}, map[int]bool{}
	for i := range a.findings {
		f := &a.findings[i]
		if !inCache(f.Path) {
			continue
		}
		key := file{f.ID, f.Secret, path.Base(f.Path)}
		if n, known := unpacked[key]; known && sameState(&a.findings[n], f) {
			copies[n]++
			drop[i] = true
		} else {
			unpacked[key] = i // of two archives, the first
		}
	}
	for n, count := range copies {
		a.findings[n].Reason = join(a.findings[n].Reason, "also in "+number(count, "archive")+" of a cache")
	}
	if len(drop) == 0 {
		return
	}
	var kept []finding.Finding
	for i := range a.findings {
		if !drop[i] {
			kept = append(kept, a.findings[i])
		}
	}
	a.findings = kept
}

// inCache reports whether a path leads into an archive in a cache.
func inCache(full string) bool {
	archive, _, nested := strings.Cut(full, "!/")
	return nested && slices.ContainsFunc(caches, func(dir string) bool { return strings.Contains("/"+archive, dir) })
}

// sameState reports whether two findings are both in the final file system, or both
// deleted: what only an archive keeps is told.
func sameState(a, b *finding.Finding) bool { return (a.DeletedIn == nil) == (b.DeletedIn == nil) }

func number(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
