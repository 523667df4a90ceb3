package structured

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/finding"
)

func TestText(t *testing.T) {
	for _, c := range []struct {
		where, text string
		want        []string
	}{
		{"env:DB_PASSWORD", pw, []string{"S040 " + pw}},
		{"env:DB_PASSWORD", "DB_PASSWORD=" + pw, []string{"S040 " + pw}},
		{"env:PATH", "/usr/bin:/bin", nil},
		{"env:PWD", "PWD=/root", nil},
		{"env:GPG_KEY", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D", nil},
		{"env:PASSWORD_FILE", "/run/secrets/x", nil},
		{"env:DB_PASSWORD_FILE", pw, nil},
		{"env:API_KEY", "${API_KEY}", nil},
		{"env:API_KEY", "changeme", nil},
		{"env:JWT_SECRET", "<your-secret>", nil},
		{"env:TOKEN", "xxxxxxxx", nil},
		{"env:TOKEN", "********", nil},
		{"env:TOKEN", "", nil},
		{"env:TOKEN", "process.env.TOKEN", nil},
		{"env:MAX_TOKENS", "4096", nil},
		{"env:NEXT_PUBLIC_API_KEY", "abc-123-def-456", nil},
		{"env:POSTGRES_PASSWORD", "postgres", []string{"S040l postgres"}},
		{"env:REDIS_URL", "redis://:" + pw + "@redis:6379/0", []string{"S040 " + pw}},
		{"env:URL", "https://example.com/a?b=c@d", nil},
		{"env:URL", "https://user:password@example.com/", nil},
		{"env:URL", "https://me:p%40ss-w0rd9@h/", []string{"S040 p@ss-w0rd9"}},
		{"env:CONN", "Server=db;User=sa;Password=" + pw + ";", []string{"S040 " + pw}},
		{"env:JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.keyStorePassword=" + pw, []string{"S040 " + pw}},
		{"label:maintainer", "me@example.com", nil},
		{"label:com.x.token", pw, []string{"S043 " + pw}},
		{"label:description", "how to set a password: see the docs", nil},
		{"annotation:a", "https://ci:" + pw + "@git.x/y", []string{"S043 " + pw}},
		{"arg:NPM_TOKEN", "NPM_TOKEN=abc-def-123", []string{"S041 abc-def-123"}},
		{"history:1", "RUN /bin/sh -c curl -H 'Authorization: Bearer abc.def-123' https://x", []string{"S042 abc.def-123"}},
		{"history:1", `RUN /bin/sh -c curl -H "PRIVATE-TOKEN: $T" https://x`, nil},
		{"history:1", "RUN /bin/sh -c curl --user me:" + pw + " https://x && wget --password=" + pw + "2 http://y", []string{"S042 " + pw, "S042 " + pw + "2"}},
		{"history:1", "RUN /bin/sh -c echo " + pw + " | docker login -u me --password-stdin", nil},
		{"history:1", "RUN /bin/sh -c PGPASSWORD=" + pw + " psql -h db", []string{"S042 " + pw}},
		{"history:1", "RUN /bin/sh -c git config --global http.extraheader 'AUTHORIZATION: basic " + b64("x:"+pw) + "'", []string{"S042 " + pw}},
		{"history:1", "RUN /bin/sh -c echo 'root:" + pw + "' | chpasswd", []string{"S042 " + pw}},
		{"history:1", "RUN /bin/sh -c aws configure set aws_secret_access_key h8Kd0sLq2VbN4xTz7WcR9yUf1GjM3pEa5oQi6XvB", []string{"S042 h8Kd0sLq2VbN4xTz7WcR9yUf1GjM3pEa5oQi6XvB"}},
		{"history:1", "RUN /bin/sh -c npm config set //r.io/:_authToken abc-def-99", []string{"S042 abc-def-99"}},
		{"history:1", "RUN /bin/sh -c mysql -e \"CREATE USER 'a'@'%' IDENTIFIED BY '" + pw + "'\"", []string{"S042 " + pw}},
		{"history:1", "RUN /bin/sh -c docker run -p 8080:80 -e DB_PASSWORD=" + pw + " x", []string{"S042 " + pw}},
		{"history:1", "RUN /bin/sh -c apt-get install -y passwd && mkdir -p /x && ssh -p 2222 h # buildkit", nil},
		{"history:1", "RUN /bin/sh -c --mount=type=secret,id=npm,target=/root/.npmrc npm ci", nil},
		{"history:1", "COPY file:abc in /root/.ssh/id_rsa", nil},
		{"history:1", "ENV API_TOKEN=abc-def-99", []string{"S042 abc-def-99"}},
		{"history:1", "/bin/sh -c #(nop)  ENV API_TOKEN=abc-def-99", []string{"S042 abc-def-99"}},
		{"history:1", "ARG NPM_TOKEN", nil},
		{"cmd", "redis-server --requirepass " + pw, []string{"S044 " + pw}},
		{"entrypoint", "sh -c 'app --db-password " + pw + "'", []string{"S044 " + pw}},
		{"healthcheck", "CMD-SHELL mysqladmin ping -p" + pw, []string{"S044 " + pw}},
		{"onbuild:0", "RUN git clone https://me:" + pw + "@h/r", []string{"S045 " + pw}},
		{"comment", "key AKIAQ4NXYZ7PLMB2TRVW / h8Kd0sLq2VbN4xTz7WcR9yUf1GjM3pEa5oQi6XvB", []string{"S045c h8Kd0sLq2VbN4xTz7WcR9yUf1GjM3pEa5oQi6XvB"}},
		{"env:KEY", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", []string{"S040i wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},
		{"attestation:0", "--api-key=" + pw, []string{"S052 " + pw}},
		{"history:1", `/bin/sh -c #(nop)  CMD ["app" "--port=1"]`, nil},
		{"history:1", `CMD ["app", "--api-token", "` + pw + `"]`, []string{"S042 " + pw}},
		{"cmd", `sh -ec 'export A=b; sshpass -p "` + pw + `" ssh h'`, []string{"S044 " + pw}},
		{"some/file", "https://me:" + pw + "@h/r", []string{"S032 " + pw}},
	} {
		if got := summary(Text(c.where, c.text)); !slices.Equal(got, c.want) {
			t.Errorf("%s %s\n got %q\nwant %q", c.where, c.text, got, c.want)
		}
	}
}

func TestSecretNames(t *testing.T) {
	yes := "password DB_PASSWORD dbPassword spring.datasource.password apiKey API_KEY x-api-key SECRET clientSecret AWS_SECRET_ACCESS_KEY github_token authToken PGPASSWORD " +
		"mysqlpassword DB_PASS SECRET_KEY_BASE ADMIN_PASSWORD_1 PASSWORD_PROD storageAccountKey connectionString passphrase signing.key.password accessKey"
	no := "PWD OLDPWD password_file PASSWORD_HASH_ALGO max_tokens token_uri secretName PUBLIC_KEY SSH_KEY_PATH keyboard bypass compass key KEY_ID path author GPG_KEY " +
		"passwordPolicy show_password tokenizer secretary PASSWORD_MIN_LENGTH csrf_token AUTH_URL user"
	for n := range strings.FieldsSeq(yes) {
		if !isSecretName(n) {
			t.Errorf("%s is the name of a secret", n)
		}
	}
	for n := range strings.FieldsSeq(no) {
		if isSecretName(n) {
			t.Errorf("%s is not the name of a secret", n)
		}
	}
}

func TestJWT(t *testing.T) {
	defer func() { now = time.Now }()
	now = func() time.Time { return time.Unix(2_000_000_000, 0) }
	token := func(claims string) string {
		return strings.ReplaceAll(b64(`{"alg":"RS256","typ":"JWT"}`), "=", "") + "." + strings.ReplaceAll(b64(claims), "=", "") + ".c2lnbmF0dXJl"
	}
	for _, c := range []struct {
		claims string
		id     string
		want   finding.Severity
	}{
		{`{"sub":"a","exp":2100000000}`, "S034", finding.Medium},
		{`{"sub":"a","exp":1900000000}`, "S034", finding.Low},
		{`{"sub":"1234567890","name":"John Doe"}`, "S034", finding.Info},
		{`{"iss":"kubernetes/serviceaccount","sub":"x"}`, "S027", finding.High},
	} {
		h, ok := readJWT(token(c.claims))
		if !ok || h.ID != c.id || h.Severity != c.want {
			t.Errorf("%s: %+v", c.claims, h)
		}
	}
	for _, s := range []string{"eyJ.eyJ.x", "a.b.c", "eyJhbGciOiJ", ""} {
		if h, ok := readJWT(s); ok {
			t.Errorf("%q: %+v", s, h)
		}
	}
	if hits := Parse("var/run/secrets/kubernetes.io/serviceaccount/token", []byte(token(`{"iss":"kubernetes/serviceaccount"}`))); len(hits) != 1 || hits[0].ID != "S027" {
		t.Errorf("%+v", hits)
	}
}

func TestPlaces(t *testing.T) {
	cfg := &v1.ConfigFile{
		Author: "me",
		Config: v1.Config{
			Env: []string{"A=1"}, Labels: map[string]string{"l": "v", "k": "w"}, Cmd: []string{"sh", "-c", "run it"}, Entrypoint: []string{"/e", "two words"},
			Healthcheck: &v1.HealthConfig{Test: []string{"CMD-SHELL", "curl x"}}, OnBuild: []string{"RUN x"},
		},
		History: []v1.History{
			{CreatedBy: "RUN |2 TOKEN=abc def X=1 /bin/sh -c make # buildkit", Comment: "c"},
			{CreatedBy: "|1 K=v /bin/sh -c make"},
			{CreatedBy: "/bin/sh -c #(nop) CMD [\"x\"]", Author: "you"},
		},
	}
	var got []string
	for _, p := range Places(cfg, map[string]string{"a": "b"}) {
		got = append(got, fmt.Sprintf("%s %s %s", p.ID, p.Where, p.Text))
	}
	want := []string{
		"S040 env:A A=1", "S043 label:k k=w", "S043 label:l l=v", "S044 cmd sh -c run it", "S044 entrypoint /e 'two words'", "S044 healthcheck CMD-SHELL curl x", "S045 onbuild:0 RUN x", "S045 author me",
		"S041 arg:TOKEN TOKEN=abc def", "S041 arg:X X=1", "S042 history:0 /bin/sh -c make # buildkit", "S045 comment c",
		"S041 arg:K K=v", "S042 history:1 /bin/sh -c make", `S042 history:2 /bin/sh -c #(nop) CMD ["x"]`, "S045 author you", "S043 annotation:a a=b",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if Places(nil, nil) != nil {
		t.Error("places of nothing")
	}
}
