package secrets

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"time"

	"peel/analyzer/finding"
)

// verifiers look closer at the values of some rules.
var verifiers = map[string]func([]byte) verdict{
	"github-pat": checkGitHub, "github-oauth": checkGitHub, "github-app-token": checkGitHub, "github-refresh-token": checkGitHub,
	"npm-access-token": checkNPM, "nats-seed": checkNATS,
	"aws-access-token": func([]byte) verdict {
		return verdict{sev: finding.Medium, conf: finding.Likely, set: true, reason: "the id alone: its secret was not found near it"}
	},
	"stripe-access-token": func(v []byte) verdict {
		if bytes.Contains(v, []byte("_test_")) {
			return verdict{sev: finding.Medium, conf: finding.Likely, set: true, reason: "a key of the test mode"}
		}
		return verdict{}
	},
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// crc62 is the CRC-32 of b as GitHub and npm write it: six digits of base 62.
func crc62(b []byte) string {
	sum := crc32.ChecksumIEEE(b)
	var out [6]byte
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = base62[sum%62]
		sum /= 62
	}
	return string(out[:])
}

// checkGitHub verifies the last six characters of a token of 40, a checksum of
// the 30 random ones before them (github.blog, "Behind GitHub's new
// authentication token formats").
func checkGitHub(v []byte) verdict { return checkCRC(v, "GitHub") }

// checkNPM does the same for npm's tokens.
func checkNPM(v []byte) verdict { return checkCRC(v, "npm") }

func checkCRC(v []byte, issuer string) verdict {
	if len(v) != 40 {
		return verdict{}
	}
	if crc62(v[4:34]) == string(v[34:]) {
		return verdict{sev: finding.Critical, conf: finding.Sure, set: true, reason: "the checksum is right: issued by " + issuer}
	}
	return verdict{sev: finding.Medium, conf: finding.Unsure, set: true,
		reason: "the checksum is wrong: altered, made up, or not issued by " + issuer}
}

// checkNATS verifies the checksum of a seed: the last two bytes of what its base32
// decodes to are a CRC-16 of those before (github.com/nats-io/nkeys).
func checkNATS(v []byte) verdict {
	b, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(string(v))
	if err != nil || len(b) < 3 {
		return verdict{drop: true}
	}
	n := len(b) - 2
	if crc16(b[:n]) != binary.LittleEndian.Uint16(b[n:]) {
		return verdict{sev: finding.Low, conf: finding.Unsure, set: true, reason: "the checksum is wrong: altered, or made up"}
	}
	return verdict{sev: finding.Critical, conf: finding.Sure, set: true, reason: "the checksum is right"}
}

// crc16 is the CRC-16 of XMODEM: polynomial 0x1021, from zero.
func crc16(b []byte) (sum uint16) {
	for _, c := range b {
		sum ^= uint16(c) << 8
		for range 8 {
			carry := sum & 0x8000
			if sum <<= 1; carry != 0 {
				sum ^= 0x1021
			}
		}
	}
	return sum
}

// checkJWT reads the header and the expiry of a JSON web token.
func checkJWT(v []byte, now time.Time) verdict {
	parts := bytes.SplitN(v, []byte("."), 3)
	if len(parts) < 3 {
		return verdict{drop: true}
	}
	var header struct {
		Alg string `json:"alg"`
	}
	if json.Unmarshal(unbase64(parts[0]), &header) != nil {
		return verdict{sev: finding.Low, conf: finding.Unsure, set: true, reason: "the form of a web token, but its header cannot be read"}
	}
	var claims struct {
		Expires json.Number `json:"exp"`
		Subject any         `json:"sub"`
		Issuer  any         `json:"iss"`
		Name    any         `json:"name"`
	}
	if json.Unmarshal(unbase64(parts[1]), &claims) != nil {
		return verdict{sev: finding.Medium, conf: finding.Likely, set: true, reason: "the header is valid, the claims are encrypted or cut"}
	}
	seconds, err := claims.Expires.Float64()
	switch {
	case claims.Subject == "1234567890" || claims.Issuer == "joe" || claims.Name == "John Doe":
		return verdict{sev: finding.Info, conf: finding.Sure, set: true, reason: "an example of the documentation of web tokens: its claims say so"}
	case claims.Expires == "" || err != nil:
		return verdict{sev: finding.Medium, conf: finding.Sure, set: true, reason: "valid form; it never expires"}
	case time.Unix(int64(min(seconds, 1<<40)), 0).Before(now):
		return verdict{sev: finding.Low, conf: finding.Sure, set: true,
			reason: "valid form; it expired on " + time.Unix(int64(seconds), 0).UTC().Format(time.DateOnly)}
	}
	return verdict{sev: finding.Medium, conf: finding.Sure, set: true,
		reason: "valid form; it expires on " + time.Unix(int64(min(seconds, 1<<40)), 0).UTC().Format(time.DateOnly)}
}

// unbase64 decodes either alphabet, padded or not; nil if b is neither.
func unbase64(b []byte) []byte {
	b = bytes.TrimRight(b, "=")
	out := make([]byte, len(b))
	for _, enc := range []*base64.Encoding{base64.RawURLEncoding, base64.RawStdEncoding} {
		if n, err := enc.Decode(out, b); err == nil {
			return out[:n]
		}
	}
	return nil
}
