package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// parseWireGuard reads wg0.conf: a key is 32 bytes in base64.
func parseWireGuard(f *file) {
	walkINI(f.text, "=", func(e entry) {
		var title string
		switch e.key {
		case "PrivateKey":
			title = "WireGuard private key"
		case "PresharedKey":
			title = "WireGuard preshared key"
		default:
			return
		}
		b, ok := decode64(e.value)
		if ok && len(b) == 32 && strings.HasSuffix(e.value, "=") {
			f.secret("S001", title, e.off, e.value).sure("32 bytes in base64, as its kind has")
		}
	})
}

// parseOpenVPN reads the static keys and passwords of a profile; its private
// key is in PEM.
func parseOpenVPN(f *file) {
	const begin, end = "-----BEGIN OpenVPN Static key V1-----", "-----END OpenVPN Static key V1-----"
	if i := strings.Index(f.text, begin); i >= 0 {
		if n := strings.Index(f.text[i:], end); n > 200 {
			f.add(Hit{ID: "S001", Title: "OpenVPN static key", Severity: severityOf("S001"), Confidence: finding.Sure, Value: f.text[i : i+n+len(end)]}, i)
		}
	}
	i := strings.Index(f.text, "<auth-user-pass>")
	if i < 0 {
		return
	}
	body, _, _ := strings.Cut(f.text[i+len("<auth-user-pass>"):], "</")
	if lines := strings.Fields(body); len(lines) == 2 {
		f.secret("S033", "OpenVPN password", i, lines[1]).sign("for a VPN")
	}
}

// parseNetwork reads the passwords of wireless networks, PPP and IPsec.
func parseNetwork(f *file) {
	walkINI(f.text, "=", func(e entry) {
		switch e.key {
		case "psk", "wep_key0", "password", "private_key_passwd", "wep-key0", "leap-password", "secret":
			f.secret("S033", "network password", e.off, e.value).sign("for a network")
		}
	})
	eachLine(f.text, func(off int, line string) {
		words := strings.Fields(line)
		switch {
		case len(words) == 0 || words[0][0] == '#':
		case strings.HasSuffix(f.base, "ap-secrets") && len(words) >= 3:
			f.secret("S033", "PPP password", off, strings.Trim(words[2], `"`)).sign("for a network")
		case f.base == "ipsec.secrets" && len(words) >= 3 && strings.Contains(line, ": PSK"):
			f.secret("S033", "IPsec preshared key", off, strings.Trim(words[len(words)-1], `"`)).sign("for a VPN")
		}
	})
}
