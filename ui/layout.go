package ui

// The smallest screen that the panes fit in.
const (
	minWidth  = 60
	minHeight = 15
)

// rect is a part of the screen.
type rect struct{ x, y, w, h int }

func (r rect) empty() bool { return r.w <= 0 || r.h <= 0 }

func (r rect) contains(x, y int) bool {
	return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h
}

// form is one of the arrangements of the Explore screen.
type form uint8

const (
	tooSmall form = iota
	single        // one pane at a time
	double        // layers, tree, and a strip below
	triple        // layers, tree and details side by side
)

// arrangement is what the layout depends on besides the size of the screen.
type arrangement struct {
	focus    pane
	zoomed   bool
	progress bool // the reading is shown
	rows     int  // lines that the layer list would like to have
}

// places says where everything is. An empty rect is not shown.
type places struct {
	form                            form
	header, tabs, body, footer      rect
	layers, tree, details, progress rect
	card                            rect // of what is selected among the layers of a wide screen
}

// Sizes that the layout is made of.
const (
	headerHeight   = 1
	tabsHeight     = 1
	footerHeight   = 2
	stripHeight    = 4 // frame and two lines
	progressHeight = 4
	wideWidth      = 120
	wideHeight     = 30
	doubleWidth    = 80
	minCard        = 7
)

// layout divides a screen. It depends on nothing but its arguments.
func layout(w, h int, a arrangement) places {
	if w < minWidth || h < minHeight {
		return places{form: tooSmall, body: rect{0, 0, w, h}}
	}
	p := places{
		header: rect{0, 0, w, headerHeight},
		tabs:   rect{0, headerHeight, w, tabsHeight},
		footer: rect{0, h - footerHeight, w, footerHeight},
	}
	top := headerHeight + tabsHeight
	p.body = rect{0, top, w, h - top - footerHeight}
	main := p.body
	if a.progress {
		p.progress = rect{0, main.y + main.h - progressHeight, w, progressHeight}
		main.h -= progressHeight
	}
	switch {
	case w >= wideWidth && h >= wideHeight:
		p.form = triple
	case w >= doubleWidth:
		p.form = double
	default:
		p.form = single
	}
	if a.zoomed {
		p.zoom(main, a)
		return p
	}
	switch p.form {
	case triple:
		p.columns(main, a)
	case double:
		p.twoAndStrip(main, a)
	default:
		p.oneAndStrip(main, a)
	}
	return p
}

// zoom gives one pane all there is; the layers share it with their details,
// which is where their commands can be read.
func (p *places) zoom(main rect, a arrangement) {
	if a.focus == paneLayers && main.w >= doubleWidth {
		left := min(main.w/2, 80)
		p.layers = rect{0, main.y, left, main.h}
		p.details = rect{left, main.y, main.w - left, main.h}
		return
	}
	p.set(a.focus, main)
}

func (p *places) set(which pane, r rect) {
	switch which {
	case paneLayers:
		p.layers = r
	case paneTree:
		p.tree = r
	case paneDetails:
		p.details = r
	}
}

// columns is the wide form: the layers with cards below them, the tree, the details.
func (p *places) columns(main rect, a arrangement) {
	left := min(max(main.w*31/100, 40), 72)
	right := min(max(main.w*32/100, 42), 84)
	p.tree = rect{left, main.y, main.w - left - right, main.h}
	p.details = rect{main.w - right, main.y, right, main.h}
	p.layers = rect{0, main.y, left, main.h}
	want := min(max(a.rows+3, 8), main.h/2)
	if rest := main.h - want; rest >= minCard {
		p.layers.h = want
		p.card = rect{0, main.y + want, left, rest}
	}
}

// strip takes the details off the bottom; they grow when they have the focus.
func (p *places) strip(main rect, a arrangement) rect {
	h := stripHeight
	switch {
	case a.focus == paneDetails:
		h = max(main.h*3/5, stripHeight)
	case a.progress && main.h < 18:
		return main
	case main.h >= 28:
		h = 8
	case main.h >= 21:
		h = 6
	}
	p.details = rect{0, main.y + main.h - h, main.w, h}
	main.h -= h
	return main
}

func (p *places) twoAndStrip(main rect, a arrangement) {
	main = p.strip(main, a)
	left := min(max(main.w*40/100, 32), 52)
	p.layers = rect{0, main.y, left, main.h}
	p.tree = rect{left, main.y, main.w - left, main.h}
}

func (p *places) oneAndStrip(main rect, a arrangement) {
	if a.focus == paneDetails {
		p.details = main
		return
	}
	if main.h >= 14 {
		main = p.strip(main, a)
	}
	p.set(a.focus, main)
}
