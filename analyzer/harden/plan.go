// Package harden suggests what only the runtime can decide of a container: its
// user, a read-only root, capabilities, limits and network, fitted to the image.
//
// Of makes a Plan of what the image tells; Compose and Kubernetes write it.
package harden

import (
	"path"
	"slices"
	"strings"
	"time"

	"peel/analyzer/evidence"
	"peel/analyzer/permissions"
)

// Plan is how a container of an image should be run. Texts are for comments.
type Plan struct {
	Name     string // of the service: a DNS label
	Image    string // reference to run; may hold what no reference may
	Platform string // of the image, "linux/amd64"
	Notes    []string

	UID, GID uint32
	Groups   []uint32 // further ones
	UserWhy  string
	// Chown are what the user must own, or be let read, before the image runs as it.
	Chown []string

	Volumes []Mount // data that outlives the container
	Scratch []Mount // written to, and forgotten
	// Covered are directories that the user may write to and that hold files:
	// a mount would hide these.
	Covered []string

	Ports  []Port
	Health *Health // nil if the image has none
	Caps   []string
	CapWhy string
	Init   bool // process 1 would be a shell
	Signal string
}

// Mount is a directory that must be written to.
type Mount struct {
	Path string
	Why  string
}

// Port is one that the image exposes.
type Port struct {
	Number   int
	Protocol string // "TCP", "UDP" or "SCTP"
}

// lowest is the first port that every user may take (ip(7)).
const lowest = 1024

// Low is the lowest port that is not for every user; 0 if there is none.
func (p *Plan) Low() int {
	low := 0
	for _, port := range p.Ports {
		if port.Number < lowest && (low == 0 || port.Number < low) {
			low = port.Number
		}
	}
	return low
}

// Health is the image's HEALTHCHECK, with the defaults that Docker takes.
type Health struct {
	Command                              []string // to execute
	Shell                                bool     // Command is a shell's
	Interval, Timeout, Start, StartEvery time.Duration
	Retries                              int
}

// Docker's defaults (Dockerfile reference, "HEALTHCHECK").
const (
	defaultInterval   = 30 * time.Second
	defaultTimeout    = 30 * time.Second
	defaultStartEvery = 5 * time.Second
	defaultRetries    = 3
)

// Options of a plan.
type Options struct {
	Name  string // reference that runtimes know the image by; "" for none
	Shell bool   // process 1 is a shell that stays: see M034 and M035
}

// maxPorts bounds the ports of a plan; a range of EXPOSE may have thousands.
const maxPorts = 50

// Of fits a plan to an image.
func Of(img *evidence.Image, opts Options) *Plan {
	p := &Plan{Name: service(opts.Name), Image: opts.Name, Init: opts.Shell, Signal: img.Run().StopSignal}
	if p.Image == "" {
		p.Image = "app"
		p.Notes = append(p.Notes, "The image has no name here: put that of your registry.")
	}
	if img.Config != nil {
		if own := img.Config.Platform(); own != nil {
			p.Platform = own.String()
		}
	}
	if img.Partial {
		p.Notes = append(p.Notes, "The image was not wholly read: directories and accounts may be missing here.")
	}
	p.user(img)
	p.mounts(img)
	p.readable(img)
	p.ports(img)
	p.health(img)
	p.capabilities(img)
	return p
}

// service makes a name for the service out of a reference's last element.
func service(ref string) string {
	ref, _, _ = strings.Cut(ref, "@")
	base := path.Base(ref)
	base, _, _ = strings.Cut(base, ":")
	var b strings.Builder
	for _, r := range strings.ToLower(base) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0:
			b.WriteByte('-')
		}
	}
	const label = 63 // bytes of a DNS label (RFC 1123)
	s := b.String()
	s = strings.Trim(s[:min(len(s), label)], "-")
	// A service's name begins with a letter (RFC 1035), which some still ask for.
	if s == "" || s[0] >= '0' && s[0] <= '9' {
		return "app"
	}
	return s
}

func (p *Plan) ports(img *evidence.Image) {
	for _, exposed := range img.Ports() {
		if !exposed.OK {
			p.Notes = append(p.Notes, "EXPOSE "+exposed.Word+" names no port, and is left out.")
			continue
		}
		for n := exposed.From; n <= exposed.To; n++ {
			if len(p.Ports) == maxPorts {
				p.Notes = append(p.Notes, "The image exposes more ports than these.")
				return
			}
			p.Ports = append(p.Ports, Port{n, strings.ToUpper(exposed.Proto)})
		}
	}
	slices.SortFunc(p.Ports, func(a, b Port) int { return a.Number - b.Number })
	p.Ports = slices.Compact(p.Ports)
}

func (p *Plan) health(img *evidence.Image) {
	h := img.Run().Healthcheck
	if h == nil || len(h.Test) < 2 {
		return
	}
	out := &Health{Interval: h.Interval, Timeout: h.Timeout, Start: h.StartPeriod, StartEvery: defaultStartEvery, Retries: h.Retries}
	switch h.Test[0] {
	case "CMD":
		out.Command = h.Test[1:]
	case "CMD-SHELL":
		shell := img.Run().Shell
		if len(shell) == 0 {
			shell = []string{"/bin/sh", "-c"}
		}
		out.Command, out.Shell = append(slices.Clone(shell), h.Test[1]), true
	default:
		return
	}
	if out.Interval <= 0 {
		out.Interval = defaultInterval
	}
	if out.Timeout <= 0 {
		out.Timeout = defaultTimeout
	}
	if out.Retries <= 0 {
		out.Retries = defaultRetries
	}
	p.Health = out
}

// capabilities are those without which the program does not start.
func (p *Plan) capabilities(img *evidence.Image) {
	words := img.Command()
	if len(words) == 0 {
		return
	}
	o, state := img.Find(words[0])
	if state != evidence.Present {
		return
	}
	if p.Caps = permissions.Needed(o.Entry); len(p.Caps) > 0 {
		p.CapWhy = "/" + o.Path + " has them as file capabilities: without them the kernel refuses to start it. setcap -r in the build makes them needless."
	}
}
