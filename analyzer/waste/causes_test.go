package waste_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"peel/analyzer/filetree"
	"peel/analyzer/waste"
	"peel/source/layer"
)

func file(path string, size int64, content byte, mode uint16) layer.Entry {
	return layer.Entry{Path: path, Type: layer.Regular, Size: size, Digest: layer.Digest{content}, Mode: mode}
}

func gone(path string) layer.Entry { return layer.Entry{Path: path, Type: layer.Whiteout} }

func summarize(t *testing.T, layers ...[]layer.Entry) *waste.Summary {
	t.Helper()
	b := filetree.NewBuilder(len(layers))
	for n, entries := range layers {
		if err := b.Add(n, &layer.Index{Entries: entries, Complete: true}); err != nil {
			t.Fatal(err)
		}
	}
	return waste.Summarize(b.Tree())
}

func TestCauses(t *testing.T) {
	s := summarize(t,
		[]layer.Entry{
			file("chmodded", 100, 1, 0o644), file("rewritten", 50, 2, 0o644), file("again", 40, 3, 0o644),
			file("deleted1", 30, 4, 0o644), file("deleted2", 31, 5, 0o644), file("kept", 7, 6, 0o644),
		},
		[]layer.Entry{file("chmodded", 100, 1, 0o755), file("rewritten", 60, 7, 0o644), file("again", 40, 3, 0o644), file("dropped", 5, 8, 0o644)},
		[]layer.Entry{gone("deleted1"), gone("deleted2"), gone("rewritten"), gone("dropped"), file("elsewhere", 60, 7, 0o644)},
	)
	var got []string
	var sum int64
	for _, c := range s.Causes() {
		got = append(got, fmt.Sprintf("%d<%d %s %d in %d, first %s: %s", c.Layer, c.KilledBy, c.Reason, c.Bytes, c.Count, c.Top[0].Path, c.Fix().ID))
		sum += c.Bytes
	}
	want := []string{
		"0<1 metadata-only 100 in 1, first /chmodded: metadata-only",
		"0<2 deleted 61 in 2, first /deleted2: deleted",
		"1<2 deleted 60 in 1, first /rewritten: moved",
		"0<1 overwritten 50 in 1, first /rewritten: overwritten",
		"0<1 identical 40 in 1, first /again: identical",
		"1<2 deleted 5 in 1, first /dropped: deleted",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if sum != s.Wasted {
		t.Errorf("the causes have %d bytes, the summary has %d", sum, s.Wasted)
	}
}

func TestCauseNamesTheBiggest(t *testing.T) {
	var below, above []layer.Entry
	for i := range 3 * waste.TopItems {
		name := fmt.Sprintf("f%02d", i)
		below = append(below, file(name, int64(i+1), byte(i), 0o644))
		above = append(above, gone(name))
	}
	causes := summarize(t, below, above).Causes()
	if len(causes) != 1 || causes[0].Count != 3*waste.TopItems || len(causes[0].Top) != waste.TopItems {
		t.Fatalf("got %+v", causes)
	}
	if top := causes[0].Top; top[0].Path != "/f29" || top[9].Path != "/f20" {
		t.Errorf("from %s to %s", top[0].Path, top[9].Path)
	}
}

func TestNoWasteNoCause(t *testing.T) {
	if got := summarize(t, []layer.Entry{file("a", 1, 1, 0o644)}).Causes(); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestEveryReasonHasAHint(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []waste.Cause{
		{Reason: filetree.Overwritten}, {Reason: filetree.Deleted}, {Reason: filetree.Metadata},
		{Reason: filetree.Identical}, {Reason: filetree.Deleted, Moved: true},
	} {
		h := c.Fix()
		if seen[h.ID] {
			t.Errorf("the hint %q is there twice", h.ID)
		}
		seen[h.ID] = true
		for what, s := range map[string]string{"What": h.What, "Why": h.Why, "Fix": h.Fix} {
			if !strings.HasSuffix(s, ".") {
				t.Errorf("%v: %s is no sentence: %q", c.Reason, what, s)
			}
		}
		if h.ID == "" || h.Before == "" || h.After == "" || h.Before == h.After {
			t.Errorf("%v: the hint %+v lacks something", c.Reason, h)
		}
	}
}

func BenchmarkCauses(b *testing.B) {
	s := &waste.Summary{}
	for i := range 100_000 {
		s.Items = append(s.Items, waste.Item{Bytes: int64(100_000 - i), Reason: filetree.Deleted, Layer: i % 50, KilledBy: 50 + i%7})
	}
	for b.Loop() {
		s.Causes()
	}
}
