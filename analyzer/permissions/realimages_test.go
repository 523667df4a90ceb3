package permissions_test

import (
	"testing"

	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	. "peel/source/sourcetest"
)

// libnet-ssleay-perl brings a key as an example, and openssh-server makes three
// at once: one cause, one finding.
func TestKeysOfPackages(t *testing.T) {
	const key = "-----BEGIN PRIVATE KEY-----\n"
	a := checktest.Analyze(t, Image{Layers: []Layer{{Files: []File{
		Reg("usr/share/doc/libnet-ssleay-perl/examples/server_key.pem", key),
		Reg("etc/ssh/ssh_host_rsa_key", key).Mode(0o600), Reg("etc/ssh/ssh_host_ecdsa_key", key).Mode(0o600),
	}}}}, "")
	example, host := 0, 0
	for _, f := range a.Findings {
		switch f.ID {
		case "P029":
			if example++; f.Severity != finding.Info {
				t.Errorf("the example is %v", f.Severity)
			}
		case "P025":
			if host++; len(f.Paths) != 2 {
				t.Errorf("the host keys are %v", f.Paths)
			}
		}
	}
	if example != 1 || host != 1 {
		t.Errorf("%d findings for the example, %d for the host keys", example, host)
	}
}
