package structured

import "strings"

// maxSecretFile is the size in bytes of the largest file that is a secret as a
// whole.
const maxSecretFile = 512

// parseSecretFile reads a file of one line that is the secret, as ldap.secret is.
func parseSecretFile(f *file) {
	t := strings.TrimSpace(f.text)
	if len(f.text) <= maxSecretFile && !strings.ContainsAny(t, " \t\r\n:=") {
		f.pair(0, "password", t, true)
	}
}

// parseUserPass reads a file of two lines, a user and a password, as OpenVPN's
// auth-user-pass takes it.
func parseUserPass(f *file) {
	lines := strings.Split(strings.TrimSpace(f.text), "\n")
	if len(f.text) <= maxSecretFile && len(lines) == 2 {
		f.pair(len(lines[0])+1, "password", strings.TrimSpace(lines[1]), true)
	}
}

// parseSubversion reads what svn has cached of a server: keys and values, the
// length of each on a line before it.
func parseSubversion(f *file) {
	key, kind := "", ""
	eachLine(f.text, func(off int, line string) {
		switch {
		case strings.HasPrefix(line, "K ") || strings.HasPrefix(line, "V "):
			kind = line[:1]
		case kind == "K":
			key, kind = line, ""
		case kind == "V":
			if key == "password" || key == "passphrase" {
				f.secret("S033", "Subversion "+key, off, line).sign("for the repository that svn has logged in to")
			}
			kind = ""
		}
	})
}
