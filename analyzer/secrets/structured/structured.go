// Package structured finds secrets in what has a known form: key files, the
// configuration files of tools, histories, command lines and image configs.
//
// Ask Wants by path, or WantsContent by the first bytes, and give the whole
// content to Parse. Text looks into one line of text, Places gives the texts of
// an image's config. What a Hit holds is in clear: mask it before it is shown.
package structured

import (
	"bytes"
	"strings"
	"unicode/utf16"

	"peel/analyzer/finding"
)

const (
	// MaxFile is the longest content in bytes that Parse looks at: a Terraform
	// state or a shell history may have megabytes, a longer file is data.
	MaxFile = 4 << 20
	// maxHits is the most that one file gives: more tell nothing new.
	maxHits = 1000
)

// Hit is one secret.
type Hit struct {
	ID         string // of the check, "S020"
	Title      string // what it is, in a few words
	Severity   finding.Severity
	Confidence finding.Confidence
	Line       int    // from 1; 0 where there are no lines
	Value      string // the secret itself, decoded; empty where the presence of the file is the finding
	Raw        string // how it stands in the file, where that is not Value: base64, obscured, percent-encoded
	Reason     string // why severity or confidence are what they are, and what was verified
}

// severities are those of the checks; a hit may have a lower one, with a reason.
var severities = map[string]finding.Severity{
	"S001": finding.Critical, "S002": finding.Medium, "S003": finding.High,
	"S004": finding.Critical, "S005": finding.Critical, "S006": finding.Critical, "S007": finding.Critical,
	"S010": finding.Critical, "S011": finding.Critical, "S012": finding.High, "S020": finding.Critical,
	"S033": finding.Medium, "S034": finding.Medium,
}

func severityOf(id string) finding.Severity {
	if s, ok := severities[id]; ok {
		return s
	}
	return finding.High
}

// Wants is true for files that are to be parsed for their name or directory. No
// leading slash is needed; nested archives may be in the path.
func Wants(path string) bool {
	_, ok := lookup(path)
	return ok
}

// magics begin files that are to be parsed whatever their name is.
var magics = []string{
	"\xfe\xed\xfe\xed", "\xce\xce\xce\xce", "PuTTY-User-Key-File-",
}

// inHead are parts of the beginning of such files.
var inHead = []string{
	"-----BEGIN ", "---- BEGIN SSH2", "AGE-SECRET-KEY-", `"service_account"`, `"authorized_user"`, `"auths"`, `"terraform_version"`,
	"kind: Config", `"current-context"`, "certificate-authority-data", "<FileZilla3", "<settings ", "<settings>", "[Interface]", "[client]", "_authToken",
	"aws_secret_access_key", "aws_access_key_id", "<packageSourceCredentials",
}

// WantsContent is true for files that are to be parsed for their first 512 bytes.
func WantsContent(head []byte) bool {
	if keystoreKind(head) != "" {
		return true
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m)) {
			return true
		}
	}
	for _, m := range inHead {
		if bytes.Contains(head, []byte(m)) {
			return true
		}
	}
	return false
}

// Parse finds the secrets of a file: what its name promises, and keys in any.
// Its time is proportional to the content.
func Parse(path string, content []byte) []Hit {
	if len(content) > MaxFile {
		content = content[:MaxFile]
	}
	f := &file{base: strings.ToLower(path[strings.LastIndexByte(path, '/')+1:]), text: decode(content)}
	f.findKeystore(content)
	parse := formatOf(path)
	f.named = parse != nil
	if parse == nil {
		parse = formatIn(f.text)
	}
	if parse != nil && (!isBinary(f.text) || binaryFormats[f.base]) {
		parse(f)
	}
	f.findKeys()
	f.findDER(content)
	return f.hits
}

// binaryFormats are the names of files whose parsers expect more than text.
var binaryFormats = map[string]bool{"credentials.db": true, "access_tokens.db": true, "secring.gpg": true, "msal_token_cache.bin": true}

// isBinary is true for what has a NUL at its beginning: a program that has the
// name of a configuration file.
func isBinary(s string) bool { return strings.IndexByte(s[:min(len(s), 8<<10)], 0) >= 0 }

// decode gives text in UTF-8, without a byte order mark.
func decode(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xef\xbb\xbf")):
		return string(b[3:])
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return decode16(b[2:], 0)
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return decode16(b[2:], 1)
	}
	return string(b)
}

func decode16(b []byte, low int) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i+low]) | uint16(b[2*i+1-low])<<8
	}
	return string(utf16.Decode(units))
}
