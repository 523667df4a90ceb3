package ui

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"peel/analyzer"
	"peel/analyzer/inventory"
	"peel/source"
	. "peel/source/sourcetest"
)

// stocked is an image with packages that were upgraded, removed and installed
// twice, and with files of nobody.
func stocked() Image {
	record := Reg("var/lib/dpkg/status", "old").Mode(0o644)
	return Image{Layers: []Layer{
		{CreatedBy: "ADD rootfs.tar /", Files: []File{
			record, Random("usr/bin/curl", 300_000, 1), Random("usr/lib/libssl.so.3", 610_000, 2), Random("usr/share/doc/curl/README", 9_000, 3),
			Random("usr/bin/vim", 1_200_000, 4), Random("opt/tool", 2_400_000, 5),
		}},
		{CreatedBy: "RUN /bin/sh -c apt-get install curl # buildkit", Files: []File{
			Reg("var/lib/dpkg/status", "new"), Random("usr/bin/curl", 310_000, 6), Whiteout("usr/bin/vim"),
		}},
		{CreatedBy: "COPY . /app # buildkit", Files: []File{
			Random("app/node_modules/left-pad/index.js", 1_400, 7), Reg("app/node_modules/left-pad/package.json", "{}"),
			Random("app/node_modules/a/node_modules/left-pad/index.js", 1_300, 8), Random("app/server", 4_100_000, 9),
		}},
	}}
}

// stock is the inventory of stocked.
func stock(a *analyzer.Analysis) *inventory.Inventory {
	nodes := func(paths ...string) (list []int32) {
		for _, p := range paths {
			if n, ok := a.Tree.Lookup(p); ok {
				list = append(list, int32(n))
			}
		}
		return list
	}
	dpkg := []inventory.Location{{Path: "/var/lib/dpkg/status", Layer: 1}}
	inv := &inventory.Inventory{
		Distro: "Debian GNU/Linux 12 (bookworm)",
		Packages: []inventory.Package{
			{Name: "curl", Version: "7.88.1-10+deb12u8", Type: "deb", Licenses: []string{"curl", "ISC"}, PURL: "pkg:deb/debian/curl@7.88.1-10%2Bdeb12u8",
				State: inventory.Installed, Layer: 1, Files: 2, Bytes: 319_000, Nodes: nodes("usr/bin/curl", "usr/share/doc/curl/README"), Locations: dpkg},
			{Name: "github.com/acme/lib", Version: "v1.4.0", Type: "go-module", Language: "go", State: inventory.Installed, Layer: 2,
				Locations: []inventory.Location{{Path: "/app/server", Layer: 2}}},
			{Name: "left-pad", Version: "1.1.0", Type: "npm", Language: "javascript", Licenses: []string{"WTFPL"}, PURL: "pkg:npm/left-pad@1.1.0",
				State: inventory.Installed, Layer: 2, Files: 2, Bytes: 1_402, Nodes: nodes("app/node_modules/left-pad/index.js", "app/node_modules/left-pad/package.json"),
				Locations: []inventory.Location{{Path: "/app/node_modules/left-pad/package.json", Layer: 2}}},
			{Name: "left-pad", Version: "1.3.0", Type: "npm", Language: "javascript", Licenses: []string{"WTFPL"}, PURL: "pkg:npm/left-pad@1.3.0",
				State: inventory.Installed, Layer: 2, Files: 1, Bytes: 1_300, Nodes: nodes("app/node_modules/a/node_modules/left-pad/index.js"),
				Locations: []inventory.Location{{Path: "/app/node_modules/a/node_modules/left-pad/package.json", Layer: 2}}},
			{Name: "libssl3", Version: "3.0.15-1~deb12u1", Type: "deb", Licenses: []string{"Apache-2.0"}, PURL: "pkg:deb/debian/libssl3@3.0.15-1~deb12u1",
				State: inventory.Installed, Layer: 0, Files: 1, Bytes: 610_000, Nodes: nodes("usr/lib/libssl.so.3"), Locations: dpkg},
			{Name: "vim", Version: "9.0.1378-2", Type: "deb", PURL: "pkg:deb/debian/vim@9.0.1378-2", State: inventory.Removed, Layer: 0, RemovedBy: 1,
				Files: 1, Bytes: 1_200_000, Dead: 1_200_000, Nodes: nodes("usr/bin/vim"), Locations: []inventory.Location{{Path: "/var/lib/dpkg/status", Layer: 0}}},
			{Name: "curl", Version: "7.88.1-10", Type: "deb", State: inventory.Overwritten, Layer: 0, RemovedBy: 1, ReplacedBy: "7.88.1-10+deb12u8",
				Files: 2, Bytes: 309_000, Dead: 300_000, Nodes: nodes("usr/bin/curl", "usr/share/doc/curl/README"), Locations: []inventory.Location{{Path: "/var/lib/dpkg/status", Layer: 0}}},
		},
		Duplicates: []inventory.Duplicate{{Name: "left-pad", Type: "npm", Versions: []string{"1.1.0", "1.3.0"}, Count: 2, Bytes: 1_300}},
		Unowned: inventory.Unowned{Files: 3, Bytes: 6_500_003, Largest: []inventory.File{
			{Path: "/app/server", Bytes: 4_100_000, Layer: 2}, {Path: "/opt/tool", Bytes: 2_400_000, Layer: 0}, {Path: "/var/lib/dpkg/status", Bytes: 3, Layer: 1},
		}},
	}
	return inv
}

// stocking shows an image whose packages are what lists says.
func stocking(img *source.Image, lists func(context.Context, *analyzer.Analysis, func(string)) (*inventory.Inventory, error)) Options {
	return Options{Open: opens(img), Packages: lists}
}

func instantly(a *analyzer.Analysis) (*inventory.Inventory, error) { return stock(a), nil }

func lists(f func(*analyzer.Analysis) (*inventory.Inventory, error)) func(context.Context, *analyzer.Analysis, func(string)) (*inventory.Inventory, error) {
	return func(_ context.Context, a *analyzer.Analysis, _ func(string)) (*inventory.Inventory, error) {
		return f(a)
	}
}

func stockedOptions(t testing.TB) Options {
	return stocking(image(t, stocked(), nil), lists(instantly))
}

func TestPackages(t *testing.T) {
	each(t, append(sizes, [2]int{60, 20}, [2]int{200, 50}), func(t *testing.T, w, h int) {
		x := start(t, stockedOptions(t), w, h)
		x.until("whole image")
		x.keys("3")
		x.until("by size")
		x.keys("down", "down", "down")
		golden(t, x.until("7.88"))
	})
}

func TestPackageExplained(t *testing.T) {
	each(t, [][2]int{{80, 24}, {60, 20}}, func(t *testing.T, w, h int) {
		x := start(t, stockedOptions(t), w, h)
		x.until("whole image")
		x.keys("3")
		x.until("by size")
		x.keys("/")
		x.lit("left-pad")
		x.keys("enter", "i")
		golden(t, x.until("package 6 of 8"))
		x.keys("i")
		x.until("left-pad  ")
	})
}

func TestPackagesASCII(t *testing.T) {
	o := stockedOptions(t)
	o.ASCII = true
	x := start(t, o, 80, 24)
	x.until("whole image")
	x.keys("3")
	s := x.until("by size")
	golden(t, s)
	for _, r := range s {
		if r > 0x7e {
			t.Errorf("%q on an ASCII screen", r)
		}
	}
}

// What was asked for while the image was read begins by itself; other views can
// be looked at meanwhile, and nothing is listed twice.
func TestPackagesWhileReading(t *testing.T) {
	g, c := newGate(), new(clock)
	asked, go1 := atomic.Int32{}, make(chan struct{})
	o := stocking(image(t, stocked(), g, 1), func(_ context.Context, a *analyzer.Analysis, doing func(string)) (*inventory.Inventory, error) {
		asked.Add(1)
		doing("looking for packages: 3 of 58 catalogers")
		<-go1
		return stock(a), nil
	})
	o.Now = c.now
	x := start(t, o, 80, 24)
	x.until("0/3")
	if s := x.screen(); !strings.Contains(s, "3 Packages   4") {
		t.Errorf("something is said of packages before they are asked for:\n%s", s)
	}
	x.keys("3")
	golden(t, x.until("It begins by itself"))
	close(g.first)
	x.keys("1")
	x.until("3 Packages …")
	x.keys("3")
	close(g.rest)
	x.until("3 of 58 catalogers")
	t.Run("Running", func(t *testing.T) { golden(t, x.screen()) })
	x.keys("4")
	x.until("newest first")
	close(go1)
	x.until("3 Packages 5")
	x.keys("3")
	x.until("by size")
	x.keys("1", "3")
	x.until("by size")
	if n := asked.Load(); n != 1 {
		t.Errorf("listed %d times", n)
	}
}

// Nobody lists packages who was not asked to, unless the options say so.
func TestPackagesAsked(t *testing.T) {
	asked := atomic.Int32{}
	o := stocking(image(t, stocked(), nil), lists(func(a *analyzer.Analysis) (*inventory.Inventory, error) {
		asked.Add(1)
		return stock(a), nil
	}))
	x := start(t, o, 80, 24)
	x.until("whole image")
	x.keys("2", "4", "5", "1")
	x.until("whole image")
	if asked.Load() != 0 {
		t.Error("listed unasked")
	}
	x.quit()
	o.PackagesAsked = true
	o.Open = opens(image(t, stocked(), nil))
	start(t, o, 80, 24).until("3 Packages 5")
}

// Esc stops the search, and r begins it anew.
func TestPackagesStopped(t *testing.T) {
	stopped := make(chan struct{}, 1)
	patient := atomic.Bool{}
	o := stocking(image(t, stocked(), nil), func(ctx context.Context, a *analyzer.Analysis, _ func(string)) (*inventory.Inventory, error) {
		if patient.Load() {
			return stock(a), nil
		}
		<-ctx.Done()
		stopped <- struct{}{}
		return nil, context.Cause(ctx)
	})
	x := start(t, o, 80, 24)
	x.until("whole image")
	x.keys("3")
	x.until("Preparing")
	x.keys("esc")
	golden(t, x.until("was stopped"))
	<-stopped
	patient.Store(true)
	x.keys("r")
	x.until("by size")
}

// A search that is still running when the program ends, or another image is
// picked, is stopped.
func TestPackagesEndWithTheProgram(t *testing.T) {
	stopped := make(chan struct{})
	o := stocking(image(t, stocked(), nil), func(ctx context.Context, _ *analyzer.Analysis, _ func(string)) (*inventory.Inventory, error) {
		<-ctx.Done()
		close(stopped)
		return nil, context.Cause(ctx)
	})
	x := start(t, o, 80, 24)
	x.until("whole image")
	x.keys("3")
	x.until("Preparing")
	x.keys("q")
	<-x.done
	x.m.pkgs().stock.part()
	select {
	case <-stopped:
	default:
		t.Error("it goes on")
	}
}

// Of another image nothing is known of the packages of the first, and what still
// comes of the first is dropped.
func TestPackagesOfAnotherImage(t *testing.T) {
	w := &world{answers: answers(), images: func(context.Context, string) (*source.Image, error) { return image(t, stocked(), nil), nil }}
	release := make(chan struct{})
	x := start(t, Options{Picker: w.picker(), Packages: func(_ context.Context, a *analyzer.Analysis, _ func(string)) (*inventory.Inventory, error) {
		<-release
		return stock(a), nil
	}}, 80, 24)
	x.until("app.tar")
	x.keys("enter")
	x.until("whole image")
	x.keys("3")
	x.until("Preparing")
	x.keys("O")
	x.until("app.tar")
	x.keys("enter")
	x.until("whole image")
	close(release)
	if s := x.until("3 Packages   4"); strings.Contains(s, "libssl") {
		t.Errorf("the packages of the first image are shown:\n%s", s)
	}
	x.keys("3")
	x.until("5 packages")
}

func TestPackagesFailed(t *testing.T) {
	tries := atomic.Int32{}
	o := stocking(image(t, stocked(), nil), lists(func(a *analyzer.Analysis) (*inventory.Inventory, error) {
		if tries.Add(1) == 1 {
			return nil, errors.New("preparing to recognise licences: no \x1b[31mspace left")
		}
		return stock(a), nil
	}))
	x := start(t, o, 80, 24)
	x.until("whole image")
	x.keys("3")
	golden(t, x.until("could not be listed"))
	x.keys("1", "3")
	x.until("could not be listed")
	x.keys("r")
	x.until("by size")
}

// What could not be read may hold more.
func TestPackagesOfAPart(t *testing.T) {
	img := image(t, stocked(), nil)
	img.Layers[1].Open = img.Layers[0].Open
	o := stocking(img, lists(func(a *analyzer.Analysis) (*inventory.Inventory, error) {
		inv := stock(a)
		inv.Partial = []string{"layer 2 was not wholly read", "opt/\x1b[31mx.jar was not looked at"}
		inv.Notes = []string{"/opt/y.jar could not be understood: zip: not a valid zip file"}
		return inv, nil
	}))
	each(t, sizes, func(t *testing.T, w, h int) {
		x := start(t, o, w, h)
		x.until("✖")
		x.keys("3")
		golden(t, x.until("at least 5 packages"))
	})
}

// An image without packages says what was looked for, and what it has instead.
func TestNoPackages(t *testing.T) {
	empty := func(a *analyzer.Analysis) (*inventory.Inventory, error) {
		return &inventory.Inventory{Unowned: stock(a).Unowned}, nil
	}
	each(t, sizes, func(t *testing.T, w, h int) {
		x := start(t, stocking(image(t, stocked(), nil), lists(empty)), w, h)
		x.until("whole image")
		x.keys("3")
		golden(t, x.until("No packages"))
		x.keys("down", "enter", "f", "esc", "/", "esc", "y", "i", "i", "s")
		x.until("No packages")
	})
	x := start(t, stocking(image(t, Image{}, nil), lists(func(*analyzer.Analysis) (*inventory.Inventory, error) {
		return &inventory.Inventory{}, nil
	})), 80, 24)
	x.until("no layers")
	x.keys("3")
	x.until("The image has no files.")
}

func TestPackagesOff(t *testing.T) {
	x := show(t, demo(), 80, 24)
	x.keys("3")
	golden(t, x.until("Nobody looks for packages"))
}

// Enter goes to the largest file in the layer that brought the package, though a
// later one took it away, and esc comes back to the same line.
func TestPackageAndBack(t *testing.T) {
	for _, c := range []struct {
		down              int
		name, file, layer string
	}{
		{0, "files of no package", "server", "up to layer 3"},
		{1, "vim", "vim", "up to layer 1"},
		{3, "7.88.1-10…", "curl", "up to layer 2"},
		{4, "7.88.1-10 ", "curl", "up to layer 1"},
		{7, "e/lib", "server", "up to layer 3"}, // in the program that tells of it
	} {
		x := start(t, stockedOptions(t), 80, 24)
		x.until("whole image")
		x.keys("3")
		x.until("by size")
		for range c.down {
			x.keys("down")
		}
		before := x.until("by size")
		if !strings.Contains(cursorLine(before), c.name) {
			t.Fatalf("%s is not selected:\n%s", c.name, before)
		}
		x.keys("enter")
		if s := x.until(c.layer); !strings.HasSuffix(strings.TrimRight(cursorLine(s[strings.Index(s, "Path"):]), " ┃│"), c.file) {
			t.Errorf("%s: the file is not selected:\n%s", c.name, s)
		}
		x.keys("down", "esc")
		if after := x.until("by size"); after != before {
			t.Errorf("%s: the screen was\n%sand is\n%s", c.name, before, after)
		}
		x.quit()
	}
}

// cursorLine is the first line with a cursor.
func cursorLine(screen string) string {
	for l := range strings.SplitSeq(screen, "\n") {
		if _, after, ok := strings.Cut(l, "┃▸"); ok {
			after, _, _ = strings.Cut(after, "┃")
			return after
		}
	}
	return ""
}

func TestFilterPackages(t *testing.T) {
	x := start(t, stockedOptions(t), 80, 24)
	x.until("whole image")
	x.keys("3")
	x.until("by size")
	x.keys("f")
	x.lit("type:npm left")
	golden(t, x.until("match"))
	x.keys("enter")
	x.until("Esc clears it")
	x.keys("esc", "f")
	x.lit("nothing-like-it")
	x.keys("enter")
	x.until("No package matches")
	x.keys("esc", "1", "f")
	x.lit("type:npm")
	x.until("type: is for packages, on 3")
}

// pressed gives a model with the packages listed.
func pressed(t testing.TB, o Options, w, h int) *Model {
	t.Helper()
	if o.Analyze == nil {
		o.Analyze = analyzeNow
	}
	m := opened(t, o, w, h)
	inv, err := o.Packages(context.Background(), m.analysis, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	m.Update(press("3"))
	m.Update(listedMsg{generation: m.generation, run: m.pkgs().stock.run, x: indexPackages(inv, m.analysis.Tree)})
	return m
}

func TestPackageFilters(t *testing.T) {
	m := pressed(t, stockedOptions(t), 80, 24)
	p := m.pkgs()
	for line, want := range map[string]string{
		"":                      "(none) vim libssl3 curl curl left-pad left-pad github.com/acme/lib",
		"CURL":                  "curl curl",
		"lib":                   "libssl3 github.com/acme/lib",
		"lib*":                  "libssl3",
		"acme/*":                "github.com/acme/lib",
		"node_modules/left-pad": "",
		"**/package.json":       "left-pad left-pad",
		"type:deb":              "vim libssl3 curl curl",
		"type:deb !curl":        "vim libssl3",
		"!type:deb":             "(none) left-pad left-pad github.com/acme/lib",
		"version:1.3*":          "left-pad",
		`version:~^v\d`:         "github.com/acme/lib",
		"licence:apache":        "libssl3",
		"license:wtfpl":         "left-pad left-pad",
		"state:removed":         "vim",
		"state:gone":            "vim curl",
		"state:several":         "left-pad left-pad",
		"size>500k":             "(none) vim libssl3",
		"size>500k !waste>0":    "(none) libssl3",
		"waste>0":               "vim curl",
		"layer:3":               "left-pad left-pad github.com/acme/lib",
		"no package":            "(none)",
	} {
		p.SetFilter(line)
		var got []string
		for _, n := range p.rows {
			if x := p.x.pkg(n); x != nil {
				got = append(got, x.Name)
			} else {
				got = append(got, "(none)")
			}
		}
		if s := strings.Join(got, " "); s != want || p.errText != "" {
			t.Errorf("%q picks %q, want %q; error %q", line, s, want, p.errText)
		}
	}
	for _, line := range []string{"type:", "size>", "version:~("} {
		p.SetFilter(line)
		if p.errText == "" {
			t.Errorf("%q is no error", line)
		}
		p.SetFilter("")
	}
}

// The orders agree with what they are named after.
func TestPackageOrders(t *testing.T) {
	m := pressed(t, stockedOptions(t), 80, 24)
	p := m.pkgs()
	want := map[packageOrder]string{
		packagesBySize:  "(none) vim libssl3 curl curl/gone left-pad left-pad github.com/acme/lib",
		packagesByName:  "curl curl/gone github.com/acme/lib left-pad left-pad libssl3 vim (none)",
		packagesByType:  "curl curl/gone libssl3 vim github.com/acme/lib left-pad left-pad (none)",
		packagesByLayer: "vim libssl3 curl/gone curl left-pad left-pad github.com/acme/lib (none)",
		packagesByState: "vim curl/gone left-pad left-pad libssl3 curl github.com/acme/lib (none)",
	}
	for o := range packageOrders {
		for _, reverse := range []bool{false, true} {
			if p.order != o || p.reverse != reverse {
				t.Fatalf("by %s, reverse %v, want by %s, %v", p.order, p.reverse, o, reverse)
			}
			var got []string
			for _, n := range p.rows {
				switch x := p.x.pkg(n); {
				case x == nil:
					got = append(got, "(none)")
				case x.Name == "curl" && x.State != inventory.Installed:
					got = append(got, "curl/gone")
				default:
					got = append(got, x.Name)
				}
			}
			if reverse {
				slices.Reverse(got)
			}
			if s := strings.Join(got, " "); s != want[o] {
				t.Errorf("by %s, reverse %v:\n%s\nwant\n%s", o, reverse, s, want[o])
			}
			p.Key(actReverse)
		}
		p.Key(actSort)
	}
	if p.order != packagesBySize {
		t.Errorf("after all orders, by %s", p.order)
	}
}

// Files that several packages own, and those of a version that is gone but was
// left alone, count once.
func TestPackageTotals(t *testing.T) {
	m := pressed(t, stockedOptions(t), 80, 24)
	want := inventory.Totals{Installed: 5, Gone: 2, Bytes: 310_000 + 9_000 + 610_000 + 1_400 + 2 + 1_300, Dead: 1_500_000}
	if got := m.pkgs().x.totals; got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestPackagesMouse(t *testing.T) {
	x := start(t, stockedOptions(t), 80, 24)
	x.until("whole image")
	clickAt(x, 36, 1)
	x.until("by size")
	clickAt(x, 8, 6)
	x.until("▸  libssl3")
	clickAt(x, 8, 6)
	x.until("up to layer 1")
}

func TestCopyPackage(t *testing.T) {
	for _, c := range []struct{ key, find, want string }{
		{"y", "libssl3", "pkg:deb/debian/libssl3@3.0.15-1~deb12u1"},
		{"Y", "libssl3", "libssl3 3.0.15-1~deb12u1"},
		{"y", "acme", "github.com/acme/lib v1.4.0"},
	} {
		x := start(t, stockedOptions(t), 80, 24)
		copied := make(chan string, 1)
		x.vt.RegisterOscHandler(52, func(data []byte) bool {
			_, b64, _ := strings.Cut(string(data), "c;")
			b, _ := base64.StdEncoding.DecodeString(b64)
			copied <- string(b)
			return true
		})
		x.until("whole image")
		x.keys("3")
		x.until("by size")
		x.keys("/")
		x.lit(c.find)
		x.keys("enter", c.key)
		x.until("copied ")
		if got := <-copied; got != c.want {
			t.Errorf("%s on %s copies %q, want %q", c.key, c.find, got, c.want)
		}
	}
}

// Whatever packages say of themselves can be neither a secret that was found nor
// an order to the terminal.
func TestPackagesAreMasked(t *testing.T) {
	o := plantedImage(t)
	said := "with " + plantedToken + " \x1b[31mred\u202e"
	o.Packages = lists(func(a *analyzer.Analysis) (*inventory.Inventory, error) {
		token := inventory.Location{Path: "/app/name-" + plantedToken, Layer: 0}
		node, _ := a.Tree.Lookup("app/name-" + plantedToken)
		p := inventory.Package{
			Name: said, Version: said, Type: said, Language: said, Licenses: []string{said, said}, PURL: "pkg:generic/" + said,
			State: inventory.Installed, Files: 1, Bytes: 1, Nodes: []int32{int32(node)}, Locations: []inventory.Location{token},
		}
		gone := p
		gone.State, gone.RemovedBy, gone.ReplacedBy, gone.Dead = inventory.Overwritten, 1, said, 1
		return &inventory.Inventory{
			Distro: said, Packages: []inventory.Package{p, p, gone}, Partial: []string{said}, Notes: []string{said},
			Unowned: inventory.Unowned{Files: 1, Bytes: 1, Largest: []inventory.File{{Path: token.Path, Bytes: 1}}},
		}, nil
	})
	for _, size := range [][2]int{{60, 20}, {80, 24}, {140, 40}, {240, 50}} {
		m := pressed(t, o, size[0], size[1])
		for range m.pkgs().rows {
			for _, k := range []string{"y", "Y", "i", "pgdown", "end", "i", "enter", "esc", "s", "down"} {
				_, cmd := m.Update(press(k))
				checkLeaks(t, m, cmd, k)
				if s := m.View().Content; strings.ContainsRune(s, '\u202e') || strings.Contains(s, "\x1b[31mred") {
					t.Fatalf("after %s the screen has what the image says raw", k)
				}
			}
		}
		m.Update(press("f"))
		for _, r := range plantedToken {
			_, cmd := m.Update(press(string(r)))
			_ = cmd
		}
		m.Update(press("enter"))
		checkLeaks(t, m, nil, "enter")
	}
}

// Packages are next to their namesakes, whatever else there is.
func TestNamesakes(t *testing.T) {
	m := pressed(t, stockedOptions(t), 80, 24)
	x := m.pkgs().x
	for n := range x.unowned() {
		var want []int32
		for i := range x.unowned() {
			if x.sameName(i, n) {
				want = append(want, i)
			}
		}
		got := slices.SortedFunc(slices.Values(x.namesakes(n)), cmp.Compare[int32])
		if !slices.Equal(got, want) {
			t.Errorf("%s %s: %v, want %v", x.pkg(n).Name, x.pkg(n).Version, got, want)
		}
	}
}
