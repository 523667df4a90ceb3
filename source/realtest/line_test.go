//go:build linux

package realtest

import (
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// badLine is a way to a server on which no connection lasts.
type badLine struct {
	net.Listener
	breaks atomic.Int64
}

// newBadLine cuts each connection after it has brought so many bytes.
func newBadLine(t testing.TB, to string, bytes int64) *badLine {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	line := &badLine{Listener: l}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			here, err := l.Accept()
			if err != nil {
				return
			}
			go line.carry(here, to, bytes)
		}
	}()
	return line
}

func (l *badLine) carry(here net.Conn, to string, bytes int64) {
	defer here.Close()
	there, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer there.Close()
	go io.Copy(there, here)
	if n, _ := io.CopyN(here, there, bytes); n == bytes {
		l.breaks.Add(1)
	}
}

// TestBadLine reads from a docker-registry over connections that break in the
// middle of layers.
func TestBadLine(t *testing.T) {
	b := images(t, "docker-registry")
	r := startRegistry(t, "")
	b.push(t, "oci:"+b.out("layout")+":small", r.host+"/team/small:1")
	want := shape{reference: "oci:" + b.out("layout") + ":small"}.look(t)
	line := newBadLine(t, r.host, 800_000)
	shape{reference: "registry:" + line.Addr().String() + "/team/small:1"}.look(t).equal(t, want)
	if line.breaks.Load() == 0 {
		t.Error("no connection broke")
	}
}
