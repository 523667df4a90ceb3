package secrets_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/secrets"
	"peel/analyzer/secrets/structured"
	. "peel/source/sourcetest"
)

// kind is a file of a known form. Its content has %s where a secret is; made
// tells how that is written, if not plainly.
type kind struct {
	path, content, check string
	made                 func(secret string) string
}

func basicAuth(s string) string { return base64.StdEncoding.EncodeToString([]byte("me:" + s)) }
func in64(s string) string      { return base64.StdEncoding.EncodeToString([]byte(s)) }

// kinds has one file of each form that package structured has a parser for.
var kinds = []kind{
	{"root/.docker/config.json", `{"auths":{"r.io":{"auth":"%s"}}}`, "S020", basicAuth},
	{"app/.npmrc", "//r.npmjs.org/:_authToken=%s\n", "S021", nil},
	{"app/.yarnrc.yml", "npmScopes:\n  x:\n    npmAuthToken: \"%s\"\n", "S021", nil},
	{"root/.pypirc", "[pypi]\nusername = me\npassword = %s\n", "S022", nil},
	{"etc/pip.conf", "[global]\nindex-url = https://me:%s@pypi.x.io/simple\n", "S022", nil},
	{"root/.netrc", "machine a.io\n  login me\n  password %s\n", "S023", nil},
	{"root/.git-credentials", "https://me:%s@github.com\n", "S024", nil},
	{"src/.git/config", "[remote \"origin\"]\n\turl = https://ci:%s@github.com/a/b\n", "S025", nil},
	{"root/.hgrc", "[auth]\nx.prefix = hg.io\nx.username = me\nx.password = %s\n", "", nil},
	{"root/.pgpass", "db:5432:*:me:%s\n", "S026", nil},
	{"root/.my.cnf", "[client]\nuser=root\npassword=\"%s\"\n", "S026", nil},
	{"root/.kube/config", "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user:\n    token: %s\n", "S027", nil},
	{"root/.gnupg/private-keys-v1.d/0A.key", "(11:private-key(3:ecc(5:curve7:Ed25519)(5:flags5:eddsa)(1:q20:%s)(1:d32:fedcba9876543210fedcba9876543210)))", "S001", nil},
	{"etc/openvpn/c.ovpn", "client\n<auth-user-pass>\nme\n%s\n</auth-user-pass>\n", "S033", nil},
	{"root/.vault-token", "%s\n", "", nil},
	{"root/.m2/settings.xml", "<settings><servers><server><id>a</id><password>%s</password></server></servers></settings>", "S028", nil},
	{"p/gradle.properties", "org.gradle.jvmargs=-Xmx1g\nsigning.password=%s\n", "S028", nil},
	{"p/NuGet.Config", `<configuration><packageSourceCredentials><feed><add key="ClearTextPassword" value="%s"/></feed></packageSourceCredentials></configuration>`, "S028", nil},
	{"root/.gem/credentials", "---\n:rubygems_api_key: %s\n", "S011", nil},
	{"root/.cargo/credentials.toml", "[registry]\ntoken = \"%s\"\n", "S011", nil},
	{"root/.composer/auth.json", `{"http-basic":{"r.io":{"username":"u","password":"%s"}}}`, "S011", nil},
	{"p/terraform.tfstate", `{"version":4,"terraform_version":"1.5.0","resources":[{"instances":[{"attributes":{"password":"%s","id":"abc"}}]}]}`, "S029", nil},
	{"p/prod.tfvars", "db_password = \"%s\"\nregion = \"eu\"\n", "S029", nil},
	{"p/prod.tfvars.json", `{"db_password": "%s", "region": "eu"}`, "S029", nil},
	{"root/.terraformrc", "credentials \"app.terraform.io\" {\n  token = \"%s\"\n}\n", "S029", nil},
	{"root/.config/rclone/rclone.conf", "[b]\ntype = s3\nsecret_access_key = %s\n", "S029", nil},
	{"root/.s3cfg", "[default]\naccess_key = AK\nsecret_key = %s\n", "S029", nil},
	{"root/.boto", "[Credentials]\ngs_oauth2_refresh_token = 1//0%s\n", "S029", nil},
	{"root/.aws/credentials", "[default]\naws_access_key_id = AKIAQ4NXYZ7PLMB2TRVW\naws_secret_access_key = %s\n", "S004", func(s string) string { return s + s[:40-len(s)] }},
	{"root/.aws/sso/cache/a.json", `{"accessToken":"%s","region":"x"}`, "S004", nil},
	{"root/.config/gcloud/application_default_credentials.json", `{"client_id":"x","refresh_token":"1//0%s","type":"authorized_user"}`, "S029", nil},
	{"root/.azure/accessTokens.json", `[{"accessToken":"%s","tokenType":"Bearer"}]`, "S006", nil},
	{"root/.config/gh/hosts.yml", "github.com:\n    user: me\n    oauth_token: %s\n", "", nil},
	{"app/.env", "# c\nexport DB_PASSWORD='%s'\nPORT=80\n", "S031", nil},
	{"root/.bash_history", "ls -la\nmysql -u root -p%s\n", "S030", nil},
	{"root/.psql_history", "ALTER USER me WITH PASSWORD '%s';\nselect 1;\n", "S030", nil},
	{"www/wp-config.php", "<?php\ndefine( 'DB_PASSWORD', '%s' );\n", "S033", nil},
	{"app/config/database.yml", "production:\n  password: %s\n", "S033", nil},
	{"app/config/master.key", "%s", "S033", func(s string) string { return fmt.Sprintf("%x", s)[:32] }},
	{"app/settings.py", "SECRET_KEY = '%s'\nDEBUG = True\n", "S033", nil},
	{"p/.vscode/sftp.json", "{ // c\n\"host\": \"h\", \"password\": \"%s\", }", "S033", nil},
	{"root/.config/filezilla/sitemanager.xml", `<FileZilla3><Servers><Server><Pass encoding="base64">%s</Pass></Server></Servers></FileZilla3>`, "S033", in64},
	{"etc/wireguard/wg0.conf", "[Interface]\nPrivateKey = %s\n[Peer]\nPublicKey = xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=\n", "S001", func(s string) string { return in64((s + s)[:32]) }},
	{"etc/NetworkManager/system-connections/w.nmconnection", "[wifi-security]\npsk=%s\n", "S033", nil},
	{"etc/ppp/chap-secrets", "me * %s *\n", "S033", nil},
	{"app/settings.conf", "dsn = postgres://app:%s@db.internal:5432/app\n", "S032", nil},
	{"app/deploy.sh", "#!/bin/sh\nexport API_TOKEN=%s\n", "S033", nil},
}

// keyFiles are keys and keystores of all kinds, by the check that finds them.
var keyFiles = map[string]string{
	"rsa.pem": "S001", "pkcs8.pem": "S001", "ec.pem": "S001", "dsa.pem": "S001", "ed25519.pem": "S001", "openssh": "S001", "pgp.asc": "S001",
	"openssh-encrypted": "S002", "pkcs8-encrypted.pem": "S002", "rsa-encrypted.pem": "S002", "pgp-encrypted.asc": "S002", "key.p12": "S003", "key.jks": "S003",
}

// generated is a secret of 20 characters that no rule knows by its form.
func generated(r *rand.Rand) string {
	const set = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
	b := []byte("q7")
	for len(b) < 20 {
		b = append(b, set[r.IntN(len(set))])
	}
	return string(b)
}

// TestKindsInEveryState plants each kind of file three times: to stay, to be
// deleted, and to be overwritten. It guards that each is found once, in its
// layer, and that what became of it is told.
func TestKindsInEveryState(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	first, second, third := Layer{Files: []File{Reg("base", "12345678")}}, Layer{}, Layer{}
	type want struct {
		kind
		dir, secret string
	}
	var all []want
	plant := func(k kind, secret string) {
		for _, dir := range []string{"stay/", "gone/", "over/"} {
			s := secret
			if s == "" && strings.Contains(k.content, "%s") {
				if s = generated(r); k.made != nil && strings.Contains("S001 S004 S033 ", k.check+" ") && k.path != "root/.config/filezilla/sitemanager.xml" {
					s = k.made(s) // the secret is what is written
				}
			}
			text := k.content
			if strings.Contains(text, "%s") {
				written := s
				if k.made != nil && written != "" && (k.check == "S020" || strings.HasSuffix(k.path, "sitemanager.xml")) {
					written = k.made(s)
				}
				text = strings.Replace(text, "%s", written, 1)
			}
			second.Files = append(second.Files, Reg(dir+k.path, text))
			all = append(all, want{k, dir, s})
		}
		third.Files = append(third.Files, Whiteout("gone/"+k.path), Reg("over/"+k.path, ""))
	}
	for _, k := range kinds {
		if !structured.Wants(k.path) && k.check != "S032" && k.check != "S033" {
			t.Errorf("%s has no parser", k.path)
		}
		plant(k, "")
	}
	for name, check := range keyFiles {
		b, err := os.ReadFile("structured/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		plant(kind{path: "keys/" + name, content: string(b), check: check}, "")
	}
	s, img := build(t, Image{Layers: []Layer{first, second, third}}, secrets.Options{})
	list := s.Assemble(img).Findings
	for _, w := range all {
		found := at(list, w.dir+w.path)
		if len(found) != 1 {
			t.Errorf("%s%s (%s): %d findings", w.dir, w.path, w.secret, len(found))
			for _, f := range found {
				t.Errorf("    %s %s %v line %d %q", f.ID, f.Title, f.Severity, f.Line, f.Secret)
			}
			continue
		}
		f := found[0]
		gone := filetree.None
		if f.DeletedIn != nil {
			gone = *f.DeletedIn
		}
		wantGone := map[string]int{"stay/": filetree.None, "gone/": 2, "over/": 2}[w.dir]
		if w.check != "" && f.ID != w.check || !strings.Contains(f.Secret, w.secret) || f.Severity < finding.Medium || *f.Layer != 1 || gone != wantGone {
			t.Errorf("%s%s: %s %v %q in layer %d, deleted in %d, also %v", w.dir, w.path, f.ID, f.Severity, f.Secret, *f.Layer, gone, f.Also)
		}
		if has := strings.Contains(strings.Join(f.Also, " "), "S050"); has != (wantGone != filetree.None) {
			t.Errorf("%s%s: also %v", w.dir, w.path, f.Also)
		}
	}
	noSecretPrinted(t, list)
}
