package ui

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"go.uber.org/goleak"

	"peel/source"
	. "peel/source/sourcetest"
)

// Quitting does not wait for readers that hang, and once their context has
// ended nothing of the program is left.
func TestQuitIsInstantAndLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, opening := range []bool{true, false} {
		img := image(t, demo(), newGate())
		x := start(t, Options{Open: func(ctx context.Context) (*source.Image, error) {
			if opening {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return img, nil
		}}, 80, 24)
		if opening {
			x.until("Opening")
		} else {
			x.until("0/5")
		}
		began := time.Now()
		x.keys("q")
		<-x.done
		if d := time.Since(began); d > 300*time.Millisecond {
			t.Errorf("quitting took %v", d)
		}
		if r := x.m.result(); !r.Partial {
			t.Errorf("result %+v of an image that is not read", r)
		}
		x.quit()
		x.hangUp()
	}
}

// A program that is started through Run ends with its context.
func TestRunEndsWithItsContext(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := run(ctx, Options{
			Reference: "x", Output: discard{}, Env: []string{"TERM=xterm"},
			Open: func(ctx context.Context) (*source.Image, error) { <-ctx.Done(); return nil, ctx.Err() },
		}, tea.WithInput(nil), tea.WithWindowSize(80, 24), tea.WithoutSignalHandler())
		ended <- err
	}()
	time.Sleep(50 * time.Millisecond)
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	case <-time.After(2 * time.Second):
		t.Fatal("it does not end")
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }

func TestFailedOpenIsTheResult(t *testing.T) {
	x := start(t, Options{Open: failing}, 80, 24)
	x.until("exit code")
	x.quit()
	var oe *source.OpenError
	if r := x.m.result(); !errors.As(r.Err, &oe) || !r.Partial {
		t.Errorf("result %+v", r)
	}
}

// What is copied goes to the terminal as OSC 52, and the footer says what.
func TestCopy(t *testing.T) {
	for _, c := range []struct {
		keys []string
		want string
		says string
	}{
		{[]string{"tab", "y"}, "/usr", "the path"},
		{[]string{"y"}, "sha256:9f2c61a0c1d2e3f405162738495a6b7c8d9eafb0c1d2e3f405162738495a6be1", "manifest's digest"},
		{[]string{"5", "down", "y"}, "2", "manifest.schemaVersion"},
		{[]string{"4", "y"}, `CMD ["node" "app.js"]`, "the command"},
	} {
		x := start(t, Options{Open: opens(image(t, demo(), nil))}, 80, 24)
		var copied string
		got := make(chan struct{}, 1)
		x.vt.RegisterOscHandler(52, func(data []byte) bool {
			_, b64, _ := strings.Cut(string(data), "c;")
			b, _ := base64.StdEncoding.DecodeString(b64)
			copied = string(b)
			got <- struct{}{}
			return true
		})
		x.until("whole image")
		x.keys(c.keys...)
		x.until("copied " + "")
		select {
		case <-got:
		case <-time.After(2 * time.Second):
			t.Fatalf("%v: nothing is copied", c.keys)
		}
		if s := x.screen(); copied != c.want || !strings.Contains(s, c.says) || !strings.Contains(s, "OSC 52") {
			t.Errorf("%v: copied %q, want %q; the screen is\n%s", c.keys, copied, c.want, s)
		}
		x.quit()
	}
}

func TestAt(t *testing.T) {
	for at, want := range map[string][]string{
		"layer 4 /app/server.js": {"up to layer 4", "/app/server.js"},
		"layer 2":                {"up to layer 2", "apt-get upgrade"},
		"/usr/lib/libssl.so.3":   {"whole image", "/usr/lib/libssl.so.3"},
		"/usr/lib/nothing":       {"not in this image", "/usr/lib"},
		"layer 99":               {"whole image"},
		"nonsense":               {"whole image"},
	} {
		x := start(t, Options{Open: opens(image(t, demo(), nil)), At: at}, 80, 24)
		s := x.until(want[0])
		for _, w := range want {
			if !strings.Contains(s, w) {
				t.Errorf("--at %q: no %q on\n%s", at, w, s)
			}
		}
		x.quit()
	}
}

func TestMouse(t *testing.T) {
	x := show(t, demo(), 80, 24)
	click := func(atX, atY int) { clickAt(x, atX, atY) }
	click(5, 6) // the layer list's line of layer 5
	x.until("up to layer 5")
	click(40, 4) // the first line of the tree
	x.until("directory, 5 files")
	click(40, 4) // again: it opens
	x.until("▾ usr")
	click(50, 1) // the tab of the history
	x.until("newest first")
	click(3, 1)
	x.until("▾ usr")
	click(78, 23) // quit
	select {
	case <-x.done:
	case <-time.After(2 * time.Second):
		t.Error("the footer's q does nothing")
	}
}

func clickAt(x *terminal, atX, atY int) {
	x.p.Send(tea.MouseClickMsg{X: atX, Y: atY, Button: tea.MouseLeft})
	x.p.Send(barrier{})
}

func TestMouseCanBeSwitchedOff(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("%")
	x.until("mouse off")
	x.quit()
	if x.m.View().MouseMode != tea.MouseModeNone {
		t.Error("the mouse is still captured")
	}
}

// What the user opened is still open in another layer and in another tree.
func TestFoldsOutliveLayers(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("tab", "right", "down", "right")
	x.until("libcrypto")
	x.keys("[", "[", "[", "[")
	x.until("up to layer 2")
	if s := x.screen(); !strings.Contains(s, "libcrypto") {
		t.Errorf("the directory is closed in another layer:\n%s", s)
	}
	x.keys("]", "c")
	x.until("layer 3 only")
	x.keys("c", "]", "]", "]")
	if s := x.until("whole image ·"); !strings.Contains(s, "libcrypto") {
		t.Errorf("the directory is closed after coming back:\n%s", s)
	}
}

// A search opens what it needs and, given up, leaves all as it was.
func TestSearchGivenUp(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("tab")
	before := x.until("whole image")
	x.keys("/")
	x.lit("server")
	x.until("1 of 1")
	x.keys("esc")
	if after := x.until("move"); after != before {
		t.Errorf("the screen was\n%sand is\n%s", before, after)
	}
}

// The screen fits any size at any moment: lines are as wide as the screen, and
// there are as many as it is high.
func TestEveryScreenFits(t *testing.T) {
	paths := [][]string{
		{"2"}, {"2", "i"}, {}, {"down", "down"}, {"tab", "E"}, {"tab", "tab"}, {"z"}, {"tab", "z", "b"}, {"4"}, {"5"}, {"?"}, {"f", "l", "i"}, {"/", "~", "("}, {"tab", "t", "s", "s"}, {"tab", "E", "tab", "z"},
	}
	for _, desc := range []Image{demo(), hostile(), {}} {
		for _, keys := range paths {
			m := newModel(context.Background(), Options{Reference: "acme/\x1b[31mapi:2.4", Theme: "mono", Open: opens(nil), Analyze: analyzeNow})
			m.openImage()
			m.Update(tea.WindowSizeMsg{Width: 100, Height: 40})
			m.Update(openedMsg{generation: m.generation, image: image(t, desc, nil)})
			for _, k := range keys {
				m.Update(press(k))
			}
			for w := 1; w <= 300; w += 7 {
				for h := 1; h <= 70; h += 6 {
					m.Update(tea.WindowSizeMsg{Width: w, Height: h})
					checkScreen(t, m, w, h)
				}
			}
		}
	}
	for _, keys := range [][]string{{}, {"tab", "E"}, {"2"}, {"2", "i"}, {"2", "z"}, {"2", "f", "x"}, {"2", "V"}, {"2", "V", "y", "end"}, {"4"}, {"5", "E"}} {
		o := plantedImage(t)
		o.ShowSecrets = true
		m := opened(t, o, 100, 40)
		for _, k := range keys {
			m.Update(press(k))
		}
		for w := 1; w <= 300; w += 7 {
			for h := 1; h <= 70; h += 6 {
				m.Update(tea.WindowSizeMsg{Width: w, Height: h})
				checkScreen(t, m, w, h)
			}
		}
	}
	m := newModel(context.Background(), Options{Reference: "x"})
	m.phase = failed
	_, m.err = failing(context.Background())
	for w := 1; w <= 300; w += 7 {
		for h := 1; h <= 70; h += 6 {
			m.Update(tea.WindowSizeMsg{Width: w, Height: h})
			checkScreen(t, m, w, h)
		}
	}
}

func checkScreen(t *testing.T, m *Model, w, h int) {
	t.Helper()
	lines := strings.Split(m.View().Content, "\n")
	if len(lines) != h {
		t.Fatalf("%dx%d: %d lines", w, h, len(lines))
	}
	for i, l := range lines {
		if got := widthOf(l); got != w {
			t.Fatalf("%dx%d: line %d is %d wide: %q", w, h, i, got, l)
		}
	}
}

// The program's output is colour-free where colours are not wanted.
func TestColourProfiles(t *testing.T) {
	for _, p := range []colorprofile.Profile{colorprofile.Ascii, colorprofile.ANSI, colorprofile.TrueColor} {
		x := start(t, Options{Open: opens(image(t, demo(), nil))}, 80, 24, p)
		x.until("whole image")
		coloured, reversed := false, false
		for y := range 24 {
			for cx := range 80 {
				if c := x.vt.CellAt(cx, y); c != nil {
					coloured = coloured || c.Style.Fg != nil || c.Style.Bg != nil
					reversed = reversed || c.Style.Attrs != 0
				}
			}
		}
		if coloured != (p != colorprofile.Ascii) || !reversed {
			t.Errorf("profile %v: coloured %v, attributes %v", p, coloured, reversed)
		}
		x.quit()
	}
}
