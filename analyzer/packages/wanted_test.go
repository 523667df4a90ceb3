package packages

import "testing"

func TestCatalogerWants(t *testing.T) {
	w, err := catalogerWants()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range w.globs {
		t.Log("glob", g)
	}
	for _, g := range w.paths {
		t.Log("path", g)
	}
	for _, g := range w.mimes {
		t.Log("mime", g)
	}
}
