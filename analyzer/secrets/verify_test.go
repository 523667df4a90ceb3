package secrets

import (
	"strings"
	"testing"

	"peel/analyzer/finding"
)

// TestNATSSeed guards the checksum, with the seed that the documentation of NATS gives.
func TestNATSSeed(t *testing.T) {
	const seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
	for v, want := range map[string]finding.Severity{seed: finding.Critical, strings.Replace(seed, "XKF", "XKG", 1): finding.Low} {
		if sev, reason := worst(t, "app/app.creds", "-----BEGIN USER NKEY SEED-----\n"+v+"\n------END USER NKEY SEED------\n", v); sev != want {
			t.Errorf("%s: %v, %q", v, sev, reason)
		}
	}
}
