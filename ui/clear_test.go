package ui

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/source"
	. "peel/source/sourcetest"
)

// plantedToken has the checksum of GitHub's tokens. It was never issued.
const plantedToken = "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"

func zipped(name, content string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if f, err := w.Create(name); err == nil {
		fmt.Fprint(f, content)
	}
	_ = w.Close()
	return b.String()
}

// planted says a token in every place that a screen repeats.
func planted(token string) Image {
	line := "token = " + token + "\n"
	return Image{
		Names: []string{"planted:1"},
		Layers: []Layer{
			{CreatedBy: "RUN /bin/sh -c curl -H 'Authorization: Bearer " + token + "' https://example.com # buildkit", Files: []File{
				Reg("app/token.txt", line), Reg("app/kept.txt", line), Reg("app/name-"+token, "x"), Reg("app/both-"+token, line), Dir("app/dir-"+token, 0o755), Reg("app/dir-"+token+"/f", "yy"),
				Symlink("app/link", "/run/"+token), Random("app/copy-"+token, 5000, 1), Random("app/copy", 5000, 1),
				Hardlink("app/hard-"+token, "app/copy"), Reg("app/x", "attributes").Xattr("user.note", token),
			}},
			{CreatedBy: "RUN |1 TOKEN=" + token + " /bin/sh -c rm app/token.txt", Comment: "with " + token, Files: []File{
				Whiteout("app/token.txt"), Reg("app/name-"+token, "changed"), Reg("app/lib.jar", zipped("conf/app.properties", "github."+line)),
			}},
			Step("ENV GITHUB_TOKEN=" + token),
		},
		Config: func(c *v1.ConfigFile) {
			c.Author = "author " + token
			c.Config.User = "user-" + token
			c.Config.Env = []string{"PATH=/bin", "GITHUB_TOKEN=" + token, "BASIC=" + base64.StdEncoding.EncodeToString([]byte("user:"+token))}
			c.Config.Labels = map[string]string{"note": "deploy with " + token, token: "key"}
			c.Config.Cmd = []string{"serve", "--token", token}
			c.Config.Entrypoint = []string{"/bin/sh", "-c", "export T=" + token}
			c.Config.OnBuild = []string{"RUN echo " + token}
			c.Config.WorkingDir = "/work/" + token
			c.Config.Healthcheck = &v1.HealthConfig{Test: []string{"CMD", "curl", "https://u:" + token + "@example.com"}}
		},
	}
}

// leaks tells where a text shows more of a token than a mask does, also if it is
// broken into lines or set beside other text.
func leaks(token, screen string) string {
	const piece = 7
	middle := token[6 : len(token)-4]
	texts := []string{screen}
	for _, fromRight := range []bool{false, true} {
		columns := map[int]*strings.Builder{}
		for _, l := range strings.Split(screen, "\n") {
			parts := strings.FieldsFunc(l, func(r rune) bool { return strings.ContainsRune("│┃┌┐└┘┏┓┗┛", r) })
			if fromRight {
				slices.Reverse(parts)
			}
			for i, p := range parts {
				if columns[i] == nil {
					columns[i] = new(strings.Builder)
				}
				columns[i].WriteString(strings.TrimSpace(p))
			}
		}
		for _, c := range columns {
			texts = append(texts, strings.ReplaceAll(c.String(), " ", ""))
		}
	}
	for _, s := range texts {
		for i := 0; i+piece <= len(middle); i++ {
			if at := strings.Index(s, middle[i:i+piece]); at >= 0 {
				return s[max(0, at-30):min(len(s), at+30)]
			}
		}
	}
	return ""
}

func TestLeaksAreSeen(t *testing.T) {
	for _, s := range []string{
		plantedToken, "│ " + plantedToken[:20] + " ││ other │\n│ " + plantedToken[20:] + " ││ thing │", "…" + plantedToken[25:],
	} {
		if leaks(plantedToken, s) == "" {
			t.Errorf("%q is taken to be masked", s)
		}
	}
	if s := leaks(plantedToken, plantedToken[:4]+"…"+plantedToken[len(plantedToken)-2:]); s != "" {
		t.Errorf("a mask is taken to be clear: %q", s)
	}
}

// tour is keys that lead through all screens. Of each, what is selected is
// copied.
func tour(m *Model) [][]string {
	var steps [][]string
	add := func(keys ...string) { steps = append(steps, keys) }
	add("1")
	for range m.explore().layers.lines { // each with its tree, its details, what it has alone
		add("tab", "E", "home")
		for range 14 {
			add("down")
		}
		add("y", "Y", "tab", "z", "pgdown", "end", "z", "tab", "y", "Y", "z", "z", "c", "c", "b", "b", "t", "t", "E", "down")
	}
	add("home", "f")
	add(strings.Split("name", "")...)
	add("enter", "esc", "/", "c", "o", "p", "y", "enter", "n", "n", "N", "?", "pgdown", "esc", "i", "i", "esc")
	for _, view := range []string{"2", "4", "5"} {
		add(view, "home", "E")
		for range 60 {
			add("down", "y", "Y")
		}
		add("home", "i", "pgdown", "esc", "?", "esc", "enter", "esc", view)
	}
	add("2", "home")
	for range len(m.finds().rows) {
		add("enter", "y", "esc", "V", "i", "pgdown", "y", "Y", "i", "down", "s")
	}
	add("1")
	for range len(m.finds().rows) {
		add("}", "y", "i", "esc")
	}
	return steps
}

// TestNoScreenRepeatsASecret guards all that goes to the terminal: the screen,
// the title of its window, the clipboard.
func TestNoScreenRepeatsASecret(t *testing.T) {
	archive := archived(t, planted(plantedToken))
	whole, err := os.ReadFile(archive)
	if err != nil {
		t.Fatal(err)
	}
	cut := archive + ".cut"
	if err := os.WriteFile(cut, whole[:len(whole)-6000], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []string{archive, cut} {
		for _, s := range [][2]int{{60, 15}, {64, 40}, {80, 24}, {101, 33}, {140, 40}, {230, 60}} {
			t.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(t *testing.T) {
				m := opened(t, searchingFor(t, ref), s[0], s[1])
				if m.phase != ready || len(m.analysis.Findings) < 5 {
					if ref == cut {
						checkLeaks(t, m, nil, "the screen of an error")
						return
					}
					t.Fatalf("phase %d, %v", m.phase, m.err)
				}
				for _, keys := range tour(m) {
					for _, k := range keys {
						_, cmd := m.Update(press(k))
						checkLeaks(t, m, cmd, k)
					}
				}
			})
		}
	}
}

// opened is a model whose image is read.
func opened(t testing.TB, o Options, w, h int) *Model {
	t.Helper()
	analyze := o.Analyze
	o.Analyze = func(ctx context.Context, img *source.Image) *analyzer.Session {
		s := analyze(ctx, img)
		<-s.Done()
		return s
	}
	m := newModel(context.Background(), o)
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	m.Update(m.openImage()())
	t.Cleanup(m.close)
	return m
}

func checkLeaks(t *testing.T, m *Model, cmd tea.Cmd, k string) {
	t.Helper()
	v := m.View()
	said := map[string]string{"the screen": ansi.Strip(v.Content), "the window's title": v.WindowTitle}
	if cmd != nil && (k == "y" || k == "Y") {
		said["the clipboard"] = fmt.Sprint(cmd())
	}
	for what, s := range said {
		if l := leaks(plantedToken, s); l != "" {
			t.Fatalf("after %q %s shows the secret: %q\n%s", k, what, l, s)
		}
	}
}

// The terminal itself shows no secret either, nor does it get one to copy.
func TestNoTerminalShowsASecret(t *testing.T) {
	o := searchingFor(t, archived(t, planted(plantedToken)))
	x := start(t, o, 80, 24)
	copied := make(chan string, 100)
	x.vt.RegisterOscHandler(52, func(data []byte) bool {
		_, b64, _ := strings.Cut(string(data), "c;")
		b, _ := base64.StdEncoding.DecodeString(b64)
		copied <- string(b)
		return true
	})
	x.until("whole image")
	for _, keys := range [][]string{
		{"tab", "E", "y"}, {"down", "y"}, {"down", "down", "y"}, {"4", "y"}, {"down", "y"}, {"5", "E", "y"},
		{"end", "y"}, {"2", "y"}, {"Y"}, {"i"}, {"i", "end", "y"}, {"enter"}, {"y"},
	} {
		x.keys(keys...)
		if l := leaks(plantedToken, x.until("")); l != "" {
			t.Fatalf("after %q the terminal shows %q:\n%s", keys, l, x.screen())
		}
	}
	if len(copied) == 0 {
		t.Error("nothing was copied")
	}
	for len(copied) > 0 {
		if s := <-copied; leaks(plantedToken, s) != "" {
			t.Errorf("copied %q", s)
		}
	}
}

// Secrets are shown in clear after the option, a key and an answer, in the
// explanation alone, and the header says so.
func TestShowSecrets(t *testing.T) {
	o := searchingFor(t, archived(t, planted(plantedToken)))
	keys := func(m *Model, list ...string) (screen, copied string) {
		for _, k := range list {
			if _, cmd := m.Update(press(k)); cmd != nil && (k == "y" || k == "Y") {
				copied += fmt.Sprint(cmd())
			}
		}
		return ansi.Strip(m.View().Content), copied
	}
	m := opened(t, o, 120, 40)
	if s, _ := keys(m, "2", "V", "y"); leaks(plantedToken, s) != "" || strings.Contains(s, question) {
		t.Errorf("without the option:\n%s", s)
	}

	o.ShowSecrets = true
	m = opened(t, o, 120, 40)
	if s, _ := keys(m, "2"); leaks(plantedToken, s) != "" || strings.Contains(s, "SECRETS") {
		t.Errorf("before anybody asked:\n%s", s)
	}
	if s, _ := keys(m, "V"); !strings.Contains(s, question) || leaks(plantedToken, s) != "" {
		t.Errorf("no question:\n%s", s)
	}
	for _, no := range []string{"n", "enter", "esc", "q", "space"} {
		if s, _ := keys(m, no); leaks(plantedToken, s) != "" || strings.Contains(s, "SECRETS") || !strings.Contains(s, "stay masked") {
			t.Errorf("%s is taken for a yes:\n%s", no, s)
		}
		keys(m, "V")
	}
	if s, _ := keys(m, "y"); !strings.Contains(s, plantedToken) || !strings.Contains(s, "SECRETS SHOWN") {
		t.Errorf("after yes:\n%s", s)
	}
	if s, copied := keys(m, "y", "Y"); leaks(plantedToken, copied) != "" || copied == "" {
		t.Errorf("copied %q from\n%s", copied, s)
	}
	for _, view := range []string{"1", "4", "5"} {
		if s, _ := keys(m, view); leaks(plantedToken, s) != "" || !strings.Contains(s, "SECRETS SHOWN") {
			t.Errorf("view %s:\n%s", view, s)
		}
	}
	if s, _ := keys(m, "2", "V"); leaks(plantedToken, s) != "" || strings.Contains(s, "SECRETS") {
		t.Errorf("masked again:\n%s", s)
	}
}
