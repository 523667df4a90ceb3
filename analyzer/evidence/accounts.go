package evidence

import (
	"bytes"
	"strconv"
	"strings"
)

// Account is a line of /etc/passwd (passwd(5)).
type Account struct {
	Name     string
	Password string // "" for none, "x" for one in /etc/shadow, else a scheme as in Password
	UID, GID uint32
	Home     string
	Shell    string
	Line     int // from 1
}

// Group is a line of /etc/group (group(5)).
type Group struct {
	Name    string
	GID     uint32
	Members []string
	Line    int
}

// Password is a line of /etc/shadow (shadow(5)). Of the hash only its kind is
// known: it was dropped where the file was read.
type Password struct {
	Name string
	// Scheme is "" for an empty password, "locked" for none that fits, or the
	// hash's kind: "des", "bsdi", "md5", "sha256", "sha512", "yescrypt", "bcrypt", "other".
	Scheme string
	Line   int
}

// maxAccounts bounds the lines that are looked at of each of these files.
const maxAccounts = 10_000

func fieldsOf(text []byte, least int, each func(line int, f []string)) {
	n := 0
	for line := range bytes.Lines(text) {
		if n++; n > maxAccounts {
			return
		}
		s := strings.TrimRight(string(line), "\r\n")
		if s == "" || s[0] == '#' || s[0] == '+' || s[0] == '-' {
			continue // comments, and the includes of NIS
		}
		if f := strings.Split(s, ":"); len(f) >= least && f[0] != "" {
			each(n, f)
		}
	}
}

func parsePasswd(text []byte) (list []Account) {
	fieldsOf(text, 4, func(line int, f []string) {
		uid, err1 := strconv.ParseUint(f[2], 10, 32)
		gid, err2 := strconv.ParseUint(f[3], 10, 32)
		if err1 != nil || err2 != nil {
			return
		}
		f = append(f, "", "", "")
		list = append(list, Account{f[0], f[1], uint32(uid), uint32(gid), f[5], f[6], line})
	})
	return list
}

func parseGroup(text []byte) (list []Group) {
	fieldsOf(text, 3, func(line int, f []string) {
		gid, err := strconv.ParseUint(f[2], 10, 32)
		if err != nil {
			return
		}
		g := Group{Name: f[0], GID: uint32(gid), Line: line}
		if len(f) > 3 && f[3] != "" {
			g.Members = strings.Split(f[3], ",")
		}
		list = append(list, g)
	})
	return list
}

func parseShadow(text []byte) (list []Password) {
	fieldsOf(text, 2, func(line int, f []string) {
		list = append(list, Password{f[0], f[1], line})
	})
	return list
}

// hideHashes puts the kind of each password hash of a passwd or shadow file in
// the place of the hash, so that nothing later can print one.
func hideHashes(text []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		name, rest, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		hash, rest, ok := bytes.Cut(rest, []byte(":"))
		out.Write(name)
		out.WriteByte(':')
		out.WriteString(scheme(strings.TrimRight(string(hash), "\r\n")))
		if ok {
			out.WriteByte(':')
			out.Write(rest)
		} else {
			out.WriteByte('\n')
		}
	}
	return out.Bytes()
}

// schemes are the kinds of hashes by their beginning (crypt(5)).
var schemes = []struct{ prefix, name string }{
	{"$1$", "md5"}, {"$apr1$", "md5"}, {"$2", "bcrypt"}, {"$5$", "sha256"}, {"$6$", "sha512"},
	{"$y$", "yescrypt"}, {"$gy$", "yescrypt"}, {"$7$", "scrypt"}, {"$sha1", "sha1"}, {"$md5", "md5"}, {"$", "other"},
	{"_", "bsdi"},
}

// desLen is the length of a hash of the traditional crypt.
const desLen = 13

func scheme(hash string) string {
	switch {
	case hash == "" || hash == "x":
		return hash
	case hash[0] == '!' || hash[0] == '*':
		return "locked"
	}
	for _, s := range schemes {
		if strings.HasPrefix(hash, s.prefix) {
			return s.name
		}
	}
	if len(hash) == desLen {
		return "des"
	}
	return "locked" // what no password hashes to (shadow(5))
}
