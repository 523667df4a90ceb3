package structured

import (
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"peel/analyzer/finding"
	"peel/analyzer/redact"
)

const pw = "Tr0ub4dor-9x" // stands for a password

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// jwt and gnupg are a token and a key without anything of use in them.
var (
	jwt = base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." +
		base64.RawURLEncoding.EncodeToString([]byte(`{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:a:b"}`)) + "." + strings.Repeat("c2ln", 20)
	gnupg = "(11:private-key(3:ecc(5:curve7:Ed25519)(5:flags5:eddsa)(1:q33:@0123456789abcdef0123456789abcdef)(1:d32:fedcba9876543210fedcba9876543210)))"
)

// cases are contents by path, and what is found there: "ID value", with ID
// followed by a lower-case letter where the severity is not the check's own.
var cases = []struct {
	path, content string
	want          []string
}{
	{"root/.docker/config.json", `{"auths":{"r.io":{"auth":"` + b64("me:"+pw) + `"},"s.io":{}},"credHelpers":{"x":"ecr-login"},"credsStore":"desktop"}`, []string{"S020 " + pw}},
	{"root/.docker/config.json", `{"auths":{"r.io":{"identitytoken":"tok-1234-abcd"},"s.io":{"auth":"` + b64("me:${PASS}") + `"}}}`, []string{"S020 tok-1234-abcd"}},
	{"root/.dockercfg", `{"https://index.docker.io/v1/":{"auth":"` + b64("me:"+pw) + `","email":"a@b"}}`, []string{"S020 " + pw}},
	{"run/containers/0/auth.json", `{"auths":{"quay.io":{"auth":"` + b64("r+bot:"+pw) + `"}}}`, []string{"S020 " + pw}},
	{"x/whatever", `{ "auths": { "r.io": { "auth": "` + b64("me:"+pw) + `" } } }`, []string{"S020 " + pw}},

	{"a/.npmrc", "registry=https://r.npmjs.org/\n//r.npmjs.org/:_authToken=npm_abcdef0123456789\n//x/:_authToken=${NPM_TOKEN}\n//y/:_password=" + b64(pw) + "\n; _auth=abc\n", []string{"S021 npm_abcdef0123456789", "S021 " + pw}},
	{"a/.npmrc", "_auth=" + b64("me:"+pw) + "\nalways-auth=true\n", []string{"S021 " + pw}},
	{"a/.yarnrc.yml", "npmScopes:\n  x:\n    npmAuthToken: \"abc-def-0123\"\n  y:\n    npmAuthToken: ${TOKEN}\nnpmAuthIdent: me:" + pw + "\n", []string{"S021 abc-def-0123", "S021 " + pw}},
	{"root/.pypirc", "[distutils]\nindex-servers = pypi\n[pypi]\nusername = __token__\npassword = pypi-AgEIcHlwaS5vcmc\n[x]\npassword: %(PW)s\n", []string{"S022 pypi-AgEIcHlwaS5vcmc"}},
	{"etc/pip.conf", "[global]\nindex-url = https://me:" + pw + "@pypi.x.io/simple\nextra-index-url = https://pypi.org/simple https://${U}:${P}@y/\n", []string{"S022 " + pw}},
	{"etc/ldap.secret", pw + "\n", []string{"S033h " + pw}},
	{"run/secrets/db", "a: b\nc: d\n", nil},
	{"run/secrets/db", "changeme\n", nil},
	{"etc/openvpn/auth.txt", "ann\n" + pw + "\n", []string{"S033h " + pw}},
	{"root/.subversion/auth/svn.simple/0a", "K 8\npasstype\nV 6\nsimple\nK 8\npassword\nV 9\n" + pw + "\nEND\n", []string{"S033h " + pw}},
	{"root/.netrc", "machine a.io\n  login me\n  password " + pw + "\nmachine b.io login me password <your-token>\n# machine c login d password e1234567\ndefault login anonymous password user@site\n", []string{"S023 " + pw, "S023 user@site"}},
	{"root/_netrc", "machine a login b password password\n", nil},
	{"root/.git-credentials", "https://me:" + pw + "@github.com\nhttps://ghp0123456789abcdefghij@x.io\nhttps://github.com/user\n", []string{"S024 " + pw, "S024 ghp0123456789abcdefghij"}},
	{"src/.git/config", "[remote \"origin\"]\n\turl = https://x-access-token:" + pw + "@github.com/a/b\n[remote \"up\"]\n\turl = git@github.com:a/b\n[http \"https://github.com/\"]\n\textraheader = AUTHORIZATION: basic " + b64("x-access-token:ghs_16C7e42F292c") + "\n", []string{"S025 " + pw, "S025 ghs_16C7e42F292c"}},
	{"root/.pgpass", "# host:port:db:user:pw\ndb:5432:*:me:a\\:b\\\\c-9\ndb:5432:*:me:\n", []string{`S026 a:b\c-9`}},
	{"root/.my.cnf", "[client]\nuser=root\npassword=\"" + pw + "\"\n[mysqld]\nport=3306\n", []string{"S026 " + pw}},
	{"etc/mysql/my.cnf", "[client]\n#password = abc\nport=3306\npassword = your_password\n", nil},
	{"root/.kube/config", "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: abcdef.0123456789abcdef\n    client-certificate-data: AAAA\n- name: b\n  user:\n    exec:\n      command: aws\n      env:\n      - name: X\n        token: not-this-one-12\n    client-key: /etc/k.pem\n- name: c\n  user:\n    password: " + pw + "\n", []string{"S027 abcdef.0123456789abcdef", "S027 " + pw}},
	{"root/.m2/settings.xml", "<settings><servers><server><id>a</id><username>u</username><password>" + pw + "</password></server><server><password>${env.P}</password></server><server><password>{jSMOWnoPFgsHVpMvz5VrIt5kRbzGpI8u+9EF1iFQyJQ=}</password></server></servers></settings>", []string{"S028 " + pw, "S028l {jSMOWnoPFgsHVpMvz5VrIt5kRbzGpI8u+9EF1iFQyJQ=}"}},
	{"root/.m2/settings-security.xml", "<settingsSecurity><master>{jSMOWnoPFgsHVpMvz5VrIt5kRbzGpI8u+9EF1iFQyJQ=}</master></settingsSecurity>", []string{"S028 {jSMOWnoPFgsHVpMvz5VrIt5kRbzGpI8u+9EF1iFQyJQ=}"}},
	{"p/gradle.properties", "org.gradle.jvmargs=-Xmx1g\nsigning.password=" + pw + "\nmavenToken = abc-9876-zyx\nsigning.secretKeyRingFile=/x/y\nfoo.password=changeme\n", []string{"S028 " + pw, "S028 abc-9876-zyx"}},
	{"p/NuGet.Config", `<configuration><packageSourceCredentials><feed><add key="Username" value="u"/><add key="ClearTextPassword" value="` + pw + `"/></feed><x><add key="ClearTextPassword" value="%PW%"/></x></packageSourceCredentials></configuration>`, []string{"S028 " + pw}},
	{"root/.gem/credentials", "---\n:rubygems_api_key: rubygems_0123456789abcdef\n", []string{"S011 rubygems_0123456789abcdef"}},
	{"root/.cargo/credentials.toml", "[registry]\ntoken = \"cioAbCdEf0123456789\"\n", []string{"S011 cioAbCdEf0123456789"}},
	{"root/.composer/auth.json", `{"github-oauth":{"github.com":"0123abcd0123abcd0123"},"http-basic":{"r.io":{"username":"u","password":"` + pw + `"}}}`, []string{"S011 0123abcd0123abcd0123", "S011 " + pw}},
	{"p/terraform.tfstate", `{"version":4,"terraform_version":"1.5.0","outputs":{"db_password":{"value":"` + pw + `","type":"string"}},"resources":[{"instances":[{"attributes":{"password":"x9-` + pw + `","id":"abc","token":null,"secret_name":"foo","password_length":16}}]}]}`, []string{"S029 " + pw, "S029 x9-" + pw}},
	{"p/prod.tfvars", "db_password = \"" + pw + "\"\nregion = \"eu\"\napi_key = var.k\n", []string{"S029 " + pw}},
	{"root/.terraformrc", "credentials \"app.terraform.io\" {\n  token = \"abc.atlasv1.def0123\"\n}\n", []string{"S029 abc.atlasv1.def0123"}},
	{"root/.config/rclone/rclone.conf", "[a]\ntype = sftp\npass = YWFhYWFhYWFhYWFhYWFhYXMaGgIlEQ\n[b]\ntype = s3\nsecret_access_key = Abc123Def456Ghi789\n", []string{"S029 potato", "S029 Abc123Def456Ghi789"}},
	{"root/.s3cfg", "[default]\naccess_key = AK\nsecret_key = Abc123Def456\nuse_https = True\n", []string{"S029 Abc123Def456"}},
	{"root/.boto", "[Credentials]\ngs_oauth2_refresh_token = 1//0abcdefghijk\n", []string{"S029 1//0abcdefghijk"}},
	{"root/.aws/credentials", "[default]\naws_access_key_id = AKIAQ4NXYZ7PLMB2TRVW\naws_secret_access_key = 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\n[ex]\naws_access_key_id=AKIAIOSFODNN7EXAMPLE\naws_secret_access_key=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n", []string{"S004 h8Kd0sLq2VbN4xTz7WcR9yUf1GjM3pEa5oQi6XvB", "S004i wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},
	{"root/.aws/sso/cache/a.json", `{"accessToken":"aoaAAAAbcdef0123","region":"x"}`, []string{"S004 aoaAAAAbcdef0123"}},
	{"root/.config/gcloud/application_default_credentials.json", `{"client_id":"x","client_secret":"d-FL95Q19q7MQmFpd7hHD0Ty","refresh_token":"1//0gAbCdEf","type":"authorized_user"}`, []string{"S029l d-FL95Q19q7MQmFpd7hHD0Ty", "S029 1//0gAbCdEf"}},
	{"root/.azure/accessTokens.json", `[{"accessToken":"eyX.1.2","refreshToken":"0.AXabc","tokenType":"Bearer"}]`, []string{"S006 eyX.1.2", "S006 0.AXabc"}},
	{"root/.config/gh/hosts.yml", "github.com:\n    user: me\n    oauth_token: gho_abc0123456789\n", []string{"S007 gho_abc0123456789"}},

	{"app/.env", "# c\nexport DB_PASSWORD='" + pw + "'\nPORT=80\nAPI_KEY=${K}\nSECRET_KEY=changeme\nTOKEN=/run/secrets/t\nDATABASE_URL=postgres://u:" + pw + "2@db/x\nADMIN_PASSWORD=postgres\nMAX_TOKENS=4096\nX_SECRET=${Y:-d3fault-9}\n", []string{"S031 " + pw, "S031 " + pw + "2", "S031l postgres", "S031 d3fault-9"}},
	{"app/.env.example", "DB_PASSWORD=" + pw + "\nAPI_KEY=xxxxxxxx\nSECRET=<secret>\n", []string{"S031l " + pw}},
	{"root/.bash_history", "ls -la\ncurl -u me:" + pw + " https://x\nexport TOKEN=$(cat /t)\nmysql -u root -pS3cr-et9\ndocker login -u me -p dckr-9-xyz r.io\nsudo sshpass -p 'qu oted1' ssh h\npsql -p 5432 -U me\n", []string{"S030 " + pw, "S030 S3cr-et9", "S030 dckr-9-xyz", "S030 qu oted1"}},
	{"root/.zsh_history", ": 1700000000:0;export API_TOKEN=abc-123-def\n: 1700000001:0;echo $API_TOKEN\n", []string{"S030 abc-123-def"}},
	{"root/.python_history", "import os\npassword = 'py-" + pw + "'\ntoken = os.environ['T']\n", []string{"S030 py-" + pw}},
	{"root/.psql_history", "ALTER USER me WITH PASSWORD 'pg-" + pw + "';\nselect 1;\n", []string{"S030 pg-" + pw}},
	{"root/.rediscli_history", "get a\nauth me " + pw + "\n", []string{"S030 " + pw}},
	{"root/.bash_history", "ls\ncd /\n", []string{"S030i "}},
	{"www/wp-config.php", "<?php\ndefine( 'DB_PASSWORD', '" + pw + "' );\ndefine('AUTH_KEY', 'put your unique phrase here');\ndefine('AUTH_SALT', 'qX7$k,mP 2z');\ndefine('DB_PASSWORD', getenv('X'));\n", []string{"S033h " + pw, "S033h qX7$k,mP 2z"}},
	{"app/config/database.yml", "default: &d\n  password: <%= ENV['P'] %>\nproduction:\n  <<: *d\n  password: " + pw + "\n  password: \n", []string{"S033h " + pw}},
	{"app/config/master.key", "0123456789abcdef0123456789abcdee", []string{"S033h 0123456789abcdef0123456789abcdee"}},
	{"app/settings.py", "SECRET_KEY = 'k#9" + pw + "'\nDEBUG = True\nPASSWORD = os.environ['X']\nTOKEN = config('T')\nAUTH_PASSWORD_VALIDATORS = ['x']\n", []string{"S033h k#9" + pw}},
	{"p/.vscode/sftp.json", "{ // c\n\"host\": \"h\", \"password\": \"" + pw + "\", }", []string{"S033h " + pw}},
	{"p/.idea/webServers.xml", `<application><fileTransfer host="h" password="dff9dfcfdfc9dfd8dfcfdfdedf9d"/></application>`, []string{"S033h Secret7"}},
	{"root/.config/filezilla/sitemanager.xml", `<FileZilla3><Servers><Server><Pass encoding="base64">` + b64(pw) + `</Pass></Server><Server><Pass encoding="crypt">abcdefgh</Pass></Server></Servers></FileZilla3>`, []string{"S033h " + pw}},
	{"etc/nginx/.htpasswd", "me:$apr1$abcdefgh$0123456789012345678901\n", []string{"S033l $apr1$abcdefgh$0123456789012345678901"}},
	{"etc/wireguard/wg0.conf", "[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n[Peer]\nPublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n", []string{"S001 yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk="}},
	{"etc/ansible/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n6238393\n", nil},
	{"root/.hgrc", "[auth]\nx.prefix = hg.x.io\nx.username = me\nx.password = " + pw + "\n", []string{"S025 " + pw}},
	{"var/run/secrets/kubernetes.io/serviceaccount/token", jwt, []string{"S027 " + jwt}},
	{"root/.vault-token", "hvs-" + pw + pw + "\n", []string{"S012 hvs-" + pw + pw}},
	{"p/x.auto.tfvars.json", `{"db_password": "` + pw + `", "region": "eu", "api_token": "${var.t}"}`, []string{"S029 " + pw}},
	{"root/.config/gcloud/credentials.db", "SQLite format 3\x00\x10\x00{\"refresh_token\": \"1//0" + strings.Repeat("aB3-", 10) + "\"}\x00", []string{"S029 1//0" + strings.Repeat("aB3-", 10)}},
	{"etc/openvpn/c.ovpn", "client\n<auth-user-pass>\nme\n" + pw + "\n</auth-user-pass>\n", []string{"S033h " + pw}},
	{"root/.gnupg/private-keys-v1.d/0A.key", gnupg, []string{"S001 " + gnupg}},
	{"etc/NetworkManager/system-connections/w.nmconnection", "[wifi-security]\npsk=" + pw + "\n", []string{"S033h " + pw}},
}

func TestFormats(t *testing.T) {
	for _, c := range cases {
		if !Wants(c.path) && !WantsContent([]byte(c.content)) && c.want != nil {
			t.Errorf("%s: not wanted", c.path)
		}
		got := summary(Parse(c.path, []byte(c.content)))
		want := slices.Clone(c.want)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s:\n got %q\nwant %q", c.path, got, want)
		}
	}
}

func summary(hits []Hit) []string {
	var out []string
	for _, h := range hits {
		mark := ""
		if h.Severity != severityOf(h.ID) {
			mark = h.Severity.String()[:1]
		}
		out = append(out, h.ID+mark+" "+h.Value)
	}
	slices.Sort(out)
	return out
}

func TestEveryFormatIsFoundByItsNames(t *testing.T) {
	for _, f := range formats {
		for _, n := range f.names {
			path := "home/me/" + strings.ReplaceAll(n, "*", "x")
			if strings.HasSuffix(n, "/") {
				path += "some"
			}
			if !Wants(path) || !Wants("/"+strings.ToUpper(path)) {
				t.Errorf("%s is not wanted", path)
			}
		}
	}
	for _, p := range []string{"bin/ls", "etc/passwd", "usr/lib/config.json", "a/config", "etc/environment.py", "", "/", "a/"} {
		if Wants(p) {
			t.Errorf("%q is wanted", p)
		}
	}
}

func TestHitsAreTold(t *testing.T) {
	for _, c := range cases {
		for _, h := range Parse(c.path, []byte(c.content)) {
			if h.Title == "" || h.Line < 1 || h.Severity < severityOf(h.ID) && h.Reason == "" {
				t.Errorf("%s: %+v", c.path, h)
			}
			if h.Value != "" && strings.Contains(h.Title+h.Reason, h.Value) {
				t.Errorf("%s: the title or the reason has the secret: %+v", c.path, h)
			}
			if h.Raw != "" && !strings.Contains(c.content, h.Raw) {
				t.Errorf("%s: %q does not stand in the file", c.path, h.Raw)
			}
		}
	}
}

func TestRedactorHidesTheHits(t *testing.T) {
	for _, c := range cases {
		var values []string
		for _, h := range Parse(c.path, []byte(c.content)) {
			values = append(values, h.Value, h.Raw)
		}
		out := redact.New(values).String(c.content)
		for _, v := range values {
			if len(v) >= 6 && !redact.Common(v) && strings.Contains(out, v) {
				t.Errorf("%s: %q survives in %q", c.path, v, out)
			}
		}
	}
}

func TestLines(t *testing.T) {
	hits := Parse("a/.env", []byte("A=1\r\n\r\nDB_PASSWORD="+pw+"\r\n"))
	if len(hits) != 1 || hits[0].Line != 3 || hits[0].Value != pw {
		t.Errorf("%+v", hits)
	}
	wide := "\xff\xfe"
	for _, c := range "DB_PASSWORD=" + pw {
		wide += string(c) + "\x00"
	}
	if hits := Parse("a/.env", []byte(wide)); len(hits) != 1 || hits[0].Value != pw {
		t.Errorf("UTF-16: %+v", hits)
	}
}

func TestManyHitsAreCapped(t *testing.T) {
	var b strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&b, "K%d_PASSWORD=%s%d\n", i, pw, i)
	}
	if n := len(Parse(".env", []byte(b.String()))); n != maxHits {
		t.Error(n)
	}
}

func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func der(t *testing.T, name string) string {
	t.Helper()
	b, _ := pem.Decode([]byte(fixture(t, name)))
	return string(b.Bytes)
}

func TestKeys(t *testing.T) {
	puttyNone := "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nComment: c\nPublic-Lines: 1\nAAAA\nPrivate-Lines: 1\nAAAAIA0123456789abcdefghij0123456789ABCDEFGHIJ==\nPrivate-MAC: 00\n"
	for _, c := range []struct {
		name, content string
		want          string // id, confidence
	}{
		{"rsa", fixture(t, "rsa.pem"), "S001 high"},
		{"pkcs8", fixture(t, "pkcs8.pem"), "S001 high"},
		{"ec", fixture(t, "ec.pem"), "S001 high"},
		{"dsa", fixture(t, "dsa.pem"), "S001 high"},
		{"ed25519", fixture(t, "ed25519.pem"), "S001 high"},
		{"openssh", fixture(t, "openssh"), "S001 high"},
		{"openssh encrypted", fixture(t, "openssh-encrypted"), "S002 high"},
		{"pkcs8 encrypted", fixture(t, "pkcs8-encrypted.pem"), "S002 high"},
		{"DEK-Info", fixture(t, "rsa-encrypted.pem"), "S002 high"},
		{"pgp", fixture(t, "pgp.asc"), "S001 high"},
		{"pgp encrypted", fixture(t, "pgp-encrypted.asc"), "S002 high"},
		{"PKCS#12", fixture(t, "key.p12"), "S003 high"},
		{"PKCS#12 of certificates", fixture(t, "certs.p12"), "S003 low"},
		{"JKS", fixture(t, "key.jks"), "S003 high"},
		{"JKS of certificates", fixture(t, "trust.jks"), ""},
		{"certificate", fixture(t, "cert.pem"), ""},
		{"certificate, then key", fixture(t, "cert.pem") + fixture(t, "pkcs8.pem"), "S001 high"},
		{"CRLF", strings.ReplaceAll(fixture(t, "rsa.pem"), "\n", "\r\n"), "S001 high"},
		{"in JSON", `{"k":"` + strings.ReplaceAll(fixture(t, "rsa.pem"), "\n", `\n`) + `"}`, "S001 high"},
		{"in source", `k = "` + strings.ReplaceAll(strings.TrimSpace(fixture(t, "rsa.pem")), "\n", "\\n\" +\n    \"") + `"`, "S001 high"},
		{"in YAML", "k: |\n    " + strings.ReplaceAll(fixture(t, "rsa.pem"), "\n", "\n    "), "S001 high"},
		{"on one line", strings.ReplaceAll(fixture(t, "rsa.pem"), "\n", " "), "S001 high"},
		{"cut off", fixture(t, "rsa.pem")[:400], "S001 low"},
		{"damaged", strings.Replace(fixture(t, "rsa.pem"), "-----\nMII", "-----\nABC", 1), "S001 low"},
		{"no body", "-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----\n", ""},
		{"mentioned", "if strings.HasPrefix(s, \"-----BEGIN RSA PRIVATE KEY-----\") { return }\nfoo(bar)\n", ""},
		{"public", "-----BEGIN PUBLIC KEY-----\n" + strings.Repeat("ABCD", 20) + "\n-----END PUBLIC KEY-----\n", ""},
		{"DER", der(t, "pkcs8.pem"), "S001 high"},
		{"certificate in DER", der(t, "cert.pem"), ""},
		{"PuTTY", puttyNone, "S001 high"},
		{"PuTTY encrypted", strings.Replace(puttyNone, "none", "aes256-cbc", 1), "S002 high"},
		{"age", "# created\nAGE-SECRET-KEY-184JMZMVQH3E6U0PSL869004Y3U2NYV7R30EU99CSEDNPH02YUVFSZW44VU\n", "S001 medium"},
		{"age, wrong checksum", "AGE-SECRET-KEY-184JMZMVQH3E6U0PSL869004Y3U2NYV7R30EU99CSEDNPH02YUVFSZW44VQ\n", "S001 low"},
	} {
		if !WantsContent([]byte(c.content)[:min(512, len(c.content))]) && c.want != "" && c.name != "DER" && c.name != "in source" && c.name != "in JSON" {
			t.Errorf("%s: not wanted", c.name)
		}
		var got []string
		for _, h := range Parse("x/file", []byte(c.content)) {
			got = append(got, h.ID+" "+h.Confidence.String())
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

func TestServiceAccountIsOneFinding(t *testing.T) {
	s := `{"type": "service_account", "private_key_id": "abc", "private_key": "` + strings.ReplaceAll(fixture(t, "pkcs8.pem"), "\n", `\n`) + `", "client_email": "x@y.iam"}`
	hits := Parse("k.json", []byte(s))
	if len(hits) != 1 || hits[0].ID != "S005" || hits[0].Severity != finding.Critical || !strings.Contains(hits[0].Reason, "x@y.iam") {
		t.Errorf("%+v", hits)
	}
}

func TestKubeconfigKeyIsDecoded(t *testing.T) {
	s := "kind: Config\nusers:\n- user:\n    client-key-data: " + b64(fixture(t, "rsa.pem")) + "\n"
	hits := Parse(".kube/config", []byte(s))
	if len(hits) != 1 || hits[0].ID != "S027" || hits[0].Confidence != finding.Sure || !strings.HasPrefix(hits[0].Value, pemBegin) {
		t.Errorf("%+v", hits)
	}
}

func TestPublishedKeysAreLowered(t *testing.T) {
	if len(known) < 50 {
		t.Fatal("the table of known keys is empty")
	}
	hits := Parse("etc/ssl/private/ssl-cert-snakeoil.key", []byte(fixture(t, "pkcs8.pem")))
	if len(hits) != 1 || hits[0].Severity != finding.Info || hits[0].Reason == "" {
		t.Errorf("%+v", hits)
	}
	hits = Parse("etc/ssh/ssh_host_ed25519_key", []byte(fixture(t, "openssh")))
	if len(hits) != 1 || hits[0].Title != "SSH host key" || hits[0].Severity != finding.Critical {
		t.Errorf("%+v", hits)
	}
}

// TestEveryFormatHasACase guards that no parser is there without a file that it
// finds something in.
func TestEveryFormatHasACase(t *testing.T) {
	for i := range formats {
		f := &formats[i]
		if f.parse == nil {
			continue
		}
		found := false
		for _, c := range cases {
			e, ok := byName.find(strings.ToLower(c.path))
			found = found || ok && e.format == f && len(c.want) > 0
		}
		found = found || f.names[0] == "secring.gpg" // TestSecring
		if !found {
			t.Errorf("%q have no case", f.names)
		}
	}
}

func TestSecring(t *testing.T) {
	armor := fixture(t, "pgp.asc")
	_, body, _ := strings.Cut(armor, "\n\n")
	body, _, _ = strings.Cut(body, "\n=")
	b, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(body, "\n", ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := summary(Parse("root/.gnupg/secring.gpg", b)); len(got) != 1 || !strings.HasPrefix(got[0], "S001 ") {
		t.Errorf("%.40q", got)
	}
}
