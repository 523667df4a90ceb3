package structured

import (
	"strings"
	"testing"
	"time"
)

// FuzzParse gives each parser any bytes.
func FuzzParse(f *testing.F) {
	for _, c := range cases {
		f.Add(c.path, []byte(c.content))
	}
	for _, n := range []string{"rsa.pem", "pgp.asc", "openssh", "key.p12", "key.jks", "trust.jks", "pkcs8-encrypted.pem"} {
		f.Add("k", []byte(fixture(f, n)))
	}
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		Wants(path)
		WantsContent(content[:min(len(content), 512)])
		for _, h := range Parse(path, content) {
			if h.ID == "" || h.Title == "" || h.Line < 0 {
				t.Errorf("%q: %+v", path, h)
			}
		}
	})
}

// FuzzFormats gives any bytes to all parsers, one after another.
func FuzzFormats(f *testing.F) {
	for _, c := range cases {
		f.Add(c.content)
	}
	f.Fuzz(func(_ *testing.T, content string) {
		for _, format := range formats {
			if format.parse != nil {
				format.parse(&file{text: content, base: strings.Trim(format.names[0], "*/")})
			}
		}
	})
}

// FuzzFields gives any bytes to each language and family.
func FuzzFields(f *testing.F) {
	for i := range families {
		for _, line := range families[i].lines {
			f.Add("etc/"+strings.ReplaceAll(families[i].names[0], "*", "x"), fill(line, `"copper-lantern"`)+"\n")
		}
	}
	for _, s := range []string{"kind: Secret\ndata:\n  a: Y29wcGVyLWxhbnRlcm4=\n", "{\"kind\":\"Secret\",\"data\":{\"a\":1}}", "<a password='x'><name>password</name><value>b</value></a>", "variable \"db_password\" {\n default = \"a\"\n}\n", "password=\\\n a\n", "[{a, [{password, <<\"b\">>}]}].", "a; * * * * * root curl -u a:b x"} {
		for _, name := range []string{"a.yaml", "a.json", "a.xml", "a.tf", "a.config", "a.sh", "crontab"} {
			f.Add(name, s)
		}
	}
	f.Fuzz(func(t *testing.T, path, content string) {
		for _, h := range Fields(SyntaxOf(path), path, []byte(content)) {
			if h.ID == "" || h.Title == "" || h.Value == "" || h.Line < 1 {
				t.Errorf("%q: %+v", path, h)
			}
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add("history:1", "RUN |1 A=b /bin/sh -c curl -u a:b 'x' \"y$(z)\" https://u:p@h eyJ.eyJ.x")
	f.Fuzz(func(t *testing.T, where, s string) {
		Text(where, s)
		splitBuildArgs(s)
		for _, w := range splitShell(s) {
			if w.off < 0 || w.off >= len(s) {
				t.Errorf("%q: word at %d", s, w.off)
			}
		}
	})
}

// TestTimeIsLinear gives each parser much of what could make it look back.
func TestTimeIsLinear(t *testing.T) {
	for _, piece := range []string{
		pemBegin + "RSA PRIVATE KEY-----\n", pemBegin, "-----", "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n", "PuTTY-User-Key-File-2: x\n", "AGE-SECRET-KEY-1", "://a:b", "://a@", "a://", "eyJ", "eyJ.eyJ.",
		"{\"a\":", "[", "\"", "\\\"", "<a>", "<a b='c'>x</a>", "- a: b\n", "- ", "  a:\n", "a=", "$(", "${", "'", "password=", "password '", "authorization: ", "AKIA", "AKIAABCDEFGHIJKLMNOP ", "1//0", "ya29.", "machine a password b ", "/*", "//",
		"\x30\x82\x01\x01\x02\x01\x03\x30", "\xfe\xed\xfe\xed\x00\x00\x00\x02", "k |\n", " ", "\n", "identified by '", "-p x ", "IA",
	} {
		content := []byte(strings.Repeat(piece, (1<<18)/len(piece)))
		for _, format := range formats {
			path := "x/" + strings.ReplaceAll(strings.TrimSuffix(format.names[0], "/"), "*", "x")
			if strings.HasSuffix(format.names[0], "/") {
				path += "/x"
			}
			least := time.Hour // a busy machine is slow at times, not always
			for try := 0; try < 5 && least > time.Second; try++ {
				begin := time.Now()
				Parse(path, content)
				least = min(least, time.Since(begin))
			}
			if least > time.Second {
				t.Errorf("%s of %.20q takes %v", path, piece, least)
			}
		}
	}
}

func BenchmarkWants(b *testing.B) {
	for b.Loop() {
		Wants("usr/lib/python3/dist-packages/some/package/module.py")
	}
}
