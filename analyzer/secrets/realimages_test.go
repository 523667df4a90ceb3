package secrets

import (
	"testing"

	"peel/analyzer/finding"
)

// What real images were said to hold and does not hold a secret: packages of
// Debian, modules of npm.
func TestNoSecretsOfRealImages(t *testing.T) {
	s := scanner(t)
	for name, text := range map[string]string{
		"gnutls, NEWS":           "  tpmkey:file=/path/to/file\n  tpmkey:uuid=7f468c16-cb7f-11e1-824d-b3a4f4b20343;storage=user\n",
		"libbsd, changelog":      " man/{readpassphrase.3 => readpassphrase.3bsd}   |  0\n",
		"avahi, NEWS":            " * Fix a local DoS vulnerability (very low priority, all you can do is\n   make Avahi hit an assert()); problem identified by \"jamesh1\"\n",
		"inet_diag.h":            "/* Bytecode is sequence of 4 byte commands followed by variable arguments.\n * All the commands identified by \"code\" are conditional jumps forward:\n",
		"git-rebase(1)":          "with those identified by \"squash\" commands, omitting the messages of commits identified by \"fixup\" commands, unless \"fixup \\-c\" is used",
		"git-credential(1)":      "host=example.com\nusername=bob\npassword=secr3t\n",
		"curl(1), sigv4":         " curl --aws-sigv4 \"aws:amz:east-2:es\" --user \"key:secret\" https://example.com\n",
		"curl(1), basic":         " curl -u user:secret https://example.com\n",
		"redis, test-lru.rb":     "    error_per_key = 100000.0/first_set_max_id\n",
		"six.py":                 "    MovedAttribute(\"HTTPPasswordMgr\", \"urllib2\", \"urllib.request\"),\n",
		"nl80211.h, last":        "\tNL80211_KEY_MAX = __NL80211_KEY_AFTER_LAST - 1\n",
		"nl80211.h, num":         "\tMAX_NL80211_REKEY_DATA = NUM_NL80211_REKEY_DATA - 1\n",
		"nl80211.h, list":        "\tNL80211_PMKSA_KEY_LAST = __NL80211_KEY_DEFAULT_TYPE_LIST\n",
		"binutils, copyright":    "  cvs://:pserver:anoncvs@sources.redhat.com:/cvs/src\n",
		"@pinojs/redact, README": "    password: 'secret123'\n- **Array indices**: `'users[0].password'`, `'items[1].secret'`\n",
		"@pinojs/redact, tests":  "    simple: { password: 'secret-2-levels' },\n  password: 'real-secret-6-levels'\n  { name: 'john', password: 'secret1' },\n slowRedact({ paths: ['user.password', 'data[0].secret'] })",
		"node-got, readme":       "{pem: fs.readFileSync('./client_key1.pem'), passphrase: 'passphrase1'},\n",
		"caniuse-lite, features": `"passwordrules":require("./features/passwordrules"),"path2d":require("./features/path2d")`,
		"python-pip, pip.md":     "https://user:he%2F%2Fo@pypi.company.com/simple\n",
	} {
		for _, m := range s.scanString(text) {
			if m.sev > finding.Info {
				t.Errorf("%s: %s %q, %v", name, m.rule.title, m.value, m.sev)
			}
		}
	}
	for name, text := range map[string]string{
		"a secret by chance":         "client_secret = 'secret-9f8e7d6c5b4a3210'\n",
		"a password that says more":  "password = 'Secret!2024x'\n",
		"a secret that is a UUID":    "client_secret = '7f468c16-cb7f-11e1-824d-b3a4f4b20343'\n",
		"a password of a cvs root":   "cvs://:pserver:jo:k7Qv92mzLp@cvs.acme.org:/src\n",
		"capitals and digits":        "API_TOKEN = 'K7QV92MZLPX4_R8TW3YB6'\n",
		"SQL in a script":            "mysql -e \"CREATE USER 'a'@'%' IDENTIFIED BY 'k7Qv92mz'\"\n",
		"SQL over lines, lower case": "create user 'a'@'%'\n  identified by 'k7Qv92mz';\n",
		"curl with a password":       "curl -u jo:k7Qv92mzLp https://api.acme.org\n",
	} {
		if len(s.scanString(text)) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
}

// A value that only its name makes a secret counts less in what others publish;
// a token that says what it is does not, but in tests and documentation.
func TestSecretsInDependencies(t *testing.T) {
	for path, want := range map[string]struct{ named, token finding.Severity }{
		"app/config.js":                                                     {finding.Medium, finding.Critical},
		"app/test/config.js":                                                {finding.Medium, finding.Critical},
		"app/docs/README.md":                                                {finding.Medium, finding.Critical},
		"app/node_modules/debug/.coveralls.yml":                             {finding.Low, finding.Critical},
		"app/node_modules/redact/test/index.test.js":                        {finding.Info, finding.Low},
		"app/node_modules/redact/README.md":                                 {finding.Info, finding.Low},
		"app/node_modules/redact/website/guide.mdx":                         {finding.Info, finding.Low},
		"srv/test/node_modules/redact/index.js":                             {finding.Low, finding.Critical},
		"usr/lib/python3/dist-packages/pip/_vendor/six.py":                  {finding.Low, finding.Critical},
		"usr/lib/python3/dist-packages/x-1.0.dist-info/METADATA":            {finding.Info, finding.Low},
		"root/.npm/_cacache/content-v2/sha512/9/3!/package/test/basic.js":   {finding.Info, finding.Low},
		"root/go/pkg/mod/github.com/a/b@v1.2.3/testdata/server.key":         {finding.Info, finding.Low},
		"root/go/pkg/mod/github.com/a/b@v1.2.3/b_test.go":                   {finding.Info, finding.Low},
		"cache/github.com/a/b@v1.2.3-0.20240101000000-abcdef123456/auth.go": {finding.Low, finding.Critical},
		"src/vendor/github.com/a/b/test-fixtures/key.pem":                   {finding.Info, finding.Low},
		"usr/lib/python3.11/test/test_netrc.py":                             {finding.Info, finding.Low},
		"usr/lib/python3.11/netrc.py":                                       {finding.Low, finding.Critical},
		"usr/share/doc/openssl/changelog.gz":                                {finding.Info, finding.Low},
		"app/third_party/lib/auth.c":                                        {finding.Low, finding.Critical},
		"usr/local/go/src/net/http/client_test.go":                          {finding.Info, finding.Low},
		"src/app/main_test.go":                                              {finding.Info, finding.Critical},
		"app/vendor_modules/x.js":                                           {finding.Medium, finding.Critical},
	} {
		f := finding.Finding{Severity: finding.Medium}
		inDependency(&f, &match{rank: rankGeneric}, path)
		if f.Severity != want.named || (f.Reason != "") != (want.named != finding.Medium) {
			t.Errorf("%s: %v, %q, want %v", path, f.Severity, f.Reason, want.named)
		}
		f = finding.Finding{Severity: finding.Critical}
		if inDependency(&f, &match{rank: rankToken}, path); f.Severity != want.token || (f.Reason != "") != (want.token != finding.Critical) {
			t.Errorf("%s: a token becomes %v, %q, want %v", path, f.Severity, f.Reason, want.token)
		}
	}
}
