package permissions

import "testing"

func TestCapabilities(t *testing.T) {
	for name, c := range map[string]struct {
		value, want string
		ok          bool
	}{
		"version 1":    {"\x01\x00\x00\x01" + "\x00\x20\x00\x00" + "\x00\x00\x00\x00", "cap_net_raw=ep", true},
		"version 2":    {"\x00\x00\x00\x02" + "\x00\x04\x00\x00" + "\x00\x00\x00\x00" + "\x01\x00\x00\x00" + "\x00\x00\x00\x00", "cap_net_bind_service,cap_mac_override=p", true},
		"version 3":    {"\x01\x00\x00\x03" + "\x80\x00\x00\x00" + "\x40\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\xe8\x03\x00\x00", "cap_setuid=ep cap_setgid=i [rootid=1000]", true},
		"cut":          {"\x01\x00\x00\x03" + "\x80\x00\x00\x00" + "\x40\x00\x00\x00", "", false},
		"unknown":      {"\x01\x00\x00\x09" + "\x80\x00\x00\x00" + "\x40\x00\x00\x00", "", false},
		"nothing":      {"", "", false},
		"unnamed bits": {"\x01\x00\x00\x02" + "\x00\x00\x00\x00" + "\x00\x00\x00\x00" + "\x00\x00\x00\x80" + "\x00\x00\x00\x00", "cap_63=ep", true},
	} {
		got, ok := parseCapabilities(c.value)
		if ok != c.ok || ok && got.String() != c.want {
			t.Errorf("%s: %s, %v, want %s", name, got, ok, c.want)
		}
	}
}

func FuzzCapabilities(f *testing.F) {
	f.Add("\x01\x00\x00\x03" + "\x80\x00\x00\x00" + "\x40\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\xe8\x03\x00\x00")
	f.Fuzz(func(t *testing.T, v string) {
		if c, ok := parseCapabilities(v); ok && c.has(grave) && c.only(slight) {
			t.Errorf("%q is grave and slight", v)
		}
	})
}
