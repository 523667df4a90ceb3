package structured

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// reader takes a binary format apart; after a failure it gives zeros.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if r.bad || n < 0 || n > len(r.b) {
		r.bad, r.b = true, nil
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) u8() int {
	if b := r.take(1); b != nil {
		return int(b[0])
	}
	return 0
}

func (r *reader) u16() int {
	if b := r.take(2); b != nil {
		return int(binary.BigEndian.Uint16(b))
	}
	return 0
}

func (r *reader) u32() int {
	if b := r.take(4); b != nil {
		return int(binary.BigEndian.Uint32(b))
	}
	return 0
}

// text is a string with its length before it, in four bytes.
func (r *reader) text() string { return string(r.take(r.u32())) }

// readOpenSSH reads the header of an openssh-key-v1 (PROTOCOL.key of OpenSSH).
func readOpenSSH(b []byte) keyInfo {
	k := keyInfo{title: "OpenSSH private key"}
	const magic = "openssh-key-v1\x00"
	if !bytes.HasPrefix(b, []byte(magic)) {
		return k
	}
	r := reader{b: b[len(magic):]}
	cipher := r.text()
	r.text() // the key derivation
	r.text() // its options
	n := r.u32()
	public := reader{b: r.take(r.u32())}
	kind := public.text()
	private := reader{b: r.take(r.u32())}
	if r.bad || n < 1 || kind == "" {
		return k
	}
	k.title = "OpenSSH private key (" + clip(kind, 40) + ")"
	k.encrypted = cipher != "none"
	// Two equal numbers begin an unencrypted private part.
	first, second := private.u32(), private.u32()
	k.ok = k.encrypted || first == second && !private.bad
	return k
}

// clip keeps what is printable of a name, at most n bytes.
func clip(s string, n int) string {
	s = s[:min(len(s), n)]
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f {
			return -1
		}
		return r
	}, s)
}

const ssh2Begin, ssh2End = "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----", "---- END SSH2 ENCRYPTED PRIVATE KEY ----"

// findSSH2 takes keys of ssh.com, which call themselves encrypted even with the
// cipher "none".
func (f *file) findSSH2() {
	for off := 0; ; {
		n := strings.Index(f.text[off:], ssh2Begin)
		if n < 0 {
			return
		}
		begin := off + n
		off = begin + len(ssh2Begin)
		n = strings.Index(f.text[off:], ssh2End)
		if n < 0 {
			return
		}
		_, data := armor(f.text[off : off+n])
		off += n + len(ssh2End)
		if len(data) < minBody {
			continue
		}
		b, _ := decode64(data)
		r := reader{b: b}
		k := keyInfo{title: "SSH2 private key", encrypted: true}
		k.ok = r.u32() == 0x3f6ff9eb
		r.u32()  // the whole length
		r.text() // the type
		k.encrypted = r.text() != "none" || r.bad
		f.key(begin, f.text[begin:off], k, b)
	}
}
