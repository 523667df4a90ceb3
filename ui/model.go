package ui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"peel/analyzer"
	"peel/source"
	"peel/ui/theme"
)

// phase is how far the opening of the image is.
type phase uint8

const (
	opening phase = iota
	failed
	ready
	unopened // no image was chosen yet
)

// typing is what a line of text is being typed for.
type typing uint8

const (
	notTyping typing = iota
	typingFilter
	typingFind
)

// Model is the state of the whole program.
type Model struct {
	ctx  context.Context
	opts Options
	th   *theme.Theme
	now  func() time.Time

	w, h   int
	places places
	zones  []zone

	phase      phase
	err        error
	generation int // of the opening; answers to earlier ones are dropped
	image      *source.Image
	session    *analyzer.Session
	analysis   *analyzer.Analysis
	fig        figures
	stop       context.CancelFunc // ends the reading
	giveUp     context.CancelFunc // ends the opening
	picked     bool               // from the list of images
	stopped    bool               // the user ended it
	rate       rateMeter

	screens []screen // in the order of their tabs
	at      screen   // the present one
	from    []screen // those that esc goes back to
	zoomed  bool
	mouse   bool
	target  string // where to go once it is there
	asking  bool   // whether to show secrets in clear
	clear   bool   // they are shown

	failure scroller
	help    helpPane
	picker  pickerPane

	typing typing
	input  input
	found  *filter // what n and N look for
	notice string
}

func newModel(ctx context.Context, o Options) *Model {
	if o.Now == nil {
		o.Now = time.Now
	}
	m := &Model{ctx: ctx, opts: o, now: o.Now, mouse: !o.NoMouse, target: o.At, screens: newScreens()}
	m.at = m.screens[0]
	m.failure.rows = 1
	m.setTheme(true)
	return m
}

func (m *Model) setTheme(dark bool) {
	m.th = theme.New(m.opts.Theme, dark)
	m.useTheme()
}

// useTheme gives the theme to all that draw.
func (m *Model) useTheme() {
	m.picker.th, m.help.th = m.th, m.th
	for _, s := range m.screens {
		s.themed(m.th)
	}
}

// Init opens the image.
func (m *Model) Init() tea.Cmd {
	var cmds []tea.Cmd
	if m.opts.Reference == "" && m.opts.Picker != nil {
		m.phase = unopened
		cmds = append(cmds, m.openPicker())
	} else {
		cmds = append(cmds, m.openImage(), m.tick())
	}
	if m.opts.Theme == "cvd" {
		cmds = append(cmds, tea.RequestBackgroundColor)
	}
	return tea.Batch(cmds...)
}

// Update handles one message; afterwards everything has its place again.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	cmd := m.update(msg)
	m.arrange()
	if ask := m.askOwners(); ask != nil {
		cmd = tea.Batch(cmd, ask)
	}
	return m, cmd
}

func (m *Model) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.w, m.h = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		m.setTheme(msg.IsDark())
	case tea.KeyPressMsg:
		return m.key(msg)
	case tea.PasteMsg:
		return m.paste(msg.Content)
	case tea.MouseClickMsg:
		return m.click(msg.Mouse())
	case tea.MouseWheelMsg:
		return m.wheel(msg.Mouse())
	case openedMsg:
		return m.opened(msg)
	case tickMsg:
		return m.ticked(msg)
	case aloneMsg:
		return m.builtAlone(msg)
	case viewsMsg:
		return m.fetched(msg)
	case answeredMsg:
		return m.answered(msg)
	case restedMsg:
		return m.rested(msg)
	case ownersMsg:
		m.ownersCame(msg)
	case documentMsg:
		return m.documentRead(msg)
	case tagsMsg:
		return m.tagged(msg)
	case listedMsg:
		m.listed(msg)
	case listingMsg:
		return m.stillListing(msg)
	}
	return nil
}

// arrange computes the layout and tells the panes their sizes.
func (m *Model) arrange() {
	m.places = layout(m.w, m.h, arrangement{
		focus: m.explore().focus, zoomed: m.zoomed, progress: m.showProgress(), rows: len(m.explore().layers.lines),
	})
	m.help.SetSize(m.w, m.h)
	m.picker.SetSize(m.w, m.h)
	for _, s := range m.screens {
		s.place(m)
	}
}

// setFocus gives a pane the keys.
func (m *Model) setFocus(p pane) {
	if m.explore().focus == p {
		return
	}
	m.explore().focus = p
	if p != paneDetails && m.explore().subject != p {
		m.explore().subject = p
		m.explore().details.scroll = scroller{rows: 1}
	}
}
