package structured

import (
	"bytes"
	"strings"

	"peel/analyzer/finding"
)

// Object identifiers of RFC 7292 in DER: data, keyBag, pkcs8ShroudedKeyBag.
const (
	oidData        = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
	oidKeyBag      = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01"
	oidShroudedBag = "\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02"
)

// keystoreKind names a keystore by its first bytes, "" if it is none.
func keystoreKind(b []byte) string {
	switch {
	case len(b) < 16:
	case bytes.HasPrefix(b, []byte("\xfe\xed\xfe\xed\x00\x00\x00")) && (b[7] == 1 || b[7] == 2):
		return "JKS"
	case bytes.HasPrefix(b, []byte("\xce\xce\xce\xce\x00\x00\x00")) && (b[7] == 1 || b[7] == 2):
		return "JCEKS"
	case (bytes.HasPrefix(b, []byte("\x00\x00\x00\x01\x00\x00\x00\x14")) || bytes.HasPrefix(b, []byte("\x00\x00\x00\x02\x00\x00\x00\x14"))) && len(b) > 32 && b[28] == 0 && b[29] == 0:
		return "BKS"
	case b[0] == 0x30 && bytes.Contains(b[:min(len(b), 64)], []byte("\x02\x01\x03\x30")) && bytes.Contains(b[:min(len(b), 64)], []byte(oidData)):
		return "PKCS#12"
	}
	return ""
}

// findKeystore takes stores that hold a key. Most of those in images hold
// certificates alone: these are no finding.
func (f *file) findKeystore(b []byte) {
	kind := keystoreKind(b)
	h := Hit{ID: "S003", Title: kind + " keystore", Severity: finding.High, Confidence: finding.Sure}
	switch kind {
	case "":
		return
	case "JKS", "JCEKS":
		keys, ok := countKeys(b)
		if ok && keys == 0 {
			return
		}
		h.Reason = "it holds a private key"
		if !ok {
			h.Confidence, h.Reason = finding.Likely, "its entries could not be read to the end"
		}
	case "BKS":
		h.Confidence, h.Reason = finding.Likely, "whether it holds a key was not read"
	case "PKCS#12":
		switch {
		case bytes.Contains(b, []byte(oidKeyBag)):
			h.ID, h.Severity, h.Title, h.Reason = "S001", finding.Critical, "PKCS#12 keystore with an unencrypted key", "it has a key bag in clear"
		case bytes.Contains(b, []byte(oidShroudedBag)):
			h.Reason = "it holds a private key, encrypted with the store's password"
		case strings.Contains(f.base, "cacerts") || strings.Contains(f.base, "trust"):
			return
		default:
			h.Severity, h.Confidence, h.Reason = finding.Low, finding.Unsure, "no key is visible in it: it may hold certificates alone"
		}
	}
	f.add(h, 0).Line = 0
}

// countKeys counts the entries of a Java keystore that are no certificates. A
// secret key (tag 3) is a serialised object of unknown length: it is the last
// that is read.
func countKeys(b []byte) (keys int, ok bool) {
	r := reader{b: b[4:]}
	version, n := r.u32(), r.u32()
	for ; n > 0 && !r.bad; n-- {
		tag := r.u32()
		r.take(r.u16()) // alias
		r.take(8)       // date
		switch tag {
		case 1:
			keys++
			r.take(r.u32())
			for chain := r.u32(); chain > 0 && !r.bad; chain-- {
				r.certificate(version)
			}
		case 2:
			r.certificate(version)
		case 3:
			return keys + 1, !r.bad
		default:
			return keys, false
		}
	}
	return keys, !r.bad
}

func (r *reader) certificate(version int) {
	if version == 2 {
		r.take(r.u16()) // type
	}
	r.take(r.u32())
}
