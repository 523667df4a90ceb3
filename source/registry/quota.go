package registry

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"
)

// quota is how many manifests a registry still gives to this user, by the
// headers of its answers (docs.docker.com/docker-hub/usage/pulls;
// draft-ietf-httpapi-ratelimit-headers). Docker Hub counts GETs of manifests
// and not HEADs; without a cache by digest a HEAD first saves none of them.
type quota struct {
	mu        sync.Mutex
	known     bool
	limit     uint64
	remaining uint64
	window    time.Duration // 0: not said
	bySource  string        // "this address", "this account"; "" if not said
	pause     time.Duration // that the registry last asked for
}

// maxWindow bounds what is believed of a window: a year.
const maxWindow = 365 * 24 * 3600

func (q *quota) read(h http.Header) {
	limit, window, ok := quotaValue(h.Get("RateLimit-Limit"))
	if !ok {
		return
	}
	remaining, _, ok := quotaValue(h.Get("RateLimit-Remaining"))
	if !ok {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.known, q.limit, q.remaining, q.window = true, limit, remaining, window
	q.bySource = ""
	if s := h.Get("Docker-RateLimit-Source"); s != "" {
		q.bySource = "this account"
		if _, err := netip.ParseAddr(s); err == nil {
			q.bySource = "this address" // which a report need not repeat
		}
	}
}

// quotaValue reads "100;w=21600".
func quotaValue(s string) (n uint64, window time.Duration, ok bool) {
	value, params, _ := strings.Cut(s, ";")
	n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 63)
	if err != nil {
		return 0, 0, false
	}
	for p := range strings.SplitSeq(params, ";") {
		if w, found := strings.CutPrefix(strings.TrimSpace(p), "w="); found {
			if secs, err := strconv.ParseUint(w, 10, 63); err == nil && secs <= maxWindow {
				window = time.Duration(secs) * time.Second
			}
		}
	}
	return n, window, true
}

func (q *quota) spent() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.known && q.remaining == 0
}

// low is true if so few are left that whoever goes on will soon have none.
func (q *quota) low() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.known && q.remaining <= q.limit/lowShare
}

// lowShare is the part of a limit, a tenth, that is few.
const lowShare = 10

func (q *quota) asks(d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.pause = d
}

// refusal is what is known of why the registry answers no more: the quota, and
// how long it wants to be left alone if that is longer than peel would wait.
func (q *quota) refusal() string {
	s := prefixed("; ", q.String())
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.pause > maxPause {
		s += "; it asks to wait for " + inWords(q.pause)
	}
	return s
}

// String is "73 of 100 pulls left in 6 hours, counted for this address", or "".
func (q *quota) String() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.known {
		return ""
	}
	s := fmt.Sprintf("%d of %d pulls left", q.remaining, q.limit)
	if q.window > 0 {
		s += " in " + inWords(q.window)
	}
	if q.bySource != "" {
		s += ", counted for " + q.bySource
	}
	return s
}

func inWords(d time.Duration) string {
	for _, u := range []struct {
		name string
		size time.Duration
	}{{"hour", time.Hour}, {"minute", time.Minute}, {"second", time.Second}} {
		if d >= u.size && d%u.size == 0 {
			if n := d / u.size; n > 1 {
				return fmt.Sprintf("%d %ss", n, u.name)
			}
			return "1 " + u.name
		}
	}
	return d.String()
}
