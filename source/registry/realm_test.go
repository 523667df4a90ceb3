package registry

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestRealms guards which token servers at private addresses are asked, and
// that they are asked for what they are to be.
func TestRealms(t *testing.T) {
	tests := []struct {
		registry, realm string
		disguised       bool
	}{
		{"10.0.0.5:5000", "https://10.0.0.5:5001/token", true},
		{"10.0.0.5:5000", "https://192.168.1.1/token?a=b", true},
		{"127.0.0.1:5000", "http://127.0.0.1:5001/token", true},
		{"localhost:5000", "http://127.0.0.1:5001/token", true},
		{"localhost:5000", "https://10.0.0.5/token", true},
		{"[fd00::5]:5000", "https://[fd00::6]/token", true},
		{"10.0.0.5:5000", "https://10.0.0.5:5000/token", false}, // its own
		{"10.0.0.5:5000", "https://auth.example.com/token", false},
		{"10.0.0.5:5000", "http://127.0.0.1/token", false},
		{"10.0.0.5:5000", "http://169.254.169.254/latest/meta-data", false},
		{"127.0.0.1:5000", "http://169.254.169.254/latest/meta-data", false},
		{"registry.example.com", "https://10.0.0.5/token", false},
		{"192.0.2.1", "https://10.0.0.5/token", false},
		{"10.0.0.5:5000", "ftp://10.0.0.6/token", false},
	}
	for _, tt := range tests {
		w := &wire{host: tt.registry}
		resp := &http.Response{
			StatusCode: http.StatusUnauthorized, Request: &http.Request{URL: &url.URL{Scheme: "https", Host: tt.registry}},
			Header: http.Header{"Www-Authenticate": {fmt.Sprintf(`Bearer realm="%s",service="s"`, tt.realm)}},
		}
		w.disguise(resp)
		header := resp.Header.Get("WWW-Authenticate")
		m := realmParam.FindStringSubmatch(header)
		if disguised := !strings.Contains(header, tt.realm); disguised != tt.disguised {
			t.Errorf("%s, %s: %s", tt.registry, tt.realm, header)
		}
		if !tt.disguised {
			continue
		}
		req, err := http.NewRequest(http.MethodGet, m[1]+"?scope=x", nil)
		if err != nil {
			t.Fatal(err)
		}
		if req.URL.Host != tt.registry {
			t.Errorf("%s seems to be at %s", tt.realm, req.URL)
		}
		want := tt.realm + "?scope=x"
		if strings.Contains(tt.realm, "?") {
			want = tt.realm + "&scope=x"
		}
		if got := w.undisguise(req).URL.String(); got != want {
			t.Errorf("%s is asked as %s", want, got)
		}
	}
}
