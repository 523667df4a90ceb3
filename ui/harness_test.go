package ui

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"peel/analyzer"
	"peel/source"
	"peel/source/oci"
	"peel/source/sourcetest"
	"peel/ui/text"
)

var update = flag.Bool("update", false, "write the golden screens anew")

// gate holds the bytes of layers back until it is opened.
type gate struct {
	first, rest chan struct{}
}

func newGate() *gate { return &gate{make(chan struct{}), make(chan struct{})} }

// gatedBlob gives part of its bytes when the gate opens, the rest when it opens
// further.
type gatedBlob struct {
	ctx   context.Context
	r     *bytes.Reader
	until int // bytes left at which the second gate stands; below 0: none
	gate  *gate
}

func (b *gatedBlob) Read(p []byte) (int, error) {
	wait := b.gate.first
	if b.r.Len() <= b.until {
		wait = b.gate.rest
	} else if room := b.r.Len() - b.until; b.until >= 0 && len(p) > room {
		p = p[:room]
	}
	select {
	case <-wait:
	case <-b.ctx.Done():
		return 0, context.Cause(b.ctx)
	}
	return b.r.Read(p)
}

func (b *gatedBlob) Close() error { return nil }

// image makes an opened image of a description. With a gate, the layers that
// half names are held back in their middle.
func image(t testing.TB, desc sourcetest.Image, g *gate, half ...int) *source.Image {
	t.Helper()
	cfg := &v1.ConfigFile{Architecture: "amd64", OS: "linux", Created: v1.Time{Time: sourcetest.Epoch}}
	img := &source.Image{
		Reference: "acme/api:2.4", Kind: source.OCIArchive, Location: "api.tar",
		Platform:       v1.Platform{OS: "linux", Architecture: "amd64"},
		ManifestDigest: "sha256:9f2c61a0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f405162738495a6be1",
		ConfigDigest:   "sha256:77c061a0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f405162738495a6b19",
		RawManifest:    []byte(`{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","layers":[{"size":1},{"size":2}]}`),
		RawConfig:      []byte(`{"architecture":"amd64","os":"linux","config":{"User":"app","Cmd":["node","app.js"]}}`),
		Config:         cfg,
	}
	cfg.Config.User, cfg.Config.Cmd = "app", []string{"node", "app.js"}
	for _, l := range desc.Layers {
		if !l.NoHistory {
			cfg.History = append(cfg.History, v1.History{Created: v1.Time{Time: sourcetest.Epoch}, CreatedBy: l.CreatedBy, EmptyLayer: l.Empty})
		}
		if l.Empty {
			continue
		}
		built, err := l.Build()
		if err != nil {
			t.Fatal(err)
		}
		n, until := len(img.Layers), -1
		for _, h := range half {
			if h == n {
				until = len(built.Blob) / 2
			}
		}
		img.Layers = append(img.Layers, &source.Layer{Blob: oci.Blob{
			DiffID: built.DiffID.String(), Digest: built.Digest.String(), Size: int64(len(built.Blob)),
			MediaType: "application/vnd.oci.image.layer.v1.tar+gzip",
			Open: func(ctx context.Context) (io.ReadCloser, error) {
				if g == nil {
					return io.NopCloser(bytes.NewReader(built.Blob)), nil
				}
				return &gatedBlob{ctx, bytes.NewReader(built.Blob), until, g}, nil
			},
		}})
	}
	return img
}

// clock is a time that stands still until it is moved.
type clock struct{ past atomic.Int64 }

func (c *clock) now() time.Time       { return sourcetest.Epoch.Add(time.Duration(c.past.Load())) }
func (c *clock) move(d time.Duration) { c.past.Add(int64(d)) }

// terminal runs the program on an emulated terminal.
type terminal struct {
	t      *testing.T
	vt     *vt.SafeEmulator
	p      *tea.Program
	m      *Model
	cancel context.CancelFunc
	done   chan struct{}
	once   sync.Once
}

type barrier struct{}

// crlf does what a terminal's line discipline does.
type crlf struct{ w io.Writer }

func (c crlf) Write(p []byte) (int, error) {
	_, err := c.w.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n")))
	return len(p), err
}

// start runs the program. The profile is that of a terminal with 16 colours
// unless another is given.
func start(t *testing.T, o Options, w, h int, profile ...colorprofile.Profile) *terminal {
	t.Helper()
	profile = append(profile, colorprofile.ANSI)
	term := &terminal{t: t, vt: vt.NewSafeEmulator(w, h), done: make(chan struct{})}
	drained := make(chan struct{})
	go func() { // the emulator answers queries
		defer close(drained)
		_, _ = io.Copy(io.Discard, term.vt)
	}()
	if o.Now == nil {
		o.Now = new(clock).now
	}
	if o.Reference == "" && o.Picker == nil {
		o.Reference = "acme/api:2.4"
	}
	if o.Analyze == nil {
		o.Analyze = func(ctx context.Context, img *source.Image) *analyzer.Session {
			return analyzer.Start(ctx, img, analyzer.Options{Live: true, Parallel: 8})
		}
	}
	o.Output, o.Env = crlf{term.vt}, []string{"TERM=xterm-256color"}
	ctx, cancel := context.WithCancel(context.Background())
	term.cancel = cancel
	term.p, term.m, _ = newProgram(ctx, o, tea.WithInput(nil), tea.WithWindowSize(w, h),
		tea.WithColorProfile(profile[0]), tea.WithoutSignalHandler())
	go func() {
		defer close(term.done)
		_, _ = term.p.Run()
	}()
	t.Cleanup(func() {
		term.quit()
		term.hangUp()
		<-drained
	})
	return term
}

// quit ends the program and waits for it.
func (x *terminal) quit() {
	x.once.Do(func() {
		x.p.Quit()
		select {
		case <-x.done:
		case <-time.After(5 * time.Second):
			x.t.Error("the program does not quit")
		}
		x.cancel()
	})
}

// hangUp ends the emulator's answers. Its own Close races with its Read.
func (x *terminal) hangUp() { _ = x.vt.InputPipe().(io.Closer).Close() }

// screen is what the terminal shows, without spaces at the ends of lines.
func (x *terminal) screen() string {
	lines := strings.Split(ansi.Strip(x.vt.Render()), "\n") // String is not locked
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \r")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// until waits for words on the screen, and for the screen to rest.
func (x *terminal) until(words string) string {
	x.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	last, same := "", 0
	for time.Now().Before(deadline) {
		s := x.screen()
		if s == last && strings.Contains(s, words) {
			if same++; same == 4 {
				return s
			}
		} else {
			last, same = s, 0
		}
		time.Sleep(20 * time.Millisecond)
	}
	x.t.Fatalf("%q does not come; the screen is\n%s", words, x.screen())
	return ""
}

// keys presses keys by the names that tea gives them.
func (x *terminal) keys(names ...string) {
	for _, n := range names {
		x.p.Send(press(n))
	}
	x.p.Send(barrier{})
}

// lit types text.
func (x *terminal) lit(s string) {
	for _, r := range s {
		x.p.Send(press(string(r)))
	}
	x.p.Send(barrier{})
}

var codes = map[string]rune{
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight, "enter": tea.KeyEnter,
	"tab": tea.KeyTab, "esc": tea.KeyEscape, "space": tea.KeySpace, "pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown,
	"home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "f1": tea.KeyF1,
}

func press(name string) tea.KeyPressMsg {
	if name == " " {
		name = "space"
	}
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		k := press(rest)
		k.Mod, k.Text = tea.ModCtrl, ""
		return k
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		k := press(rest)
		k.Mod, k.Text = tea.ModShift, ""
		return k
	}
	if code, ok := codes[name]; ok {
		k := tea.KeyPressMsg{Code: code}
		if name == "space" {
			k.Text = " "
		}
		return k
	}
	return tea.KeyPressMsg{Code: []rune(name)[0], Text: name}
}

// golden compares the screen with the one on file.
func golden(t *testing.T, screen string) {
	t.Helper()
	file := filepath.Join("testdata", strings.ReplaceAll(t.Name(), "/", "-")+".golden")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(screen), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != screen {
		t.Errorf("the screen differs from %s (write it anew with -update)\nwant\n%s\ngot\n%s", file, want, screen)
	}
}

// analyzeNow reads an image to its end before it returns.
func analyzeNow(ctx context.Context, img *source.Image) *analyzer.Session {
	s := analyzer.Start(ctx, img, analyzer.Options{})
	<-s.Done()
	return s
}

func widthOf(s string) int { return text.Width(s) }
