package main

import "testing"

// TestASCIIOnly guards that box drawing is for those who see it.
func TestASCIIOnly(t *testing.T) {
	for _, test := range []struct {
		goos string
		env  map[string]string
		want bool
	}{
		{"linux", map[string]string{"LANG": "en_US.UTF-8", "TERM": "xterm-256color"}, false},
		{"linux", map[string]string{"LANG": "C.utf8", "TERM": "screen"}, false},
		{"linux", map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, true},
		{"linux", map[string]string{"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}, false},
		{"linux", map[string]string{"LANG": "de_DE.ISO-8859-1"}, true},
		{"linux", map[string]string{}, true},
		{"linux", map[string]string{"LANG": "en_US.UTF-8", "TERM": "linux"}, true},
		{"linux", map[string]string{"LANG": "en_US.UTF-8", "TERM": "vt100"}, true},
		{"darwin", map[string]string{"LC_CTYPE": "UTF-8", "TERM": "xterm"}, false},
		{"windows", map[string]string{}, false},
	} {
		if got := asciiOnly(func(k string) string { return test.env[k] }, test.goos); got != test.want {
			t.Errorf("%s, %v: %v", test.goos, test.env, got)
		}
	}
}
