package ui

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/charmbracelet/colorprofile"

	"peel/source"
	. "peel/source/sourcetest"
	"peel/ui/theme"
)

var sizes = [][2]int{{80, 24}, {140, 40}}

func each(t *testing.T, sizes [][2]int, f func(t *testing.T, w, h int)) {
	for _, s := range sizes {
		t.Run(fmt.Sprintf("%dx%d", s[0], s[1]), func(t *testing.T) { f(t, s[0], s[1]) })
	}
}

func TestExplore(t *testing.T) {
	each(t, append(sizes, [2]int{60, 15}, [2]int{300, 60}, [2]int{100, 34}), func(t *testing.T, w, h int) {
		golden(t, show(t, demo(), w, h).until("whole image"))
	})
}

func TestTooSmall(t *testing.T) {
	each(t, [][2]int{{20, 5}, {59, 24}, {80, 14}}, func(t *testing.T, w, h int) {
		golden(t, show(t, demo(), w, h).until("q quits"))
	})
	// One cell has room for nothing; it must only not panic.
	for _, s := range [][2]int{{1, 1}, {2, 1}, {1, 3}, {3, 3}} {
		show(t, demo(), s[0], s[1]).quit()
	}
}

func TestLayer(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := show(t, demo(), w, h)
		x.keys("end", "up", "up")
		golden(t, x.until("up to layer 2"))
	})
}

func TestStepWithoutLayer(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("down")
	golden(t, x.until("changes only the configuration"))
}

func TestFile(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := show(t, demo(), w, h)
		x.keys("/")
		x.lit("server.js")
		x.keys("enter")
		golden(t, x.until("▲ 240.0 kB wasted"))
	})
}

func TestFileDetails(t *testing.T) {
	for _, name := range []string{"server.js", "libssl.so.3", "left-pad", "index.js", "node20", "copy-of-node", "nodejs"} {
		t.Run(name, func(t *testing.T) {
			x := show(t, demo(), 80, 40)
			x.keys("/")
			x.lit(name)
			x.keys("enter", "tab", "z")
			golden(t, x.until("File"))
		})
	}
}

func TestLayerOnly(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("[", "[", "c", "tab", "E")
	golden(t, x.until("layer 4 only"))
}

func TestFlat(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("tab", "t")
	golden(t, x.until("flat"))
}

func TestFilter(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := show(t, demo(), w, h)
		x.keys("f")
		x.lit("*.so* size>1M")
		golden(t, x.until("1 of 9 match"))
	})
}

func TestFilterIsKept(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("f")
	x.lit("lib")
	x.keys("enter", "down", "left")
	golden(t, x.until("filter lib:"))
	x.keys("esc")
	if s := x.until("move"); strings.Contains(s, "match") {
		t.Errorf("esc leaves the filter:\n%s", s)
	}
}

func TestFilterError(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("f")
	x.lit("~lib(")
	golden(t, x.until("bad regular expression"))
}

// TestFilterErrorStays guards that Enter does not accept a line that is wrong, as
// if what was typed before it were meant.
func TestFilterErrorStays(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("f")
	x.lit("~lib(")
	x.until("bad regular expression")
	x.keys("enter")
	x.lit("x)")
	if s := x.until("filter ~lib(x)"); strings.Contains(s, "bad regular expression") {
		t.Errorf("the line is mended:\n%s", s)
	}
	x.keys("enter")
	x.until("Esc clears it")
}

func TestNoMatch(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("f")
	x.lit("*.pem")
	golden(t, x.until("No file matches *.pem"))
}

func TestHelp(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := show(t, demo(), w, h)
		x.keys("?")
		golden(t, x.until("Keys"))
	})
}

func TestHelpSearch(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("?", "/")
	x.lit("sort")
	x.until("Keys")
	x.keys("backspace", "backspace", "backspace", "backspace")
	x.lit("order")
	golden(t, x.until("next order"))
}

func TestHistory(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := show(t, demo(), w, h)
		x.keys("4", "down", "down", "down", "down", "down")
		golden(t, x.until("newest first"))
	})
}

func TestRaw(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := show(t, demo(), w, h)
		x.keys("5", "end", "up", "up")
		golden(t, x.until("Raw"))
	})
}

func TestError(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		golden(t, start(t, Options{Open: failing}, w, h).until("exit code"))
	})
}

func TestErrorRetry(t *testing.T) {
	calls := 0
	img := image(t, demo(), nil)
	x := start(t, Options{Open: func(ctx context.Context) (*source.Image, error) {
		if calls++; calls == 1 {
			return failing(ctx)
		}
		return img, nil
	}}, 80, 24)
	x.until("exit code")
	x.keys("r")
	x.until("whole image")
	x.quit()
	if r := x.m.result(); r.Err != nil || r.Partial {
		t.Errorf("result %+v after the retry", r)
	}
}

func TestEmptyLayer(t *testing.T) {
	x := show(t, Image{Layers: []Layer{
		{CreatedBy: "COPY a /", Files: []File{Reg("a", "aaa")}},
		{CreatedBy: "RUN true"},
	}}, 80, 24)
	x.keys("down", "c")
	golden(t, x.until("This layer has no files"))
}

func TestScratch(t *testing.T) {
	x := show(t, Image{Layers: []Layer{Step(`CMD ["/none"]`)}}, 80, 24)
	golden(t, x.until("no layers"))
}

func TestPartial(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		img := image(t, demo(), nil)
		img.Layers[1].Open = func(context.Context) (io.ReadCloser, error) {
			return io.NopCloser(strings.NewReader("no layer at all")), nil
		}
		x := start(t, Options{Open: opens(img)}, w, h)
		x.until("✖")
		x.keys("end", "up", "up")
		golden(t, x.until("up to layer 2"))
	})
}

func TestHostileNames(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		x := show(t, hostile(), w, h)
		x.keys("down", "tab", "E", "end")
		golden(t, x.until("plain.txt"))
	})
}

func TestLoading(t *testing.T) {
	each(t, sizes, func(t *testing.T, w, h int) {
		g, c := newGate(), new(clock)
		x := start(t, Options{Open: opens(image(t, demo(), g, 1)), Now: c.now}, w, h)
		x.until("0/5")
		close(g.first)
		x.until("4/5")
		c.move(2 * second)
		golden(t, x.until("left"))
		// A layer that is read, but stands on one that is not, is shown alone.
		x.keys("]", "[", "[", "[")
		x.until("layer 3 only")
		x.keys("esc")
		x.until("stopped reading")
		x.quit()
		if r := x.m.result(); !r.Partial || r.Err != nil {
			t.Errorf("result %+v after stopping", r)
		}
	})
}

func TestASCII(t *testing.T) {
	x := start(t, Options{Open: opens(image(t, demo(), nil)), ASCII: true}, 80, 24)
	s := x.until("whole image")
	golden(t, s)
	for _, r := range s {
		if r > 0x7e {
			t.Errorf("%q on an ASCII screen", r)
		}
	}
}

// The selection must be seen without any colour.
func TestNoColour(t *testing.T) {
	for _, th := range theme.Names {
		t.Run(th, func(t *testing.T) {
			x := start(t, Options{Open: opens(image(t, demo(), nil)), Theme: th}, 80, 24, colorprofile.Ascii)
			s := x.until("whole image")
			for y, line := range strings.Split(s, "\n") {
				if strings.Contains(line, "whole image ") && strings.Contains(line, "▸") && y > 2 {
					return
				}
			}
			t.Errorf("no mark at the selection:\n%s", s)
		})
	}
}
