package main

import (
	"cmp"
	"slices"
	"strings"
)

// asciiOnly reports whether a terminal can hardly draw more than ASCII: the
// locale is not of UTF-8 (POSIX, "Environment Variables": LC_ALL, LC_CTYPE, LANG,
// in this order), or the terminal has a font of its own with few characters.
// Windows has no such variables, and its terminals know UTF-8.
func asciiOnly(env func(string) string, goos string) bool {
	if slices.Contains([]string{"linux", "vt100", "vt102", "vt220"}, env("TERM")) {
		return true
	}
	locale := strings.ToLower(cmp.Or(env("LC_ALL"), env("LC_CTYPE"), env("LANG")))
	return goos != "windows" && !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
}
