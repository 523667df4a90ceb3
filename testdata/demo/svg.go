package main

import (
	"fmt"
	"html"
	"image/color"
	"strings"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// The metrics of a cell in a usual monospaced font, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 17
	margin     = 12
	background = "#16181d"
	foreground = "#d7dae0"
)

// palette is what the 16 ANSI colours look like; the terminal's owner decides.
var palette = [16]string{
	"#2b2f37", "#e06c75", "#8cc265", "#d19a66", "#61afef", "#c678dd", "#56b6c2", "#abb2bf",
	"#6b7280", "#ff7b86", "#a5e075", "#f0a45d", "#75bfff", "#de8cf5", "#6fd1de", "#ffffff",
}

// svg draws a screen that was captured with its escape sequences.
func svg(screen string, width, height int) string {
	term := vt.NewEmulator(width, height)
	term.WriteString(strings.ReplaceAll(strings.TrimRight(screen, "\n"), "\n", "\r\n"))
	var b strings.Builder
	w, h := float64(width)*cellWidth+2*margin, height*cellHeight+2*margin
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%d" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`+"\n", w, h)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n", background)
	for y := range height {
		for x := 0; x < width; {
			x += run(&b, term, x, y, width)
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// run draws the cells from x that look alike, and returns how many.
func run(b *strings.Builder, term *vt.Emulator, x, y, width int) int {
	first := term.CellAt(x, y)
	if first == nil {
		return 1
	}
	var text strings.Builder
	n := 0
	for x+n < width {
		c := term.CellAt(x+n, y)
		if c == nil || !c.Style.Equal(&first.Style) {
			break
		}
		text.WriteString(c.Content)
		n += max(c.Width, 1)
	}
	draw(b, first.Style, text.String(), x, y, n)
	return max(n, 1)
}

func draw(b *strings.Builder, s uv.Style, text string, x, y, n int) {
	fg, bg := hex(s.Fg, foreground), hex(s.Bg, "")
	if s.Attrs&uv.AttrReverse != 0 {
		if bg == "" {
			bg = background
		}
		fg, bg = bg, fg
	}
	left, top := margin+float64(x)*cellWidth, margin+y*cellHeight
	if bg != "" {
		fmt.Fprintf(b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`, left, top, float64(n)*cellWidth, cellHeight, bg)
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	style := ""
	if s.Attrs&uv.AttrBold != 0 {
		style += ` font-weight="bold"`
	}
	if s.Attrs&uv.AttrFaint != 0 {
		style += ` opacity="0.6"`
	}
	fmt.Fprintf(b, `<text x="%.1f" y="%d" fill="%s" textLength="%.1f" xml:space="preserve"%s>%s</text>`+"\n",
		left, top+cellHeight-4, fg, float64(n)*cellWidth, style, html.EscapeString(text))
}

func hex(c color.Color, unset string) string {
	if c == nil {
		return unset
	}
	if basic, ok := c.(ansi.BasicColor); ok {
		return palette[basic]
	}
	r, g, bl, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, bl>>8)
}
