package permissions

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

const wherePath = "config.Env[PATH]"

func unsafePath(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	u := img.User()
	value, set := img.Env("PATH")
	if !set {
		return check.Moot("the image sets no PATH")
	}
	for i, dir := range strings.Split(value, ":") {
		f := c.At(fmt.Sprintf("%s[%d]", wherePath, i), dir)
		switch {
		case dir == "":
			f.Match, f.Reason = "(empty)", "an empty element stands for the working directory"
			list = append(list, f)
			continue
		case !strings.HasPrefix(dir, "/"):
			f.Reason = "a relative element is looked up in the working directory"
			list = append(list, f)
			continue
		}
		o, state := img.Resolve(dir)
		if state == evidence.Missing && anybodyMakes(img, dir) {
			f.Title, f.Reason = "directory of the PATH that everybody can make", "it is not there, and everybody can write to what is above it"
			list = append(list, f)
		}
		if state != evidence.Present || o.Entry.Type != layer.Directory {
			continue
		}
		f.Path, f.Layer = o.Path, &o.Layer
		switch {
		case o.Entry.Mode&0o002 != 0:
			f.Title = "directory of the PATH that everybody can write to"
			list = append(list, f)
		case u.Known && u.UID != 0 && i == 0 && u.CanWrite(o.Entry):
			f.Title, f.Severity = "first directory of the PATH can be written to by the user", finding.Low
			list = append(list, f)
		}
	}
	return check.Found(list...)
}

// anybodyMakes reports whether a path that is not there is one that every user
// could make: /tmp/hook.so.
func anybodyMakes(img *evidence.Image, name string) bool {
	for dir := path.Dir(name); dir != "/" && dir != "."; dir = path.Dir(dir) {
		switch o, state := img.Resolve(dir); state {
		case evidence.Present:
			return o.Entry.Type == layer.Directory && o.Entry.Mode&0o002 != 0
		case evidence.Unread:
			return false
		}
	}
	return false
}

// A setting is a variable that makes programs unsafe.
type setting struct {
	name   string
	unsafe *regexp.Regexp // of the value
	sev    finding.Severity
	reason string
}

var (
	anything = regexp.MustCompile(`.`)
	isFalse  = regexp.MustCompile(`(?i)^(0|false|no|off)$`)
	isTrue   = regexp.MustCompile(`(?i)^(1|true|yes|on)$`)
)

var settings = []setting{
	{"NODE_TLS_REJECT_UNAUTHORIZED", isFalse, finding.High, "Node.js accepts any certificate"},
	{"PYTHONHTTPSVERIFY", isFalse, finding.Medium, "Python 2 accepts any certificate"},
	{"GIT_SSL_NO_VERIFY", isTrue, finding.Medium, "git accepts any certificate"},
	{"NPM_CONFIG_STRICT_SSL", isFalse, finding.Medium, "npm accepts any certificate"},
	{"npm_config_strict_ssl", isFalse, finding.Medium, "npm accepts any certificate"},
	{"PIP_TRUSTED_HOST", anything, finding.Medium, "pip accepts any certificate of these hosts"},
	{"GOINSECURE", anything, finding.Medium, "the go command accepts any certificate for these modules"},
	{"GOSUMDB", regexp.MustCompile(`^off$`), finding.Low, "the go command does not compare checksums with the public ones"},
	{"VAULT_SKIP_VERIFY", isTrue, finding.High, "Vault's client accepts any certificate"},
	{"REQUESTS_CA_BUNDLE", regexp.MustCompile(`^$`), finding.Medium, "Python's requests has no certificates to compare with"},
	{"JAVA_TOOL_OPTIONS", regexp.MustCompile(`jdwp.*address=(\*|0\.0\.0\.0)`), finding.High, "a debugger port is open to the network"},
	{"NODE_OPTIONS", regexp.MustCompile(`--inspect(-brk)?=(0\.0\.0\.0|\[?::)`), finding.High, "a debugger port is open to the network"},
	{"NODE_OPTIONS", regexp.MustCompile(`--(insecure-http-parser|tls-min-v1\.0|tls-min-v1\.1)`), finding.Medium, "old or lenient protocols are accepted"},
	{"FLASK_DEBUG", isTrue, finding.High, "Flask's debugger runs code for whoever reaches an error page"},
	{"DEBIAN_FRONTEND", regexp.MustCompile(`(?i)^noninteractive$`), finding.Info, "it stays set for whoever works in the container: give it in the RUN alone"},
}

// loaders name directories or files that programs load code from.
var loaders = []string{"LD_PRELOAD", "LD_LIBRARY_PATH", "PYTHONPATH", "PERL5LIB", "RUBYLIB", "NODE_PATH", "GCONV_PATH"}

func unsafeEnv(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	u := img.User()
	for i, kv := range img.Run().Env {
		name, value, _ := strings.Cut(kv, "=")
		where := fmt.Sprintf("config.Env[%d]", i)
		for _, s := range settings {
			if s.name == name && s.unsafe.MatchString(value) {
				f := c.At(where, name+"="+withoutUser(value))
				f.Severity, f.Reason = s.sev, s.reason
				list = append(list, f)
			}
		}
		for _, l := range loaders {
			if l != name || value == "" {
				continue
			}
			if reason := loadsFrom(img, u, name, value); reason != "" {
				f := c.At(where, kv)
				f.Reason = reason
				list = append(list, f)
			}
		}
	}
	return check.Found(list...)
}

// loadsFrom tells why code may be loaded from where others can put it.
func loadsFrom(img *evidence.Image, u evidence.User, name, value string) string {
	split := func(r rune) bool { return r == ':' || r == ' ' && name == "LD_PRELOAD" }
	if name == "LD_LIBRARY_PATH" && (strings.HasPrefix(value, ":") || strings.HasSuffix(value, ":") || strings.Contains(value, "::")) {
		return "an empty element stands for the working directory"
	}
	for _, dir := range strings.FieldsFunc(value, split) {
		if !strings.HasPrefix(dir, "/") {
			if name == "LD_PRELOAD" && !strings.Contains(dir, "/") {
				continue // looked up in the system's directories
			}
			return fmt.Sprintf("%q is looked up in the working directory", dir)
		}
		o, state := img.Resolve(dir)
		if state == evidence.Missing && anybodyMakes(img, dir) {
			return fmt.Sprintf("%s is not there, and everybody can make it", dir)
		}
		if state != evidence.Present {
			continue
		}
		if o.Entry.Mode&0o002 != 0 {
			return fmt.Sprintf("everybody can write to %s", dir)
		}
		if name != "PYTHONPATH" && name != "NODE_PATH" && u.Known && u.UID != 0 && u.CanWrite(o.Entry) {
			return fmt.Sprintf("the user can write to %s", dir)
		}
	}
	return ""
}

// A line is what makes a tool's configuration unsafe.
type configLine struct {
	file   string // its base name, or the directory it lies in with a final slash
	unsafe *regexp.Regexp
	reason string
}

var configLines = []configLine{
	{"sources.list", regexp.MustCompile(`(?i)\[[^]]*trusted\s*=\s*yes`), "apt does not verify this source"},
	{"sources.list.d/", regexp.MustCompile(`(?i)(\[[^]]*trusted\s*=\s*yes|^Trusted:\s*yes)`), "apt does not verify this source"},
	{"apt.conf", regexp.MustCompile(`(?i)(AllowUnauthenticated|AllowInsecureRepositories|AllowDowngradeToInsecureRepositories)"?\s+"?(true|1|yes)`), "apt installs what is not signed"},
	{"apt.conf.d/", regexp.MustCompile(`(?i)(AllowUnauthenticated|AllowInsecureRepositories|AllowDowngradeToInsecureRepositories)"?\s+"?(true|1|yes)`), "apt installs what is not signed"},
	{"apt.conf.d/", regexp.MustCompile(`(?i)Verify-(Peer|Host)"?\s+"?(false|0|no)`), "apt accepts any certificate"},
	{"yum.repos.d/", regexp.MustCompile(`(?i)^(gpgcheck\s*=\s*0|sslverify\s*=\s*(0|false))`), "packages of this source are not verified"},
	{"dnf.conf", regexp.MustCompile(`(?i)^(gpgcheck\s*=\s*(0|false)|sslverify\s*=\s*(0|false))`), "packages are not verified"},
	{"yum.conf", regexp.MustCompile(`(?i)^(gpgcheck\s*=\s*0|sslverify\s*=\s*0)`), "packages are not verified"},
	{".curlrc", regexp.MustCompile(`^(--)?(insecure|k\b|-k\b|proxy-insecure)`), "curl accepts any certificate"},
	{".wgetrc", regexp.MustCompile(`(?i)^check[_-]?certificate\s*=\s*(off|no)`), "wget accepts any certificate"},
	{"wgetrc", regexp.MustCompile(`(?i)^check[_-]?certificate\s*=\s*(off|no)`), "wget accepts any certificate"},
	{"pip.conf", regexp.MustCompile(`(?i)^trusted-host\s*=`), "pip accepts any certificate of these hosts"},
	{".npmrc", regexp.MustCompile(`(?i)^strict-ssl\s*=\s*false`), "npm accepts any certificate"},
	{"npmrc", regexp.MustCompile(`(?i)^strict-ssl\s*=\s*false`), "npm accepts any certificate"},
	{".gitconfig", regexp.MustCompile(`(?i)^sslverify\s*=\s*(false|0|no|off)`), "git accepts any certificate"},
	{"gitconfig", regexp.MustCompile(`(?i)^sslverify\s*=\s*(false|0|no|off)`), "git accepts any certificate"},
}

func unsafeConfig(c *check.Check, img *evidence.Image) check.Answer {
	if !img.Collected {
		return check.Unsure("the contents of files were not looked at")
	}
	var list []finding.Finding
	img.Each(evidence.Kept, func(o evidence.Object) {
		fact := img.Fact(o)
		if len(fact.Text) == 0 || fact.Shebang != "" {
			return
		}
		o = img.Path(o)
		list = append(list, unsafeLines(c, o, fact.Text)...)
	})
	if o, state := img.Resolve("usr/local/share/ca-certificates"); state == evidence.Present && o.Entry.Type == layer.Directory {
		img.Children(o, func(o evidence.Object) {
			if o.Entry.Type == layer.Regular {
				f := c.On(o)
				f.Title, f.Severity = "certificate authority of one's own", finding.Info
				f.Reason = "programs trust whatever it signs"
				list = append(list, f)
			}
		})
	}
	return check.Found(list...)
}

func unsafeLines(c *check.Check, o evidence.Object, text []byte) (list []finding.Finding) {
	dir, base := path.Split(o.Path)
	for _, cl := range configLines {
		if cl.file != base && path.Base(dir)+"/" != cl.file {
			continue
		}
		for n, line := range lines(text) {
			if !strings.HasPrefix(line, "//") && cl.unsafe.MatchString(line) {
				f := c.On(o)
				f.Line, f.Match, f.Reason = n, withoutUser(cl.unsafe.FindString(line)), cl.reason
				list = append(list, f)
			}
		}
	}
	finding.Sort(list)
	return list
}
