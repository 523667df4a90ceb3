package structured

import (
	"strings"

	"peel/analyzer/finding"
)

// findAge takes the secret keys of age, which are bech32 with a checksum.
func (f *file) findAge() {
	const prefix, length, charset = "AGE-SECRET-KEY-1", 74, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"
	for off := 0; ; {
		n := strings.Index(f.text[off:], prefix)
		if n < 0 {
			return
		}
		begin := off + n
		off = begin + len(prefix)
		if begin+length > len(f.text) {
			return
		}
		key := f.text[begin : begin+length]
		if strings.Trim(key[len(prefix):], charset) != "" || begin+length < len(f.text) && isAlnum(f.text[begin+length]) {
			continue
		}
		h := f.secret("S001", "age secret key", begin, key)
		if bech32(strings.ToLower(key)) {
			h.sure("its checksum is right")
		} else if h != nil {
			h.Confidence = finding.Unsure
			h.lower(finding.Medium, "its checksum is wrong")
		}
	}
}

// bech32 checks the checksum of BIP 173.
func bech32(s string) bool {
	const charset = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	split := strings.LastIndexByte(s, '1')
	var values []byte
	for i := range split {
		values = append(values, s[i]>>5)
	}
	values = append(values, 0)
	for i := range split {
		values = append(values, s[i]&31)
	}
	for i := split + 1; i < len(s); i++ {
		values = append(values, byte(strings.IndexByte(charset, s[i])))
	}
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = sum&0x1ffffff<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum == 1
}
