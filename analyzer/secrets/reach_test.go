package secrets

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"peel/analyzer/finding"
)

// worst is the gravest finding of a text that has a value among its secrets.
func worst(t *testing.T, path, text, value string) (sev finding.Severity, reason string) {
	t.Helper()
	for _, f := range scanner(t).Scan(path, []byte(text)) {
		for _, v := range append([]string{f.Secret}, f.Secrets...) {
			if strings.Contains(v, value) && f.Severity > sev {
				sev, reason = f.Severity, f.Reason
			}
		}
	}
	return sev, reason
}

// TestEncoded guards that a token is found in each encoding, and in one within the
// other, and that the finding has the token as well as how it stands in the file.
func TestEncoded(t *testing.T) {
	token := signed("ghp_", random30)
	in64 := base64.StdEncoding.EncodeToString
	escaped := ""
	for _, c := range []byte(token) {
		escaped += fmt.Sprintf(`\u00%02x`, c)
	}
	for what, text := range map[string]string{
		"base64":                "data: " + in64([]byte("x"+token+"\n")) + "\n",
		"base64, offset 1":      "data: " + in64([]byte("ab"+token+"\n")) + "\n",
		"base64, offset 2":      "data: " + in64([]byte("abc"+token+"\n")) + "\n",
		"base64 for URLs":       "data=" + base64.RawURLEncoding.EncodeToString([]byte("token="+token)) + "&x=1\n",
		"hex":                   "blob " + hex.EncodeToString([]byte("t "+token)) + "\n",
		"Unicode escapes":       `{"k": "` + escaped + `"}`,
		"base64 of base64":      "x: " + in64([]byte("password "+in64([]byte("t "+token)))) + "\n",
		"a variable in base64":  "x: " + in64([]byte("export GITHUB_TOKEN="+token+"\n")) + "\n",
		"a URL within a URL":    "next=https%3A%2F%2Fuser%3A" + token + "%40github.com%2Fa%2Fb\n",
		"a configuration in 64": "config: " + in64([]byte(`{"auths":{"r.io":{"password":"`+token+`"}}}`)) + "\n",
	} {
		if sev, reason := worst(t, "app/x.txt", text, token); sev < finding.High || !strings.Contains(reason, "decoded from") {
			t.Errorf("%s: %v, %q", what, sev, reason)
		}
	}
	for what, text := range map[string]string{
		"words":       "x: " + in64([]byte("the password is not told here, nor any secret")) + "\n",
		"bytes":       "x: " + in64([]byte("password\x00\x01\x02\x03\xff\xfe"+token)) + "\n",
		"too long":    "x: " + in64([]byte(strings.Repeat("0123456789abcdef", maxEncoded/16)+token)) + "\n",
		"three times": "x: " + in64([]byte("password "+in64([]byte("password "+in64([]byte("t "+token)))))) + "\n",
		"percent":     "q=" + url.QueryEscape("https://user:${TOKEN}@github.com/") + "\n",
	} {
		if sev, reason := worst(t, "app/x.txt", text, ""); sev > finding.Low {
			t.Errorf("%s: %v, %q", what, sev, reason)
		}
	}
}

// TestCalls guards that a password is told by its place among the arguments, in
// what is written out alone.
func TestCalls(t *testing.T) {
	const pw = "velvet-Anchor9"
	for _, text := range []string{
		`$c = mysqli_connect('db', 'app', '%s', 'main');`, `new mysqli("db", $user, "%s");`, `new PDO("mysql:host=db", 'app', '%s')`, `conn = pymysql.connect(host, "app", "%s")`,
		`DriverManager.getConnection(url + "?a=b,c", "app", "%s")`, `server.login("ann@corp.net", "%s")`, "auth := smtp.PlainAuth(\"\", \"ann\", \"%s\", host)", `new NetworkCredential("ann", "%s")`,
		`sql.Open("mysql", "app:%s@tcp(db:3306)/main")`, `jdbc:oracle:thin:app/%s@db:1521`, `ldap_bind($ds, "cn=admin", "%s")`, `req.SetBasicAuth("ann", "%s")`,
	} {
		if sev, _ := worst(t, "app/a.txt", strings.ReplaceAll(text, "%s", pw), pw); sev < finding.Medium {
			t.Errorf("%s: %v", text, sev)
		}
		for _, none := range []string{"password", "changeme", "${DB_PASSWORD}", "<password>"} {
			if sev, _ := worst(t, "app/a.txt", strings.ReplaceAll(text, "%s", none), none); sev > finding.Low {
				t.Errorf("%s with %s: %v", text, none, sev)
			}
		}
	}
	for _, text := range []string{
		`mysqli_connect($host, $user, $password)`, `login(user, os.environ["PASS1"])`, `server.login("ann", "%s" + suffix)`, `getConnection("a", "b")`, `x.login("ann"`, `new PDO(`, `smtp.PlainAuth("", "ann", password9, host)`,
	} {
		if sev, _ := worst(t, "app/a.txt", text, ""); sev > finding.Low {
			t.Errorf("%s: %v", text, sev)
		}
	}
}

// TestNoFields guards what a field that is named as a secret holds and is none.
func TestNoFields(t *testing.T) {
	for _, c := range []struct{ path, text string }{
		{"a/openapi.yaml", "properties:\n  password:\n    type: string\n    format: password\n  token: string\n"},
		{"a/schema.json", `{"password": {"type": "string"}, "secret": "required", "accessToken": "Bearer"}`},
		{"a/package.json", `{"dependencies": {"@octokit/auth-token": "^2.4.0", "js-token": "~1.0.3", "csrf-token": "1.x"}}`},
		{"a/locale/de.yml", "de:\n  password: Kennwort-Feld\n  token: Zugangsmarke\n"},
		{"a/messages_fr.properties", "login.password=Mot-de-passe\n"},
		{"a/res/values-de/strings.xml", `<resources><string name="password">Kennwort-Feld</string></resources>`},
		{"a/Resources_ja.java", `{"keystore.password.1", "password: \u30D1\u30B9\u30EF\u30FC\u30C91"},` + "\n" + `String password = "\u5BC6\u78BC9";`},
		{"a/oauth.yaml", "paginators:\n  output_token: NextMarker\n  input_token: Marker\n"},
		{"a/notes.yaml", "help: |\n  To log in, run mysql -psecretword and so on.\n  Authorization: Bearer token\n"},
		{"a/form.xml", `<field name="password" value="passwordField"/><input password="user.password"/>`},
		{"a/deploy.yaml", "valueFrom:\n  secretKeyRef:\n    name: db-credentials\n    key: db-password\nsecret: my-db-secret\n"},
		{"etc/nsswitch.conf", "passwd:         files systemd\ngroup: files\n"},
		{"etc/nginx/nginx.conf", "location / { proxy_pass http://backend-main; fastcgi_pass unix-socket; }\n"},
		{"etc/pam.d/common-password", "password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\npassword requisite pam_deny.so\n"},
		{"etc/ssl/openssl.cnf", "secret = pass:insta # can be used for both\ninput_password = secret\n"},
		{"etc/app.conf", "password_algorithm = HMAC-SHA256\nsecret = HmacSHA512\nkey_password = PBKDF2WithHmacSHA256\n"},
		{"etc/app.ini", "password = ${DB_PASSWORD}\ntoken = $TOKEN\nsecret = /run/secrets/app\napi_key = env:API_KEY\n"},
		{"a/test.sh", "echo \"PASS: index appended\"\ndocker login -u \"$USER\" -p \"$PASSWORD\"\nDB_PASSWORD=$(cat /run/secrets/db)\n"},
		{"a/values.yaml", "auth:\n  existingSecret: app-credentials\n  password: \"\"\n  token: null\n"},
		{"a/k8s.yaml", "kind: Secret\ndata:\n  username: YWRtaW4=\n  password: Y2hhbmdlbWU=\n"},
		{"a/vectors.json", `{"shared_secret": "2fc9a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e"}`},
	} {
		if sev, reason := worst(t, c.path, c.text, ""); sev > finding.Low {
			t.Errorf("%s: %v, %q: %+v", c.path, sev, reason, scanner(t).Scan(c.path, []byte(c.text)))
		}
	}
}

// TestSameContentBySyntax guards that what a content is taken for does not depend on
// the file that had it first.
func TestSameContentBySyntax(t *testing.T) {
	const text = "db:\n  password: copper-lantern\n"
	for _, order := range [][]string{{"a.txt", "a.yaml"}, {"a.yaml", "a.txt"}} {
		s := scanner(t)
		for _, path := range order {
			n := finding.Count(s.Scan(path, []byte(text)), finding.Medium)
			if (n > 0) != strings.HasSuffix(path, ".yaml") {
				t.Errorf("%v: %s has %d", order, path, n)
			}
		}
	}
}

// TestCachedArchives guards that an archive of a cache adds no finding to that of the
// unpacked file, and is told where nothing is unpacked.
func TestCachedArchives(t *testing.T) {
	f := func(path, secret string) finding.Finding {
		return finding.Finding{ID: "S001", Path: path, Secret: secret}
	}
	deleted := f("go/pkg/mod/cache/download/a.zip!/a@v1.0.0/other.pem", "K3")
	deleted.DeletedIn = ptr(1)
	a := assembly{findings: []finding.Finding{
		f("go/pkg/mod/a@v1.0.0/key.pem", "K1"), f("go/pkg/mod/cache/download/a.zip!/a@v1.0.0/key.pem", "K1"), f("srv/cache/b.zip!/key.pem", "K1"),
		f("go/pkg/mod/cache/download/a.zip!/a@v1.0.0/only.pem", "K2"), f("app/a.zip!/a/key.pem", "K1"), deleted, f("x/other.pem", "K3"),
	}}
	a.dropCached()
	var got []string
	for _, f := range a.findings {
		got = append(got, f.Path)
	}
	if len(got) != 5 || got[0] != "go/pkg/mod/a@v1.0.0/key.pem" || a.findings[0].Reason != "also in 2 archives of a cache" {
		t.Errorf("%q, %q", got, a.findings[0].Reason)
	}
}
