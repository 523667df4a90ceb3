package structured

import "strings"

// placeholder is true for what stands where a secret will be, or says where one
// is to be had: it is no secret.
func placeholder(v string) bool {
	v = strings.TrimSpace(v)
	if v == "" || fewLetters(v) || isPath(v) || bracketed(v) {
		return true
	}
	low := strings.ToLower(v)
	switch low {
	case "true", "false", "yes", "no", "on", "off", "none", "null", "nil", "undefined", "unset", "empty", "string", "str", "int",
		"password", "passwd", "secret", "token", "key", "value", "text", "pass", "pwd", "apikey", "api_key", "api-key", "username",
		"test", "foo", "bar", "baz", "required", "optional", "default", "todo", "tbd", "n/a", "na", "disabled", "enabled", "prompt", "ask",
		"changeme", "changeit", "hidden", "masked", "secrets", "mypassword", "mysecret", "mytoken", "my-secret", "my_secret", "sample", "-", "!", "|", ">", "|-", ">-":
		return true
	}
	return hasAny(low, hints) || reference(v, low)
}

// hints are parts of values that were written to be replaced.
var hints = []string{
	"changeme", "change_me", "change-me", "changethis", "change_this", "change-this", "change me", "placeholder", "replace_me", "replace-me", "replaceme",
	"replace_with", "replace-with", "your_", "your-", "your ", "yourpass", "yoursecret", "yourtoken", "yourkey", "yourapi", "my_password", "insert_", "insert-", "insert ",
	"redacted", "example_", "_example", "-example", "example-", "dummy", "fixme", "not-a-real", "not_a_real", "notasecret", "not-secret", "fake_", "fake-", "-fake", "_fake",
	"xxxx", "****", "....", "<your", "goes-here", "goes_here", "goes here", "_here", "-here", "put_", "secret_key_here", "•••", "todo:", "some-secret", "some_secret",
}

func hasAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// markers are parts of references: to variables, to templates, to a store.
var markers = []string{"${", "$(", "#{", "{{", "<%", "%(", "$[", "@@", "`"}

// lookups begin code that fetches a value, and values that name a store.
var lookups = []string{
	"$env:", "os.environ", "os.getenv", "getenv(", "env(", "env[", "environ[", "environ.", "process.env", "system.getenv", "deno.env", "import.meta", "config(", "config[", "config.",
	"secrets.", "settings.", "self.", "this.", "options.", "args.", "ctx.", "request.", "var.", "local.", "data.", "module.", "get_", "getpass", "input(", "read_", "open(", "file(",
	"vault:", "vault(", "ref+", "op://", "arn:aws:", "projects/", "ssm:", "sops:", "enc[", "enc(", "file:", "env:", "keyring:", "secret://", "aws-sm:", "akeyless:", "lookup(", "!vault", "!reference",
	"{cipher}", "{aes}", "$ansible_vault", "encrypted:", "@microsoft.keyvault(",
}

// reference is true for values that name where the secret is.
func reference(v, low string) bool {
	for _, m := range markers {
		if strings.Contains(v, m) {
			return true
		}
	}
	if v[0] == '$' && len(v) > 1 && isName(v[1:]) && (strings.ToUpper(v) == v || strings.ToLower(v) == v) && !hasDigitTail(v) {
		return true
	}
	for _, l := range lookups {
		if strings.HasPrefix(low, l) {
			return true
		}
	}
	return false
}

// hasDigitTail is true for a password such as $4821: no name begins that way.
func hasDigitTail(v string) bool { return v[1] >= '0' && v[1] <= '9' && len(v) > 2 }

// bracketed is true for <x>, [x], {x}, %X%, @x@, !X!, __X__, and (x).
func bracketed(v string) bool {
	if len(v) < 3 {
		return false
	}
	switch pair := string([]byte{v[0], v[len(v)-1]}); pair {
	case "<>", "[]", "{}", "()":
		return true
	case "%%", "@@":
		return isName(v[1 : len(v)-1])
	case "!!": // of cmd.exe
		return isName(v[1:len(v)-1]) && strings.ToUpper(v) == v
	}
	return len(v) > 4 && strings.HasPrefix(v, "__") && strings.HasSuffix(v, "__")
}

// fewLetters is true for xxxxxxxx, ********, 0000 and the like.
func fewLetters(v string) bool {
	var set [256]bool
	n := 0
	for i := range len(v) {
		if c := v[i]; c != '-' && c != ' ' && !set[c] {
			set[c] = true
			n++
		}
	}
	return n <= 1 || n == 2 && len(v) >= 8
}

// tops are the directories that a file name in a container begins with.
var tops = []string{
	"run", "etc", "var", "usr", "home", "root", "opt", "tmp", "secrets", "mnt", "app", "data", "srv", "dev", "proc", "vault", "bin", "lib", "config", "certs", "keys", "workspace", "conf", "code", "src", "bitnami", "docker", "credentials", "secret", "kaniko", "github", "builds",
}

// isPath is true for the name of a file. A key in base64 may have slashes, too.
func isPath(v string) bool {
	if strings.ContainsAny(v, " \t+=@:") && !strings.HasPrefix(v, "file:") {
		return len(v) > 3 && v[1] == ':' && v[2] == '\\'
	}
	for _, p := range []string{"./", "../", "~/", "file:/"} {
		if strings.HasPrefix(v, p) {
			return true
		}
	}
	if len(v) < 2 || v[0] != '/' {
		return false
	}
	top, _, _ := strings.Cut(v[1:], "/")
	for _, t := range tops {
		if top == t {
			return true
		}
	}
	return strings.ToLower(v) == v && !strings.ContainsAny(v, "0123456789") || strings.Contains(v[1:], "/") && extension(v)
}

// extension is true for names that end in one, such as .pem.
func extension(v string) bool {
	i := strings.LastIndexByte(v, '.')
	return i > 0 && i >= len(v)-6 && i < len(v)-1 && strings.LastIndexByte(v, '/') < i
}
