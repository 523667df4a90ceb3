package registry

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// TestBusy guards how long a registry is waited for, and by whose clock.
func TestBusy(t *testing.T) {
	manifest := []byte("{}")
	tests := []struct {
		name   string
		header map[string]string
		status int
		times  int           // that it is busy
		tries  int           // expected
		waits  time.Duration // told of, at least; 0: none
		err    error
		say    string
	}{
		{name: "seconds", header: map[string]string{"Retry-After": "1"}, status: 429, times: 1, tries: 2, waits: 900 * time.Millisecond},
		{name: "date", header: map[string]string{"Retry-After": "soon"}, status: 503, times: 1, tries: 2},
		{name: "nothing said", status: 502, times: 2, tries: 3},
		{name: "for ever", header: map[string]string{"Retry-After": "0"}, status: 429, times: 99, tries: maxTries, err: ErrRateLimit, say: "answered 429"},
		{name: "longer than anybody waits", header: map[string]string{"Retry-After": "3600"}, status: 429, times: 1, tries: 1, err: ErrRateLimit, say: "it asks to wait for 1 hour"},
		{name: "Docker Hub's limit", header: map[string]string{"RateLimit-Limit": "100;w=21600", "RateLimit-Remaining": "0;w=21600", "Docker-RateLimit-Source": "192.0.2.1"},
			status: 429, times: 1, tries: 1, err: ErrRateLimit, say: "0 of 100 pulls left in 6 hours, counted for this address"},
		{name: "not busy, but wrong", status: 404, times: 1, tries: 1, err: ErrNotFound},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFaulty(t, func(w http.ResponseWriter, r *http.Request, nth int) {
				if nth > tt.times {
					w.Write(manifest)
					return
				}
				for k, v := range tt.header {
					if v == "soon" {
						v = time.Now().Add(time.Second).UTC().Format(http.TimeFormat)
					}
					w.Header().Set(k, v)
				}
				w.WriteHeader(tt.status)
			})
			var told []Wait
			s := f.connected(t, Options{Waiting: func(w Wait) { told = append(told, w) }})
			rc, err := s.Manifest(t.Context(), v1.Descriptor{})
			if err == nil {
				rc.Close()
			}
			if !errors.Is(err, tt.err) || tt.err != nil && !strings.Contains(err.Error(), tt.say) {
				t.Errorf("%v, want %v, %q", err, tt.err, tt.say)
			}
			if n := len(f.ranges()); n != tt.tries {
				t.Errorf("asked %d times, want %d", n, tt.tries)
			}
			if tt.waits > 0 && (len(told) != 1 || told[0].Host != f.host() || told[0].Status != tt.status || told[0].Try != 2) {
				t.Errorf("told of %v", told)
			}
		})
	}
}

// TestRetryAfter guards both forms of the header.
func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for s, want := range map[string]time.Duration{
		"0": 0, "120": 2 * time.Minute, "Fri, 02 Jan 2026 03:04:35 GMT": 30 * time.Second,
		"Fri, 02 Jan 2026 03:00:00 GMT": 0, "-1": -1, "soon": -1, "": -1, "99999999999999999999": -1, "1.5": -1,
	} {
		got, ok := retryAfter(s, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

// TestQuota guards how the headers of docs.docker.com/docker-hub/usage/pulls are
// read, and that a limit is told of when little is left.
func TestQuota(t *testing.T) {
	tests := []struct {
		limit, remaining, source string
		want                     string
		low                      bool
	}{
		{"100;w=21600", "76;w=21600", "192.0.2.1", "76 of 100 pulls left in 6 hours, counted for this address", false},
		{"200;w=21600", "3;w=21600", "a6c8b3c2-0000", "3 of 200 pulls left in 6 hours, counted for this account", true},
		{"100;w=60", "10;w=60", "", "10 of 100 pulls left in 1 minute", true},
		{"100", "11", "", "11 of 100 pulls left", false},
		{"100;w=90", "0", "", "0 of 100 pulls left in 90 seconds", true},
		{"", "", "", "", false},
		{"many", "1", "", "", false},
		{"100", "-1", "", "", false},
		{"100;w=99999999999999999999", "1", "", "1 of 100 pulls left", true},
	}
	for _, tt := range tests {
		q := new(quota)
		q.read(http.Header{"Ratelimit-Limit": {tt.limit}, "Ratelimit-Remaining": {tt.remaining}, "Docker-Ratelimit-Source": {tt.source}})
		if got := q.String(); got != tt.want || q.low() != tt.low {
			t.Errorf("%q, %q: %q, low %v", tt.limit, tt.remaining, got, q.low())
		}
	}
}
