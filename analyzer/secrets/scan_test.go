package secrets

import (
	"bytes"
	"compress/gzip"
	"fmt"

	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"peel/analyzer/finding"
	"peel/source/layer"
)

func scanner(t testing.TB) *Scanner {
	t.Helper()
	s, err := New(Options{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signed makes a token whose checksum is right.
func signed(prefix, random string) string { return prefix + random + crc62([]byte(random)) }

const random30 = "q8ZtVw3Lk2Pf7RbY6sXc9HdN4mGj1T"

func TestRules(t *testing.T) {
	s := scanner(t)
	pad := func(set string, n int) string {
		var b strings.Builder
		r := rand.New(rand.NewPCG(7, uint64(n)))
		for range n {
			b.WriteByte(set[r.IntN(len(set))])
		}
		return b.String()
	}
	const (
		b62 = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
		hex = "0123456789abcdef"
	)
	for _, c := range []struct {
		what, text, check string
		sev               finding.Severity
	}{
		{"GitHub, checksum right", "x=" + signed("ghp_", random30), "S010", finding.Critical},
		{"GitHub, checksum wrong", "x=ghp_" + random30 + "000000", "S010", finding.Medium},
		{"GitHub in a URL", "https://h/?t=" + signed("gho_", random30) + "&x", "S010", finding.Critical},
		{"npm", "n=" + signed("npm_", random30), "S011", finding.Critical},
		{"GitLab", "glpat-" + pad(b62, 20), "S010", finding.Critical},
		{"PyPI", "pypi-AgEIcHlwaS5vcmc" + pad(b62, 80), "S011", finding.Critical},
		{"Docker Hub", "dckr_pat_" + pad(b62, 27), "S011", finding.Critical},
		{"Slack", "xoxb-123456789012-1234567890123-" + pad(b62, 24), "S012", finding.High},
		{"Stripe", "sk_live_" + pad(b62, 24), "S012", finding.Critical},
		{"Stripe, test mode", "sk_test_" + pad(b62, 24), "S012", finding.Medium},
		{"Google", "AIza" + pad(b62, 35), "S005", finding.High},
		{"Azure storage", "AccountName=a;AccountKey=" + pad(b62, 86) + "==;", "S006", finding.Critical},
		{"AWS id alone", "AKIAQ3EGRBSIWJ5TMPQK", "S004", finding.Medium},
		{"AWS pair", "id: AKIAQ3EGRBSIWJ5TMPQK\nsecret: " + pad(b62, 40), "S004", finding.Critical},
		{"vendor's name", `datadog_api = "` + pad("abcdefghijkmnpqrstuvwxyz0123456789", 40) + `"`, "S012", finding.High},
		{"key=value", `client_secret: "` + pad(b62, 32) + `"`, "S033", finding.Medium},
		{"hex", `api_token = '` + pad(hex, 40) + `'`, "S033", finding.Medium},
		{"XML element", "<apiToken>" + pad(b62, 32) + "</apiToken>", "S033", finding.Medium},
		{"XML attributes", `<add key="ApiToken" value="` + pad(b62, 32) + `"/>`, "S033", finding.Medium},
		{"JSON in JSON", `{"a":"{\"api_token\":\"` + pad(b62, 32) + `\"}"}`, "S033", finding.Medium},
		{"JSON name and value", `{"name": "API_TOKEN", "value": "` + pad(b62, 32) + `"}`, "S033", finding.Medium},
		{"option", "run --api-token " + pad(b62, 32), "S033", finding.Medium},
		{"password", `password = "t7Rq!92kLzP"`, "S033", finding.Medium},
		{"URL", "amqp://svc:Zx81kq99Lw@mq.internal/", "S032", finding.High},
		{"basic", "Authorization: Basic c3ZjOlp4ODFrcTk5THc=", "S033", finding.High},
		{"token that expires", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE5MDAwMDAwMDB9.c2lnbmF0dXJlLWJ5dGVz", "S034", finding.Medium},
		{"token that expired", "eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjE1MDAwMDAwMDB9.c2lnbmF0dXJlLWJ5dGVz", "S034", finding.Low},
	} {
		list := s.Scan("file", []byte(c.text+"\n"))
		if len(list) == 0 || list[0].ID != c.check || list[0].Severity != c.sev {
			t.Errorf("%s: want %s %v, got %+v", c.what, c.check, c.sev, list)
		}
	}
}

func TestNoSecrets(t *testing.T) {
	s := scanner(t)
	for _, text := range []string{
		"password=${PASSWORD}", "password: {{ .Values.password }}", "PASSWORD=changeme123", "token = os.Getenv(\"TOKEN1\")",
		"secret: <your-secret-1>", "api_key = xxxxxxxxxxxxxxxxxxxx1", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
		"keyboard_layout = \"us-intl-2024-ab\"", "public_key = \"9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit\"",
		"https://user:${PASS}@host/", "https://host/a:b@c", "git@github.com:a/b.git", "PASS: TestThing1 (0.00s)",
		"token, err := parse2(token1, file2)", "GITHUB_API_KEY=\nDYNATRACE_API_KEY=", "secretName: app-secret-1",
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "key: 8d4fe17e66ba25de16a117035d1396aa",
		"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n",
		"password = config.password2\n", "db.password = getPassword2()\n", "    passwords[user1], ok",
		"NextContinuationToken: \"1w41l63U0xa8q7smH50vCxyTQqdxo69O3EmK28Bi5PcROI4wI/EyIJg==\"", // a cursor
		"Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",                                    // RFC 7617's own
	} {
		if n := finding.Count(s.Scan("file", []byte(text)), finding.Low); n > 0 {
			t.Errorf("%q is taken for a secret: %+v", text, s.Scan("file", []byte(text)))
		}
	}
}

// TestPieces guards what is kept between the pieces of a long text: however it
// is cut, and wherever the secrets lie, they are found once, at their line.
func TestPieces(t *testing.T) {
	s := scanner(t)
	r := rand.New(rand.NewPCG(3, 4))
	for round := range 12 {
		var text bytes.Buffer
		want := map[string]int{}
		line := 1
		for i := 0; text.Len() < 700_000; i++ {
			n := r.IntN(60_000)
			for range n / 20 {
				text.WriteString("lorem ipsum dolor s\n")
				line++
			}
			text.WriteString(strings.Repeat(".", r.IntN(19)))
			tok := signed("ghp_", fmt.Sprintf("%05dVw3Lk2Pf7RbY6sXc9HdN4mGj1T", i*37+round*1000)[:30])
			text.WriteString(" " + tok + " \n")
			want[tok] = line
			line++
		}
		whole := s.Scan("file", text.Bytes())
		if len(whole) != len(want) {
			t.Fatalf("%d of %d found", len(whole), len(want))
		}
		for _, f := range whole {
			if want[f.Secret] != f.Line {
				t.Errorf("line %d, want %d", f.Line, want[f.Secret])
			}
		}
		if got := cut(s, text.Bytes(), r); got != len(want) {
			t.Errorf("cut at random: %d of %d found", got, len(want))
		}
	}
}

// cut writes a text in pieces of random lengths.
func cut(s *Scanner, text []byte, r *rand.Rand) int {
	in := s.Begin()
	e := layer.Entry{Path: "x", Size: int64(len(text)), Type: layer.Regular}
	in.Open(0, &e)
	for len(text) > 0 {
		n := min(len(text), 1+r.IntN(70_000))
		in.Write(text[:n])
		text = text[n:]
	}
	in.Close(0, &e)
	sum := 0
	for _, f := range in.Facts().(*Hits).files {
		sum += len(f.content.matches)
	}
	return sum
}

// TestSlowTexts guards against contents that are made to cost time: eight times
// as much of them takes about eight times as long, not the square of it. The CPU
// is compared within one run, and again if the machine was busy.
func TestSlowTexts(t *testing.T) {
	s := scanner(t)
	const size, times = 1 << 20, 8
	contents := 0
	for _, unit := range []string{
		"ghp_", "AKIA", "password=", "://", "://a:b@", "-----BEGIN PRIVATE KEY-----", "token='", "eyJa.eyJ", ".ey", "sk-", "AAAA", "a",
		"-----BEGIN ", "basic AAAA", "mysql -p", "discord ", "curl -u ", "kind: secret\ndata:\n", "facebook1", "EAAC", "xoxb-", "\\\"", "key = [[[[",
		"mailgun=", "sk_live_", "1//0", "secret_", "twilio", "docker login -u a -p b ",
	} {
		took := func(n int) time.Duration {
			contents++ // for none is scanned twice
			text := fmt.Sprint(contents, "\n") + strings.Repeat(unit, n/len(unit))
			start := cpuTime()
			s.Scan("x", []byte(text))
			return max(cpuTime()-start, time.Millisecond)
		}
		ratio := math.Inf(1)
		for range 3 {
			ratio = min(ratio, float64(took(size))/float64(took(size/times)))
			if ratio < 3*times {
				break
			}
		}
		if ratio >= 3*times {
			t.Errorf("%d times as much of %q takes %.0f times as long", times, unit, ratio)
		}
	}
}

// TestBomb guards the limits of unpacking.
func TestBomb(t *testing.T) {
	s := scanner(t)
	pack := func(b []byte) []byte {
		var out bytes.Buffer
		w := gzip.NewWriter(&out)
		w.Write(b)
		w.Close()
		return out.Bytes()
	}
	bomb := pack(pack(pack(make([]byte, 300<<20))))
	u := newUnpacker(s, new(effort), int64(len(bomb)))
	u.file(bytes.NewReader(bomb), layer.KindGzip)
	if c := u.content(); c == nil || len(c.notes) != 1 {
		t.Errorf("nothing is said of what was not looked at: %+v", c)
	}
}

func FuzzScan(f *testing.F) {
	f.Add([]byte("password = \"a\"\n" + signed("ghp_", random30)))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte("\x1f\x8b\x08"))
	f.Add([]byte("\xff\xfep\x00w\x00d\x00"))
	f.Add([]byte("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"))
	s := scanner(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, h := range s.Scan("x", b) {
			if h.Fingerprint == "" || h.ID == "" {
				t.Errorf("%+v", h)
			}
		}
	})
}
