package registry

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// How often and how long a registry that is busy is asked again.
const (
	maxTries   = 4
	firstPause = 200 * time.Millisecond // then four times as long each time
	maxPause   = 60 * time.Second       // that a registry may ask for at once
	tellPause  = time.Second            // shorter ones nobody notices
)

// Wait is a pause that a registry imposes.
type Wait struct {
	Host   string
	Status int // that it answered; 0 if its connection broke
	Until  time.Time
	Try    int // the number of the one that follows
}

func (w Wait) String() string {
	why := "lost the connection"
	if w.Status != 0 {
		why = fmt.Sprintf("answered %d %s", w.Status, http.StatusText(w.Status))
	}
	left := max(time.Until(w.Until), 0).Round(time.Second)
	return fmt.Sprintf("%s %s; try %d of %d in %s", w.Host, why, w.Try, maxTries, left)
}

// busy are the answers after which asking again may help.
var busy = map[int]bool{
	http.StatusRequestTimeout: true, http.StatusTooManyRequests: true, http.StatusInternalServerError: true,
	http.StatusBadGateway: true, http.StatusServiceUnavailable: true, http.StatusGatewayTimeout: true,
}

// patient asks again when a host is busy, as long as that host asks for. It is
// below the credentials, so that token servers are treated alike.
type patient struct {
	inner http.RoundTripper
	host  string     // of the registry, whose quota it is
	tell  func(Wait) // may be nil
	quota *quota
}

// RoundTrip implements http.RoundTripper.
func (p *patient) RoundTrip(req *http.Request) (*http.Response, error) {
	for try := 1; ; try++ {
		resp, err := p.inner.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		if req.URL.Host == p.host {
			p.quota.read(resp.Header)
		}
		d, ok := p.pause(resp, try)
		if !ok || req.Body != nil && req.GetBody == nil {
			return resp, nil
		}
		resp.Body.Close()
		w := Wait{Host: spoken(req.URL.Host), Status: resp.StatusCode, Try: try + 1}
		if err := wait(req.Context(), p.tell, w, d); err != nil {
			return nil, err
		}
		if req.GetBody != nil {
			if req.Body, err = req.GetBody(); err != nil {
				return nil, err
			}
		}
	}
}

// pause says how long to wait before the next try, if there is to be one.
func (p *patient) pause(resp *http.Response, try int) (time.Duration, bool) {
	if !busy[resp.StatusCode] || try >= maxTries {
		return 0, false
	}
	if after := resp.Header.Get("Retry-After"); after != "" {
		d, ok := retryAfter(after, time.Now())
		p.quota.asks(d)
		return d, ok && d <= maxPause
	}
	if resp.StatusCode == http.StatusTooManyRequests && p.quota.spent() {
		return 0, false // it comes back in hours
	}
	return backoff(try), true
}

func backoff(try int) time.Duration {
	d := firstPause
	for range try - 1 {
		d *= 4
	}
	return d
}

// wait waits, and tells of it if it is long enough to be noticed.
func wait(ctx context.Context, tell func(Wait), w Wait, d time.Duration) error {
	if tell != nil && d >= tellPause {
		w.Until = time.Now().Add(d)
		tell(w)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

// retryAfter reads the header: seconds or a date (RFC 9110, 10.2.3).
func retryAfter(s string, now time.Time) (time.Duration, bool) {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second, true
	}
	t, err := http.ParseTime(s)
	if err != nil {
		return 0, false
	}
	return max(t.Sub(now), 0), true
}
