package permissions_test

import (
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

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

// What is preloaded from /tmp need not be there yet.
func TestPathsThatEverybodyCanMake(t *testing.T) {
	for env, want := range map[string]bool{
		"LD_PRELOAD=/tmp/hook.so": true, "LD_LIBRARY_PATH=/tmp/a/lib": true, "PATH=/usr/bin:/tmp/bin": true,
		"LD_PRELOAD=/opt/hook.so": false, "LD_LIBRARY_PATH=/nowhere/lib": false, "PATH=/usr/bin:/usr/games": false,
	} {
		img := checktest.Image(func(c *v1.ConfigFile) { c.Config.Env = []string{env} }, Dir("tmp", 0o1777), Dir("opt", 0o755), Dir("usr/bin", 0o755))
		found := false
		for _, f := range checktest.Analyze(t, img, "").Findings {
			found = found || f.ID == "P031" || f.ID == "P032"
		}
		if found != want {
			t.Errorf("%s: %v, want %v", env, found, want)
		}
	}
}
