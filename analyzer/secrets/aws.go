package secrets

import (
	"peel/analyzer/finding"
)

// awsKeyID is gitleaks' rule for the ids.
const awsKeyID = "aws-access-token"

// Pairs of an AWS access key: the secret is near the id, before or after it.
const (
	awsWindow    = 600
	awsSecretLen = 40
)

var awsSecretSet = chars("A-Za-z0-9/+")

// pairAWS looks for the secret that belongs to an access key's id. Its form is
// that of any base64, so its name must be near too, unless it stands in quotes
// or behind a separator right after the id.
func (t *text) pairAWS(b []byte, start, end int, f *match) {
	lo, hi := max(start-awsWindow, 0), min(end+awsWindow, len(b))
	window := b[lo:hi]
	best, distance := -1, awsWindow+1
	for i := 0; i+awsSecretLen <= len(window); {
		n := runLen(window, i, awsSecretSet, awsWindow)
		if n == awsSecretLen && isAWSSecret(window[i:i+n]) {
			d := i - (end - lo)
			if d < 0 {
				d = start - lo - (i + n)
			}
			if d < distance {
				best, distance = i, d
			}
		}
		i += n + 1
	}
	named := containsFold(window, "secret") || containsFold(window, "aws_sec")
	if best < 0 || !named && distance > 40 {
		return
	}
	f.more = append(f.more, string(window[best:best+awsSecretLen]))
	f.sev, f.conf, f.reason = finding.Critical, finding.Sure, "an access key's id and its secret"
}

// isAWSSecret tells random base64 from paths and words of 40 characters, and
// from hex digests.
func isAWSSecret(v []byte) bool {
	return entropy(v) > 4.2 && mixed(v) && !wordy(v) && runLen(v, 0, hexDigits, len(v)) < len(v) && filler(v) == ""
}
