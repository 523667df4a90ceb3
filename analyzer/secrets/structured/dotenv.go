package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// exampleNames are parts of the names of files that are there to be copied.
var exampleNames = []string{"example", "sample", "template", "dist", "default", "tpl", "skel"}

// parseDotenv reads NAME=value lines, as .env files and /etc/environment have.
func parseDotenv(f *file) {
	walkINI(f.text, "=", func(e entry) {
		name := strings.TrimSpace(strings.TrimPrefix(e.key, "export "))
		if !isName(strings.ReplaceAll(strings.ReplaceAll(name, ".", "_"), "-", "_")) {
			return
		}
		f.take("S031", valueHits(name, e.value), e.off)
	})
	for i := range f.hits {
		if hasAny(f.base, exampleNames) {
			f.hits[i].lower(finding.Low, "in a file that is an example by its name")
		}
	}
	for _, h := range awsIn(f.text) {
		f.add(h, h.Line)
	}
}
