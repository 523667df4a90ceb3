package ui

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"go.uber.org/goleak"

	"peel/source"
	"peel/source/daemon"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

func ago(d time.Duration) time.Time { return Epoch.Add(-d) }

const aDay = 24 * time.Hour

// answers are those of a machine with some images.
func answers() []source.Answer {
	const socket = "unix:///var/run/docker.sock"
	amd := v1.Platform{OS: "linux", Architecture: "amd64"}
	id := func(digit string) string { return "sha256:" + strings.Repeat(digit, 64) }
	entry := func(k source.Kind, where, name string, size int64, age time.Duration, p v1.Platform) source.Entry {
		return source.Entry{Reference: source.Prefixed(k, name), Name: name, Kind: k, Location: where, ID: id("a"), Size: size, Created: ago(age), Platform: p}
	}
	store := "/home/u/.local/share/containers/storage"
	opened := entry(source.Docker, socket, "acme/api:2.4", 612_000_000, 2*aDay, amd)
	opened.Opened = ago(3 * time.Hour)
	multi := entry(source.Storage, store, "docker.io/library/debian:12-slim", 0, 40*aDay, v1.Platform{})
	multi.Index = true
	hostile := entry(source.Storage, store, "localhost/\x1b[31mred\u202e:1", 5, aDay, amd)
	return []source.Answer{
		{Kind: source.Docker, Where: socket, Entries: []source.Entry{
			opened, entry(source.Docker, socket, "registry.example.com:5000/a-team/with/a/very/long/path/to/the-image-of-the-service:2026.11.21-rc1", 12_400, 20*time.Minute, amd),
			entry(source.Docker, socket, "postgres:16", 431_000_000, 400*aDay, v1.Platform{OS: "linux", Architecture: "arm", Variant: "v7"}),
		}},
		{Kind: source.Storage, Where: store, Entries: []source.Entry{multi, hostile, entry(source.Storage, store, "localhost/tool:latest", 2_100_000, 9*aDay, amd)}},
		{Kind: source.Podman, Err: fmt.Errorf("%w at /run/user/1000/podman/podman.sock or /run/podman/podman.sock", daemon.ErrNoSocket)},
		{Kind: "file", Where: "/home/u/work", Entries: []source.Entry{
			{Reference: "./app.tar", Name: "./app.tar", Kind: "file", Location: "/home/u/work/app.tar", Size: 88_000_000, Created: ago(time.Minute)},
		}},
		{Kind: source.Sample, Where: "built into peel", Entries: []source.Entry{
			{Reference: "sample:", Name: "sample:", Kind: source.Sample, Location: "built into peel", Size: 97_900, Created: ago(300 * aDay), Platform: amd},
		}},
	}
}

// world is what the picker of a test is given.
type world struct {
	answers []source.Answer
	tags    map[string][]string // by repository; others are unknown
	asked   atomic.Int64        // times that a registry was asked
	hang    bool                // the last source does not answer
	opened  atomic.Value        // the reference that was opened last
	images  func(ctx context.Context, reference string) (*source.Image, error)
}

func (w *world) picker() *Picker {
	return &Picker{
		List: func(ctx context.Context, found func(source.Answer)) {
			for _, a := range w.answers {
				found(a)
			}
			if w.hang {
				<-ctx.Done()
			}
		},
		Tags: func(_ context.Context, image string) ([]string, error) {
			w.asked.Add(1)
			if tags, ok := w.tags[image]; ok {
				return tags, nil
			}
			return nil, errors.New("registry.example.com cannot be reached: no route to host")
		},
		Open: func(reference string) (func(context.Context) (*source.Image, error), *layer.Progress) {
			return func(ctx context.Context) (*source.Image, error) {
				w.opened.Store(reference)
				return w.images(ctx, reference)
			}, new(layer.Progress)
		},
	}
}

// pickFrom starts the program without an image.
func pickFrom(t *testing.T, w *world, width, height int, profile ...colorprofile.Profile) *terminal {
	t.Helper()
	if w.answers == nil {
		w.answers = answers()
	}
	if w.images == nil {
		w.images = func(_ context.Context, ref string) (*source.Image, error) {
			img := image(t, demo(), nil)
			img.Reference = ref
			return img, nil
		}
	}
	return start(t, Options{Picker: w.picker()}, width, height, profile...)
}

func TestPicker(t *testing.T) {
	each(t, append(sizes, [2]int{60, 15}, [2]int{40, 10}), func(t *testing.T, w, h int) {
		golden(t, pickFrom(t, &world{}, w, h).until("app.tar"))
	})
}

func TestPickerTooSmall(t *testing.T) {
	for _, s := range [][2]int{{39, 24}, {80, 9}, {20, 5}, {3, 2}, {1, 1}} {
		x := pickFrom(t, &world{}, s[0], s[1])
		if s[0] >= 20 {
			x.until("needs 40x10")
		}
		x.keys("esc")
		<-x.done
	}
}

// The columns go one by one; a name always has room, and no line is too long.
func TestPickerColumns(t *testing.T) {
	last := 0
	for w := 1; w <= 300; w++ {
		cols, name := shownColumns(w)
		if len(cols) < last {
			t.Errorf("%d columns at %d, %d before", len(cols), w, last)
		}
		last = len(cols)
		used := leadWidth + name
		for _, c := range cols {
			used += c.width + columnGap
		}
		if used > max(w, leadWidth+1) || len(cols) > 0 && name < leastName {
			t.Errorf("at %d the names have %d, all %d", w, name, used)
		}
	}
	if last != len(imageColumns) {
		t.Errorf("%d columns where there is room for all", last)
	}
}

func TestPickerASCII(t *testing.T) {
	w := &world{answers: answers()}
	x := start(t, Options{Picker: w.picker(), ASCII: true}, 80, 24)
	x.keys("down")
	s := x.until("app.tar")
	golden(t, s)
	for _, r := range s {
		if r > 0x7e {
			t.Errorf("%q on\n%s", r, s)
		}
	}
}

// Without colours the selection and what matches are still told apart.
func TestPickerWithoutColour(t *testing.T) {
	x := pickFrom(t, &world{}, 80, 24, colorprofile.Ascii)
	x.lit("tool")
	if s := x.until("1 of 8"); !strings.Contains(s, "▸  localhost/tool:latest") {
		t.Errorf("%s", s)
	}
}

func TestPickerFilter(t *testing.T) {
	x := pickFrom(t, &world{}, 80, 24)
	x.until("app.tar")
	for _, c := range []struct{ typed, says string }{
		{"api", "▸● acme/api:2.4"},
		{"acmeapi", "▸● acme/api:2.4"},
		{"deb slim", "▸  docker.io/library/debian:12-slim"},
		{"arm", "▸  postgres:16"},
		{"POSTGRES", "▸  postgres:16"},
		{"docker:postgres:16", "▸  postgres:16"},
		{"storage tool", "▸  localhost/tool:latest"},
		{"aaaaaaaaaaaaaaaaaaa api", "▸● acme/api:2.4"},
		{"./app.tar", "▸  ./app.tar"},
		{"sample:", "▸  sample:"},
		{"no such", "Nothing here has that name"},
	} {
		x.lit(c.typed)
		if s := x.until(c.says); strings.Contains(s, "· 8 ") {
			t.Errorf("%q filters nothing out of\n%s", c.typed, s)
		}
		x.keys("esc")
		x.until("· 8 ")
	}
	x.lit("deb")
	golden(t, x.until("debian"))
}

func TestPickerOpens(t *testing.T) {
	for _, c := range []struct {
		keys []string
		lit  string
		want string
	}{
		{nil, "", "docker:acme/api:2.4"},
		{[]string{"down", "down", "up"}, "", "./app.tar"},
		{[]string{"pgdown"}, "", "sample:"},
		{[]string{"ctrl+n", "ctrl+n", "ctrl+p"}, "", "./app.tar"},
		{nil, "tool", "containers-storage:localhost/tool:latest"},
		{nil, "quay.io/x/y@sha256:" + strings.Repeat("0", 64), "quay.io/x/y@sha256:" + strings.Repeat("0", 64)},
		{nil, "./nothing.tar", "./nothing.tar"},
		{[]string{"down", "tab"}, "x", "./app.tarx"},
	} {
		w := &world{}
		x := pickFrom(t, w, 80, 24)
		x.until("app.tar")
		x.keys(c.keys...)
		x.lit(c.lit)
		x.keys("enter")
		if s := x.until("whole image"); w.opened.Load() != c.want || !strings.Contains(s, "waste") {
			t.Errorf("%q %q opens %v, want %q", c.keys, c.lit, w.opened.Load(), c.want)
		}
		x.quit()
		if r := x.m.result(); r.Err != nil {
			t.Errorf("result %+v", r)
		}
	}
}

// An image that does not open says why, and leads back to the list; so does one
// that takes too long.
func TestPickerBack(t *testing.T) {
	w := &world{images: func(ctx context.Context, ref string) (*source.Image, error) {
		if ref == "sample:" {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return failing(ctx)
	}}
	x := pickFrom(t, w, 80, 24)
	x.until("app.tar")
	x.keys("enter")
	if s := x.until("Could not open docker:acme/api:2.4"); !strings.Contains(s, "Esc back to the list") {
		t.Errorf("%s", s)
	}
	x.keys("esc")
	x.until("app.tar")
	x.keys("pgdown", "enter")
	x.until("Esc goes back to the list")
	x.keys("esc")
	x.until("app.tar")
	x.keys("esc")
	<-x.done
	if r := x.m.result(); r.Err != nil || r.Partial {
		t.Errorf("result %+v, where nothing was opened in the end", r)
	}
}

// O looks for another image, and Esc comes back to the one that is open.
func TestPickerFromAnImage(t *testing.T) {
	w := &world{answers: answers()}
	second := hostile()
	w.images = func(context.Context, string) (*source.Image, error) { return image(t, second, nil), nil }
	first := image(t, demo(), nil)
	x := start(t, Options{Reference: "acme/api:2.4", Open: opens(first), Picker: w.picker()}, 80, 24)
	before := x.until("whole image")
	x.keys("O")
	if s := x.until("app.tar"); !strings.Contains(s, "Esc back") {
		t.Errorf("%s", s)
	}
	x.keys("esc")
	if after := x.until("whole image"); after != before {
		t.Errorf("after coming back\n%s\nbefore\n%s", after, before)
	}
	x.keys("O")
	x.until("app.tar")
	x.keys("down", "enter")
	if s := x.until("plain.txt"); !strings.Contains(s, "./app.tar") || strings.Contains(s, "usr") {
		t.Errorf("%s", s)
	}
	x.keys("O")
	x.until("acme")
	x.keys("ctrl+c")
	<-x.done
	// Where there is no list, there is none to open.
	x = show(t, demo(), 80, 24)
	x.keys("O")
	x.until("no list of images")
}

func TestPickerTags(t *testing.T) {
	w := &world{tags: map[string][]string{"example.com/app": {"latest", "2.0", "1.10", "1.9", "edge"}, "registry:localhost/tool": {"7"}}}
	x := pickFrom(t, w, 80, 24)
	x.until("app.tar")
	x.lit("example.com/app:")
	golden(t, x.until("5 tags in the registry"))
	x.lit("1.1")
	if s := x.until("▸  open example.com/app:1.1"); !strings.Contains(s, "┃   example.com/app:1.10") || strings.Contains(s, "edge") {
		t.Errorf("%s", s)
	}
	x.lit("0")
	x.until("▸  example.com/app:1.10")
	x.keys("enter")
	x.until("whole image")
	if got := w.opened.Load(); got != "registry:example.com/app:1.10" || w.asked.Load() != 1 {
		t.Errorf("opens %v after %d questions", got, w.asked.Load())
	}
	// What is here is not asked for, unless the registry is named.
	x.keys("O")
	x.until("app.tar")
	x.lit("tool:")
	x.until("▸  localhost/tool:latest")
	x.keys("esc")
	x.until("· 8 ")
	x.lit("registry:localhost/tool:")
	x.until("1 tag in the registry")
	x.keys("esc")
	x.lit("example.com/app:") // is known by now
	x.until("5 tags in the registry")
	if w.asked.Load() != 2 {
		t.Errorf("asked %d times", w.asked.Load())
	}
}

// Why there are no tags is said below the list, which is of use without.
func TestPickerWithoutTags(t *testing.T) {
	x := pickFrom(t, &world{}, 80, 24)
	x.until("app.tar")
	x.lit("registry.example.com/other:9")
	if s := x.until("no tags: registry.example.com cannot be reached"); !strings.Contains(s, "▸  open registry.example.com/other:9") {
		t.Errorf("another image is selected on\n%s", s)
	}
	golden(t, x.screen())
}

// A source that does not answer delays neither the others nor the end.
func TestPickerWhileAsking(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	x := pickFrom(t, &world{hang: true}, 80, 24)
	golden(t, x.until("asking engines"))
	x.keys("enter")
	x.until("whole image")
	x.keys("O")
	x.until("asking engines")
	x.keys("esc", "q")
	<-x.done
	x.quit()
	x.hangUp()
}

func TestPickerNothing(t *testing.T) {
	var nothing []source.Answer
	for _, a := range answers() {
		if a.Kind != source.Sample {
			a.Entries, a.Err = nil, fmt.Errorf("%w at %s", daemon.ErrNoSocket, a.Where)
		}
		nothing = append(nothing, a)
	}
	nothing[1].Err = fmt.Errorf("reading the store: %w", context.DeadlineExceeded)
	each(t, sizes, func(t *testing.T, w, h int) {
		golden(t, pickFrom(t, &world{answers: nothing}, w, h).until("sample:"))
	})
}

func TestPickerMouse(t *testing.T) {
	w := &world{}
	x := pickFrom(t, w, 80, 24)
	x.until("app.tar")
	click := func(at, y int) { x.p.Send(tea.MouseClickMsg{X: at, Y: y, Button: tea.MouseLeft}) }
	click(10, 22) // below the rows
	click(10, 5)
	x.until("▸  ./app.tar")
	x.p.Send(tea.MouseWheelMsg{X: 10, Y: 8, Button: tea.MouseWheelDown})
	click(10, 5)
	x.until("whole image")
	if got := w.opened.Load(); got != "./app.tar" {
		t.Errorf("opens %v", got)
	}
	x.keys("O")
	x.until("Esc back")
	click(76, 23) // on that
	x.until("whole image")
}

func TestPickerHelp(t *testing.T) {
	x := pickFrom(t, &world{}, 80, 24)
	x.until("app.tar")
	x.keys("?")
	golden(t, x.until("put the selected image into the line"))
	x.keys("esc")
	x.until("app.tar")
	x = pickFrom(t, &world{}, 44, 12) // where no other screen fits
	x.until("app.tar")
	x.keys("f1")
	x.keys("pgdown")
	x.until("put the selected")
}

func TestPickerPaste(t *testing.T) {
	x := pickFrom(t, &world{}, 80, 24)
	x.until("app.tar")
	x.p.Send(tea.PasteMsg{Content: " post\ngres "})
	x.until("▸  postgres:16")
}

// A tag that was opened before stands in the list once.
func TestPickerTagOpenedBefore(t *testing.T) {
	for _, ref := range []string{"example.com/app:1", "registry:example.com/app:1"} {
		w := &world{tags: map[string][]string{"example.com/app": {"2", "1"}}, answers: []source.Answer{{Kind: source.Recent, Entries: []source.Entry{
			{Reference: ref, Name: "example.com/app:1", Kind: source.Registry, Opened: ago(time.Hour)},
		}}}}
		x := pickFrom(t, w, 80, 24)
		x.until("example.com/app:1")
		x.lit("example.com/app:")
		if s := x.until("2 tags in the registry"); strings.Count(s, " example.com/app:1  ") != 1 || !strings.Contains(s, "▸● example.com/app:1") || !strings.Contains(s, " example.com/app:2 ") {
			t.Errorf("%s", s)
		}
	}
}
