package source

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// TestToyStore adds a store in one place, the table, and finds it wherever stores
// matter: prefixes, kinds, --source, opening, attempts, hints, lists.
func TestToyStore(t *testing.T) {
	const Toy Kind = "toy"
	errEmpty := errors.New("the toy box is empty")
	toy := &store{
		kind: Toy, gives: []Kind{Toy}, prefixes: []prefix{{"toy:", Toy}, {"toybox:", Toy}},
		takes: asksFor(Toy), names: true,
		open: func(o *opener) (*Image, string, error) {
			if o.ref.Name != "the bear" {
				return nil, "the box", errEmpty
			}
			img, _, err := o.sample()
			if err == nil {
				img.Kind = Toy
			}
			return img, "the box", err
		},
		list: func(context.Context, ListOptions) Answer {
			return Answer{Where: "the box", Err: errEmpty, Entries: []Entry{{Reference: "toy:the bear", Name: "the bear", Kind: Toy}}}
		},
		next: []error{errEmpty}, absent: []error{errEmpty}, alone: []hint{{errEmpty, "buy a toy"}},
	}
	defer func(all []*store) { stores = all }(stores)
	stores = slices.Insert(slices.Clone(stores), 2, toy)

	img, err := Open(t.Context(), "toybox:the bear", Options{})
	if err != nil {
		t.Fatal(err)
	}
	img.Close()
	if img.Kind != Toy || img.Location != "the box" || len(img.Attempts) != 1 {
		t.Errorf("kind %s, from %s, %d attempts", img.Kind, img.Location, len(img.Attempts))
	}
	_, err = Open(t.Context(), "toy:car", Options{})
	var failed *OpenError
	if !errors.As(err, &failed) || !slices.Contains(failed.Hints, "buy a toy") {
		t.Errorf("%v, hints %q", err, failed.Hints)
	}
	if _, err := Open(t.Context(), "a/b", Options{Source: Toy}); !errors.Is(err, errEmpty) {
		t.Errorf("with --source: %v", err)
	}
	if !slices.Contains(Kinds(), Toy) {
		t.Errorf("kinds are %v", Kinds())
	}
	found := false
	List(t.Context(), ListOptions{Source: Toy}, func(a Answer) {
		if a.Kind == Toy {
			found = len(a.Entries) == 1 && a.Absent() && !a.Failed()
		}
	})
	if !found {
		t.Error("its images are not listed")
	}
}

// TestStores holds the table to what Open and List rely on.
func TestStores(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range stores {
		if s.kind == "" || len(s.gives) == 0 || len(s.prefixes) == 0 || s.takes == nil || s.open == nil {
			t.Errorf("%s lacks something", s.kind)
		}
		for _, p := range s.prefixes {
			if seen[p.text] || !strings.HasSuffix(p.text, ":") || !slices.Contains(s.gives, p.kind) {
				t.Errorf("%s: prefix %q", s.kind, p.text)
			}
			seen[p.text] = true
		}
		for _, k := range s.gives {
			if storeOf(k) != s {
				t.Errorf("%s is opened by another store, too", k)
			}
		}
	}
}
