package secrets_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"

	"peel/analyzer/secrets/secrettest"
)

func privateKey() string {
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func zipped(name, content string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, _ := w.Create(name)
	f.Write([]byte(content))
	w.Close()
	return b.String()
}

func gzipped(content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(content))
	w.Close()
	return b.String()
}

func zstded(content string) string {
	w, _ := zstd.NewWriter(nil)
	return string(w.EncodeAll([]byte(content), nil))
}

func tarred(name, content string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: name, Size: int64(len(content)), Mode: 0o644})
	w.Write([]byte(content))
	w.Close()
	return b.String()
}

func wide(s string, bom bool, big bool) string {
	var b []byte
	if bom {
		s = "\ufeff" + s
	}
	for _, u := range utf16.Encode([]rune(s)) {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

// plant is a secret in a place.
type plant struct {
	path, content, value string
	check                string // "" for any
	inner                string
}

func plants() []plant {
	n := 0
	next := func() string { n++; return secrettest.Token(n) }
	in := func(path, format string) plant {
		t := next()
		return plant{path: path, content: fmt.Sprintf(format, t), value: t}
	}
	list := []plant{
		in("app/.env", "DEBUG=1\nGITHUB_TOKEN=%s\n"),
		in("app/node_modules/x/index.js", "module.exports={t:'%s'}"),
		in("usr/lib/python3/dist-packages/x.py", "T = '%s'\n"),
		in("usr/share/doc/x/README.md", "export T=%s\n"),
		in("app/vendor/test/example_test.go", `const t = "%s"`),
		in("app/one-line.js", strings.Repeat("var a=1;", 400_000)+"t='%s';"+strings.Repeat("b();", 100_000)),
		in("app/elf", "\x7fELF\x02\x01\x01"+strings.Repeat("\x00\x90\xff\x13", 30_000)+"%s\x00"+strings.Repeat("\x7f\x00", 99_999)),
		in("app/one-line.json", `{"a":[`+strings.Repeat(`{"id":12345,"name":"x"},`, 110_000)+`{"t":"%s"},`+strings.Repeat(`{"id":12345,"name":"x"},`, 110_000)+`0]}`),
		in("app/data.sqlite", "SQLite format 3\x00"+strings.Repeat("\x00\x01", 500)+"%s\x00"),
		in("app/x.pyc", "\xa7\x0d\x0d\x0a\x00\x00\x00\x00z\x28%s\xda"),
		in("root/.netrc", "machine github.com login me password %s\n"),
		in("root/.git-credentials", "https://me:%s@github.com\n"),
		in("app/.git/config", "[remote \"origin\"]\n\turl = https://x:%s@github.com/a/b.git\n"),
		in("root/.bash_history", "ls\ncurl -H 'Authorization: token %s' https://api.github.com\n"),
	}
	pack := func(path string, wrap func(string) string, inner string) {
		t := next()
		list = append(list, plant{path: path, content: wrap("x = 1\ntoken = \"" + t + "\"\n"), value: t, inner: inner})
	}
	pack("app/a.gz", gzipped, "")
	pack("app/a.zst", zstded, "")
	pack("app/a.whl", func(s string) string { return zipped("pkg/settings.py", s) }, "pkg/settings.py")
	pack("app/a.tar.gz", func(s string) string { return gzipped(tarred("etc/settings.ini", s)) }, "etc/settings.ini")
	pack("app/a.war", func(s string) string { return zipped("lib/b.jar", zipped("c.properties", s)) }, "lib/b.jar!/c.properties")
	pack("app/zip.tar.gz", func(s string) string {
		return gzipped(tarred("lib/x.zip", zipped("c.properties", s)))
	}, "lib/x.zip!/c.properties")
	pack("app/wide.dll", func(s string) string {
		return "MZ\x90\x00\x03\x00" + strings.Repeat("\x90\x00\xff", 50_001) + wide(s, false, false) + strings.Repeat("\xff\x15\x00", 50_000)
	}, "")
	pack("app/big.tar.gz", func(s string) string {
		noise := make([]byte, 3<<20)
		rand.Read(noise)
		return gzipped(tarred("first", string(noise))[:(3<<20)+512] + tarred("second", s))
	}, "second")
	pack("app/le-bom.txt", func(s string) string { return wide(s, true, false) }, "")
	pack("app/be-bom.txt", func(s string) string { return wide(s, true, true) }, "")
	pack("app/le.txt", func(s string) string { return wide(s, false, false) }, "")
	pack("app/be.txt", func(s string) string { return wide(s, false, true) }, "")
	key := privateKey()
	list = append(list,
		plant{path: "etc/ssl/private/server.key", content: key, check: "S001"},
		plant{path: "app/k.json", content: `{"key": "` + strings.ReplaceAll(privateKey(), "\n", `\n`) + `"}`, check: "S001"},
		plant{path: "root/.aws/credentials", check: "S004",
			content: "[default]\naws_access_key_id = AKIAQ3EGRBSIWJ5TMPQK\naws_secret_access_key = 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\n"},
		plant{path: "root/.docker/config.json", check: "S020",
			content: `{"auths":{"r.io":{"auth":"` + base64.StdEncoding.EncodeToString([]byte("ci:vK8#pQ2zLm")) + `"}}}`},
		plant{path: "app/db.conf", content: "dsn = postgres://app:Zx81kq99Lw@db.internal:5432/app\n", value: "Zx81kq99Lw", check: "S032"},
		plant{path: "app/settings.yml", content: "db:\n  password: \"t7Rq!92kLzP\"\n", value: "t7Rq!92kLzP"},
		plant{path: "app/jwt.txt", check: "S034", content: "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI0MiIsImlhdCI6MTUxNjIzOTAyMn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c\n"},
	)
	return list
}

var decoys = map[string]string{
	"decoy/env":        "API_TOKEN=${API_TOKEN}\nDB_PASSWORD=changeme\nSECRET_KEY=<your-secret>\nTOKEN=xxxxxxxxxxxxxxxxxxxxxxxx\n",
	"decoy/docs.md":    "export GITHUB_TOKEN=ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\npostgres://user:password@localhost/db\n",
	"decoy/code.go":    "password := os.Getenv(\"PASSWORD\")\ntoken := strings.TrimSpace(config.token2)\nvar apiKey string\n",
	"decoy/lock":       `"integrity": "sha512-Zm9vYmFyYmF6cXV4cXV1eGNvcmdlZ3JhdWx0Z2FycGx5d2FsZG9mcmVkcGx1Z2h4eXp6eXRodWQ="`,
	"decoy/keys.pub":   "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBbTQ0lGZ2hpamtsbW5vcHFyc3R1dnd4eXoxMjM0NTY3 me@host\n",
	"decoy/Dockerfile": "ARG NPM_TOKEN\nENV TOKEN=${NPM_TOKEN}\nRUN --mount=type=secret,id=npm,env=NPM_TOKEN npm ci\nENV PASSWORD_FILE=/run/secrets/db\n",
	"decoy/.npmrc":     "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\nalways-auth=true\n",
	"decoy/k8s.yml":    "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db-secret\n      key: password\n",
	"decoy/ci.yml":     "with:\n  token: ${{ secrets.GITHUB_TOKEN }}\n  password: $PASSWORD\n",
	"decoy/wide.dll":   "MZ\x90\x00\x03\x00" + wide("Please enter your password: ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false, false) + "\xff\x15",
	"decoy/aws.md":     "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n",
}
