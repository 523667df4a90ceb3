package packages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/anchore/syft/syft"

	"peel/analyzer/inventory"
	"peel/source/sourcetest"
)

// line is what a test looks at of a package.
func line(p *inventory.Package) string {
	s := fmt.Sprintf("%s %s %s @%d", p.Name, p.Version, p.Type, p.Layer)
	if p.Files > 0 {
		s += fmt.Sprintf(" %d files %d", p.Files, p.Bytes)
	}
	if p.State != inventory.Installed {
		s += fmt.Sprintf(" %s by %d dead %d", p.State, p.RemovedBy, p.Dead)
	}
	if p.ReplacedBy != "" {
		s += " now " + p.ReplacedBy
	}
	return s
}

func lines(r *Result) (list []string) {
	for i := range r.Packages {
		list = append(list, line(&r.Packages[i]))
	}
	return list
}

func TestCatalog(t *testing.T) {
	for _, c := range []struct {
		name   string
		layers []files
		want   []string
	}{
		{"dpkg, with its files", []files{append(deb("curl", "usr/bin/curl", "12345", "etc/curlrc", "678"), osRelease, status("curl=7.88"))},
			[]string{"curl 7.88 deb @0 2 files 8"}},
		{"the layer that brought each", []files{
			append(deb("dash", "bin/sh", "dash"), osRelease, status("dash=1")),
			append(deb("curl", "usr/bin/curl", "curl!"), status("dash=1", "curl=2")),
			append(deb("vim", "usr/bin/vim", "vi"), status("dash=1", "curl=2", "vim=3"))},
			[]string{"curl 2 deb @1 1 files 5", "dash 1 deb @0 1 files 4", "vim 3 deb @2 1 files 2"}},
		{"overwritten: the old bytes still ship", []files{
			append(deb("curl", "usr/bin/curl", "old binary", "usr/share/curl", "kept"), osRelease, status("curl=1")),
			append(deb("curl", "usr/bin/curl", "new binary!", "usr/share/curl", "kept"), status("curl=2"))},
			[]string{"curl 2 deb @1 2 files 15", "curl 1 deb @0 2 files 14 overwritten by 1 dead 14 now 2"}},
		// Scripts that stay as they were are no sign of the version.
		{"overwritten, with the script of the old version", []files{
			append(deb("curl", "usr/bin/curl", "old"), osRelease, status("curl=1"), reg("var/lib/dpkg/info/curl.postinst", "exit")),
			append(deb("curl", "usr/bin/curl", "new!"), status("curl=2"), reg("var/lib/dpkg/info/curl.postinst", "exit"))},
			[]string{"curl 2 deb @1 1 files 4", "curl 1 deb @0 1 files 3 overwritten by 1 dead 3 now 2"}},
		{"removed", []files{
			append(deb("curl", "usr/bin/curl", "curl"), osRelease, status("dash=1", "curl=1")),
			{status("dash=1"), sourcetest.Whiteout("usr/bin/curl"), sourcetest.Whiteout("var/lib/dpkg/info/curl.md5sums")}},
			[]string{"dash 1 deb @0", "curl 1 deb @0 1 files 4 removed by 1 dead 4"}},
		{"a directory removed, with what is below", []files{
			{npm("app/node_modules/a", "a", "1.0.0"), reg("app/node_modules/a/x.js", "xx"), npm("app/node_modules/a/node_modules/b", "b", "2.0.0")},
			{sourcetest.Whiteout("app/node_modules")}},
			[]string{"a 1.0.0 npm @0 2 files 48 removed by 1 dead 48", "b 2.0.0 npm @0 1 files 46 removed by 1 dead 46"}},
		{"written again as it was", []files{
			{npm("app/node_modules/a", "a", "1.0.0")},
			{npm("app/node_modules/a", "a", "1.0.0")}},
			[]string{"a 1.0.0 npm @0 1 files 46"}},
		{"Python", []files{wheel("six", "1.16.0", "import sys")}, []string{"six 1.16.0 python @0 2 files 81"}},
		{"a link to a directory", []files{
			{reg("usr/bin/curl", "curl"), sourcetest.Symlink("bin", "usr/bin"), osRelease, status("curl=1"),
				reg("var/lib/dpkg/info/curl.md5sums", "d41d8cd98f00b204e9800998ecf8427e  bin/curl\n")}},
			[]string{"curl 1 deb @0 1 files 4"}},
		{"Java, one within another", []files{{reg("app.jar", jar(t,
			"META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nImplementation-Title: app\nImplementation-Version: 1.0\n",
			"BOOT-INF/lib/inner-2.0.jar", library(t, "inner", "2.0")))}},
			[]string{"app 1.0 java-archive @0 1 files", "inner 2.0 java-archive @0"}},
		{"Java, by its own name and not by a link's", []files{{
			reg("usr/share/java/lib.jar", jar(t, "META-INF/MANIFEST.MF", "Manifest-Version: 1.0\n")), sourcetest.Symlink("usr/share/java/a-2.0.jar", "lib.jar")}},
			[]string{"lib UNKNOWN java-archive @0"}},
		{"nothing", []files{{reg("a", "b")}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := find(t, c.layers...)
			if len(r.Partial) > 0 || len(r.Notes) > 0 {
				t.Errorf("partial %q, notes %q", r.Partial, r.Notes)
			}
			got := lines(r)
			if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestInventory(t *testing.T) {
	r := find(t, append(deb("curl", "usr/bin/curl", "12345"), osRelease, status("curl=1"),
		npm("a/node_modules/x", "x", "1.0.0"), npm("b/node_modules/x", "x", "2.0.0"), reg("a/node_modules/x/y", strings.Repeat("y", 100)),
		reg("opt/big", strings.Repeat("b", 1000)), sourcetest.Hardlink("opt/again", "opt/big"), reg("opt/empty", "")))
	if r.Distro != "Debian GNU/Linux 12 (bookworm)" {
		t.Errorf("distribution %q", r.Distro)
	}
	want := []inventory.Duplicate{{Name: "x", Type: "npm", Versions: []string{"1.0.0", "2.0.0"}, Count: 2, Bytes: 46}}
	if !reflect.DeepEqual(r.Duplicates, want) {
		t.Errorf("duplicates %+v", r.Duplicates)
	}
	// os-release, status, md5sums and what is in opt.
	if r.Unowned.Files != 5 || len(r.Unowned.Largest) != 4 || r.Unowned.Largest[0].Bytes != 1000 {
		t.Errorf("unowned %+v", r.Unowned)
	}
	p := r.Packages[slices.IndexFunc(r.Packages, func(p inventory.Package) bool { return p.Name == "x" })]
	if !slices.Equal(p.Licenses, []string{"MIT"}) || p.PURL != "pkg:npm/x@1.0.0" || p.Language != "javascript" ||
		!slices.Equal(p.Locations, []inventory.Location{{Path: "/a/node_modules/x/package.json", Layer: 0}}) {
		t.Errorf("%+v", p)
	}
}

// TestCatalogersAreSyfts guards that the list of catalogers, which is ours so
// that each can be guarded, is what syft runs on images.
func TestCatalogersAreSyfts(t *testing.T) {
	s, err := syft.CreateSBOM(t.Context(), &imageSource{resolver: &recorder{}}, syft.DefaultCreateSBOMConfig().WithoutFiles())
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(s.Descriptor.Configuration)
	if err != nil {
		t.Fatal(err)
	}
	var audit struct{ Catalogers struct{ Used []string } }
	if err := json.Unmarshal(b, &audit); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range newCatalogers() {
		names = append(names, c.Name())
	}
	slices.Sort(names)
	audit.Catalogers.Used = slices.DeleteFunc(audit.Catalogers.Used, func(s string) bool { return strings.HasPrefix(s, "file-") }) // of no packages
	if !slices.Equal(names, audit.Catalogers.Used) {
		t.Errorf("ours  %q\nsyft's %q", names, audit.Catalogers.Used)
	}
}

// TestBounds guards that what is not kept is told.
func TestBounds(t *testing.T) {
	k := keeper(t)
	k.max = 1
	img := scan(t, k, files{osRelease, status("dash=1"), npm("node_modules/a", "a", "1")})
	r, err := Catalog(t.Context(), img, Options{})
	if err != nil || len(r.Partial) == 0 {
		t.Fatalf("partial %q, %v", r.Partial, err)
	}
	if !slices.ContainsFunc(r.Partial, func(s string) bool { return strings.Contains(s, "node_modules/a/package.json was not looked at") }) {
		t.Errorf("partial %q", r.Partial)
	}
}

// TestLettingGo guards against an inventory of nothing, made from what another
// has used up or no keeper has seen.
func TestLettingGo(t *testing.T) {
	img := scan(t, keeper(t), files{osRelease, status("dash=1")})
	if r, err := Catalog(t.Context(), img, Options{}); err != nil || len(r.Packages) != 1 {
		t.Fatal(r, err)
	}
	if _, err := Catalog(t.Context(), img, Options{}); !errors.Is(err, ErrNotKept) {
		t.Errorf("cataloged twice: %v", err)
	}
	img.Layers[0].Index.Facts = nil
	if _, err := Catalog(t.Context(), img, Options{}); !errors.Is(err, ErrNotKept) {
		t.Errorf("cataloged without a keeper: %v", err)
	}
}

func TestUnreadLayer(t *testing.T) {
	img := scan(t, keeper(t), files{osRelease, status("dash=1")})
	img.Layers[0].Index = nil
	r, err := Catalog(t.Context(), img, Options{})
	if err != nil || len(r.Partial) == 0 || r.Partial[0] != "layer 1 was not read" {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestCancelled(t *testing.T) {
	img := scan(t, keeper(t), files{osRelease, status("dash=1")})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Catalog(ctx, img, Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
