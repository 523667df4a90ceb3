package ui

import (
	"context"
	"slices"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/analyzer/check"
	"peel/analyzer/secrets"
	"peel/source"
	. "peel/source/sourcetest"
)

// TestFilterWords looks at what each word about files picks.
func TestFilterWords(t *testing.T) {
	img := image(t, Image{Layers: []Layer{
		{CreatedBy: "ADD /", Files: []File{
			Reg("etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n"),
			Reg("bin/su", "su").Mode(0o4755), Reg("bin/wall", "wall").Mode(0o2755), Reg("bin/sh", "sh").Mode(0o755),
			Dir("tmp", 0o1777), Reg("srv/open", "open").Mode(0o666), Symlink("bin/link", "sh"), Char("dev/null", 1, 3), Fifo("run/pipe"),
			Reg("srv/a", "the same"), Reg("srv/b", "the same"), Reg("app/mine", "x").Owner(1000, 1000),
			Reg("app/token", "token = "+plantedToken+"\n"), Reg("app/secret-santa", "no"),
		}},
	}}, nil)
	scanner, err := secrets.New(secrets.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(t.Context(), Options{Analyze: func(ctx context.Context, img *source.Image) *analyzer.Session {
		s := analyzer.Start(ctx, img, analyzer.Options{Secrets: scanner, Checks: check.Families()})
		<-s.Done()
		return s
	}})
	m.w, m.h = 100, 40
	m.opened(openedMsg{image: img})
	m.arrange()
	tree := m.explore().tree
	for _, test := range []struct{ filter, want string }{
		{"mode:suid", "su"},
		{"mode:sgid", "wall"},
		{"mode:4755", "su"},
		{"mode:world", "open"},
		{"mode:exec", "sh su wall"},
		{"type:link", "link"},
		{"type:device", "null"},
		{"type:fifo", "pipe"},
		{"type:dir tmp", "tmp"},
		{"type:file app", ""},
		{"owner:app", "mine"},
		{"owner:1000", "mine"},
		{"dup", "a b"},
		{"secret", "token"},
		{"*secret*", "secret-santa"},
		{"!mode:exec type:file size>3 srv", ""},
	} {
		tree.SetFilter(test.filter)
		if tree.errText != "" {
			t.Errorf("%s: %s", test.filter, tree.errText)
		}
		var got []string
		for i := range tree.list.view.Tree.Nodes {
			if i > 0 && tree.matches(tree.list.shape.filter, i) {
				got = append(got, tree.list.view.Tree.Nodes[i].Name)
			}
		}
		slices.Sort(got)
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s picks %q, want %q", test.filter, s, test.want)
		}
	}
	for _, test := range []struct{ filter, say string }{
		{"mood:suid", "no word mood: there are size, waste, layer"},
		{"mode:odd", "mode: is suid, sgid"},
		{"mode:", "needs a value"},
		{"owner:nobody-here", "no user nobody-here"},
		{"pkg:curl", "3 lists them"},
		{"state:removed", "is for packages, on 3"},
		{"foo>3", "no word foo"},
	} {
		tree.SetFilter(test.filter)
		if !strings.Contains(tree.errText, test.say) {
			t.Errorf("%s: %q, want %q", test.filter, tree.errText, test.say)
		}
	}
	if _, err := parseFileFilter(m.analysis, "mode:suid"); err == nil || !strings.Contains(err.Error(), "is for files, on 1") {
		t.Errorf("among findings: %v", err)
	}
}
