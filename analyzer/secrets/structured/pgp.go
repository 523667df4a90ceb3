package structured

import "strings"

// readPGP reads the packets of a PGP private key (RFC 9580, section 5.5.3): one
// that is not encrypted is enough. Stubs of keys that are kept elsewhere, which
// GnuPG writes, have no private part.
func readPGP(b []byte) keyInfo {
	k := keyInfo{title: "PGP private key", encrypted: true, none: true}
	r := reader{b: b}
	for len(r.b) > 0 && !r.bad {
		tag, body := r.packet()
		if tag != 5 && tag != 7 {
			continue
		}
		usage, stub, ok := secretPart(body)
		if stub {
			continue
		}
		k.none = false
		k.ok = k.ok || ok
		if ok && usage == 0 {
			k.encrypted = false
		}
	}
	if !k.ok && r.bad {
		k.none = false
	}
	return k
}

// packet takes a packet (RFC 9580, section 4.2). Those of unknown length end the
// file.
func (r *reader) packet() (tag int, body []byte) {
	head := r.u8()
	if head&0x80 == 0 {
		r.take(len(r.b) + 1)
		return 0, nil
	}
	if head&0x40 == 0 {
		tag = head >> 2 & 15
		switch head & 3 {
		case 0:
			return tag, r.take(r.u8())
		case 1:
			return tag, r.take(r.u16())
		case 2:
			return tag, r.take(r.u32())
		}
		return tag, r.take(len(r.b))
	}
	tag = head & 63
	switch n := r.u8(); {
	case n < 192:
		return tag, r.take(n)
	case n < 224:
		return tag, r.take((n-192)<<8 + r.u8() + 192)
	case n == 255:
		return tag, r.take(r.u32())
	}
	return tag, r.take(len(r.b))
}

// pgpFixed are the lengths of public keys that have one.
var pgpFixed = map[int]int{25: 32, 26: 56, 27: 32, 28: 57}

// pgpNumbers are the numbers in the public keys of the other algorithms.
var pgpNumbers = map[int]int{1: 2, 2: 2, 3: 2, 16: 3, 17: 4, 18: 1, 19: 1, 22: 1}

// secretPart reads on to the byte that says how the private part is encrypted.
func secretPart(b []byte) (usage int, stub, ok bool) {
	r := reader{b: b}
	version := r.u8()
	r.take(4) // created
	algo := r.u8()
	if version == 6 {
		r.take(4) // length of the public key
	}
	if algo == 18 || algo == 19 || algo == 22 {
		r.take(r.u8()) // curve
	}
	r.take(pgpFixed[algo])
	for range pgpNumbers[algo] {
		r.take((r.u16() + 7) / 8)
	}
	if algo == 18 {
		r.take(r.u8()) // key derivation
	}
	usage = r.u8()
	if r.bad || version != 4 && version != 6 || pgpFixed[algo]+pgpNumbers[algo] == 0 {
		return usage, false, false
	}
	if usage == 254 || usage == 255 {
		r.u8() // cipher
		gnu := r.u8()
		r.u8() // hash
		stub = gnu == 101 && string(r.take(3)) == "GNU"
	}
	return usage, stub, true
}

// parseGnuPG reads a file of private-keys-v1.d.
func parseGnuPG(f *file) {
	i := strings.Index(f.text, "private-key")
	if i < 0 || strings.Contains(f.text, "shadowed-private-key") {
		return
	}
	k := keyInfo{title: "GnuPG private key", ok: true, encrypted: strings.Contains(f.text, "protected-private-key")}
	f.key(i, strings.TrimSpace(f.text), k, []byte(f.text))
}

// parseSecring reads an old secret keyring of GnuPG.
func parseSecring(f *file) {
	k := readPGP([]byte(f.text))
	k.none = k.none || !k.ok
	f.key(0, f.text, k, []byte(f.text))
}
