package harden

import (
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// What no image tells, and somebody has to measure.
const (
	limitMemory = "256"
	limitCPU    = "0.50"
	limitPIDs   = 100
	scratchSize = "64"
	graceful    = 30 // seconds; Docker takes 10, Kubernetes 30
)

const (
	whyReadOnly = "an intruder cannot change a program, nor leave one"
	whyNoNew    = "setuid programs and file capabilities give nothing"
	whyLimits   = "not told by the image: measure, then set"
)

// head is what a reader must know before.
func (p *Plan) head(kind string) []string {
	h := []string{fmt.Sprintf("A %s fitted to %s by peel harden: a suggestion, to be tried before it is relied on.", kind, p.Image)}
	if p.Platform != "" {
		h[0] = fmt.Sprintf("A %s fitted to %s (%s) by peel harden: a suggestion, to be tried before it is relied on.", kind, p.Image, p.Platform)
	}
	h = append(h, fmt.Sprintf("User %d: %s.", p.UID, p.UserWhy))
	if len(p.Chown) > 0 {
		h = append(h, fmt.Sprintf("Before it runs as this user, in the Containerfile: RUN chown -R %d:%d %s", p.UID, p.GID, strings.Join(p.Chown, " ")))
	}
	if len(p.Covered) > 0 {
		h = append(h, "Writable today, and left read-only here, for they hold files that a mount would hide: "+strings.Join(p.Covered, " "),
			"If the program writes there, let it write elsewhere, or mount a volume that has the files.")
	}
	return append(h, p.Notes...)
}

// Compose writes a service of the Compose specification.
func (p *Plan) Compose(w io.Writer) error {
	service := mapping(
		pair{key: "image", value: quoted(p.Image)},
		pair{key: "user", value: quoted(fmt.Sprintf("%d:%d", p.UID, p.GID))},
		pair{key: "group_add", value: p.groups()},
		pair{key: "read_only", value: boolean(true), why: whyReadOnly},
		pair{key: "tmpfs", value: p.tmpfs(), head: "Podman takes no uid and gid here: leave them out for it"},
		pair{key: "volumes", value: p.namedVolumes()},
		pair{key: "cap_drop", value: flow(str("ALL"))},
		pair{key: "cap_add", value: p.caps(), why: p.CapWhy},
		pair{key: "security_opt", value: flow(str("no-new-privileges:true")), why: whyNoNew},
		pair{key: "init", value: p.init(), why: "a shell as process 1 passes no signals on; better: exec in the image"},
		pair{key: "ports", value: p.published(), head: "only for this machine: a proxy, or other services by their network, reach it"},
		pair{key: "network_mode", value: p.noNetwork(), why: "the image exposes no port; take it out if the program calls others"},
		pair{key: "sysctls", value: p.sysctls(), why: "lets a user other than root take port " + strconv.Itoa(p.Low()) + "; better: listen above 1023"},
		pair{key: "healthcheck", value: p.healthcheck()},
		pair{key: "stop_signal", value: p.stopSignal(), why: "the image's STOPSIGNAL"},
		pair{key: "stop_grace_period", value: str(fmt.Sprintf("%ds", graceful)), why: "after this the program is killed"},
		pair{key: "restart", value: str("unless-stopped")},
		pair{key: "pids_limit", value: number(limitPIDs), why: whyLimits},
		pair{key: "mem_limit", value: str(limitMemory + "m")},
		pair{key: "cpus", value: quoted(limitCPU)},
	)
	return encode(w, p.head("compose file"), mapping(
		pair{key: "services", value: mapping(pair{key: p.Name, value: service})},
		pair{key: "volumes", value: p.volumeNames()},
	))
}

func (p *Plan) groups() *yaml.Node {
	var nodes []*yaml.Node
	for _, g := range p.Groups {
		nodes = append(nodes, quoted(strconv.Itoa(int(g))))
	}
	if nodes == nil {
		return nil
	}
	return flow(nodes...)
}

// tmpfs names the owner: runc gives a mount the mode that the image's directory
// has, whatever is asked for.
func (p *Plan) tmpfs() *yaml.Node {
	var nodes []*yaml.Node
	for _, m := range p.Scratch {
		nodes = append(nodes, because(quoted(fmt.Sprintf("%s:mode=1777,uid=%d,gid=%d,size=%sm", m.Path, p.UID, p.GID, scratchSize)), m.Why))
	}
	if nodes == nil {
		return nil
	}
	return list(nodes...)
}

// volumeName is that of the n-th volume.
func (p *Plan) volumeName(n int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(path.Base(p.Volumes[n].Path)) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	const most = 40 // Kubernetes takes 63
	s := b.String()
	return fmt.Sprintf("data%d-%s", n+1, s[:min(len(s), most)]) + map[bool]string{true: "x"}[s == ""]
}

func (p *Plan) namedVolumes() *yaml.Node {
	var nodes []*yaml.Node
	for i, m := range p.Volumes {
		nodes = append(nodes, mapping(
			pair{key: "type", value: str("volume"), why: m.Why},
			pair{key: "source", value: str(p.volumeName(i))},
			pair{key: "target", value: quoted(m.Path)},
		))
	}
	if nodes == nil {
		return nil
	}
	return list(nodes...)
}

func (p *Plan) volumeNames() *yaml.Node {
	var pairs []pair
	for i := range p.Volumes {
		pairs = append(pairs, pair{key: p.volumeName(i), value: &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}})
	}
	if pairs == nil {
		return nil
	}
	return mapping(pairs...)
}

func (p *Plan) caps() *yaml.Node {
	if len(p.Caps) == 0 {
		return nil
	}
	var nodes []*yaml.Node
	for _, c := range p.Caps {
		nodes = append(nodes, str(c))
	}
	return flow(nodes...)
}

func (p *Plan) init() *yaml.Node {
	if !p.Init {
		return nil
	}
	return boolean(true)
}

// outside is the port of the host that a container's is published at: its own, or
// one that needs no root there either and is not taken.
func (p *Plan) outside(port Port) int {
	n := port.Number
	if n >= lowest {
		return n
	}
	for n += 8000; slices.Contains(p.Ports, Port{n, port.Protocol}); n++ {
	}
	return n
}

func (p *Plan) published() *yaml.Node {
	var nodes []*yaml.Node
	for _, port := range p.Ports {
		s := fmt.Sprintf("127.0.0.1:%d:%d", p.outside(port), port.Number)
		if port.Protocol != "TCP" {
			s += "/" + strings.ToLower(port.Protocol)
		}
		nodes = append(nodes, quoted(s))
	}
	if nodes == nil {
		return nil
	}
	return list(nodes...)
}

func (p *Plan) noNetwork() *yaml.Node {
	if len(p.Ports) > 0 {
		return nil
	}
	return quoted("none")
}

const sysctl = "net.ipv4.ip_unprivileged_port_start"

func (p *Plan) sysctls() *yaml.Node {
	if p.Low() == 0 || p.UID == 0 {
		return nil
	}
	return mapping(pair{key: sysctl, value: number(p.Low())})
}

func (p *Plan) stopSignal() *yaml.Node {
	if p.Signal == "" {
		return nil
	}
	return quoted(p.Signal)
}

func (p *Plan) healthcheck() *yaml.Node {
	h := p.Health
	if h == nil {
		return nil
	}
	m := []pair{
		{key: "test", value: flow(append([]*yaml.Node{str("CMD")}, words(h.Command)...)...), why: "the image's HEALTHCHECK"},
		{key: "interval", value: str(seconds(h.Interval))},
		{key: "timeout", value: str(seconds(h.Timeout))},
		{key: "retries", value: number(h.Retries)},
	}
	if h.Start > 0 {
		m = append(m, pair{key: "start_period", value: str(seconds(h.Start))})
	}
	return mapping(m...)
}

// seconds is a duration as Compose and people write it.
func seconds(d time.Duration) string {
	if d%time.Second == 0 {
		return strconv.FormatInt(int64(d/time.Second), 10) + "s"
	}
	return d.Round(time.Millisecond).String()
}
