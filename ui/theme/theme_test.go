package theme

import (
	"image/color"
	"math"
	"testing"
	"unicode/utf8"
)

func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	f := func(v uint32) float64 {
		s := float64(v) / 0xffff
		if s <= 0.03928 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*f(r) + 0.7152*f(g) + 0.0722*f(b)
}

func contrast(a, b color.Color) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// WCAG 2 asks for 4.5:1 for text. The backgrounds are those of common terminals.
func TestContrast(t *testing.T) {
	darks := []color.Color{rgb(0x000000), rgb(0x1e1e1e), rgb(0x282c34)}
	lights := []color.Color{rgb(0xffffff), rgb(0xfafafa), rgb(0xf0f0f0)}
	for name, c := range map[string]struct {
		p     palette
		backs []color.Color
	}{
		"dark": {palettes["dark"], darks}, "light": {palettes["light"], lights},
		"cvd": {palettes["cvd"], darks}, "cvd light": {cvdLight, lights},
	} {
		p := c.p
		for i, fg := range []color.Color{p.accent, p.added, p.modified, p.removed, p.waste, p.good, p.link, p.dim} {
			for _, bg := range c.backs {
				if r := contrast(fg, bg); r < 4.5 {
					t.Errorf("%s: colour %d has %.1f:1 on %v", name, i, r, bg)
				}
			}
		}
		if r := contrast(p.selectedText, p.selectedBack); r < 4.5 {
			t.Errorf("%s: the selection has %.1f:1", name, r)
		}
	}
}

// Without colours the selection is still told by reverse or bold.
func TestSelectionWithoutColour(t *testing.T) {
	for _, name := range Names {
		th := New(name, true)
		if th.Selected.open == "" || th.Resting.open == "" {
			t.Errorf("%s: the selection looks like everything else", name)
		}
	}
}

func TestEveryGlyphHasAnASCIIStandIn(t *testing.T) {
	all := Cursor + Closed + Open + Gone + Wasted + Dot + Up + Down + Arrow + Fine + "─│┌┐└┘━┃┏┓┗┛…█░▏▎▍▌▋▊▉‹›–×Δ≥"
	got := ASCII(all)
	if utf8.RuneCountInString(got) != utf8.RuneCountInString(all) {
		t.Errorf("widths differ: %q", got)
	}
	for _, r := range got {
		if r > 0x7e {
			t.Errorf("%q has no stand-in", r)
		}
	}
}
