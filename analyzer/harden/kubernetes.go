package harden

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Kubernetes writes a pod that the restricted Pod Security Standard admits, and
// a network policy for its ports.
func (p *Plan) Kubernetes(w io.Writer) error {
	labels := func() *yaml.Node { return mapping(pair{key: "app.kubernetes.io/name", value: str(p.Name)}) }
	pod := mapping(
		pair{key: "apiVersion", value: str("v1")},
		pair{key: "kind", value: str("Pod")},
		pair{key: "metadata", value: mapping(pair{key: "name", value: str(p.Name)}, pair{key: "labels", value: labels()})},
		pair{key: "spec", value: p.podSpec()},
	)
	policy := mapping(
		pair{key: "apiVersion", value: str("networking.k8s.io/v1")},
		pair{key: "kind", value: str("NetworkPolicy")},
		pair{key: "metadata", value: mapping(pair{key: "name", value: str(p.Name)})},
		pair{key: "spec", value: mapping(
			pair{key: "podSelector", value: mapping(pair{key: "matchLabels", value: labels()})},
			pair{key: "policyTypes", value: flow(str("Ingress")), why: "add Egress, and whom it calls, once that is known"},
			pair{key: "ingress", value: p.ingress(), why: "nothing but these ports"},
		)},
	)
	return encode(w, p.head("pod (its spec is one for a Deployment too)"), pod, policy)
}

func (p *Plan) podSpec() *yaml.Node {
	return mapping(
		pair{key: "automountServiceAccountToken", value: boolean(false), why: "whoever takes over the pod gets no key of the cluster"},
		pair{key: "securityContext", value: mapping(
			pair{key: "runAsNonRoot", value: boolean(true)},
			pair{key: "runAsUser", value: number(p.UID)},
			pair{key: "runAsGroup", value: number(p.GID)},
			pair{key: "supplementalGroups", value: p.supplemental()},
			pair{key: "fsGroup", value: number(p.GID), why: "volumes are the group's to write"},
			pair{key: "seccompProfile", value: mapping(pair{key: "type", value: str("RuntimeDefault")})},
			pair{key: "sysctls", value: p.podSysctls(), why: "lets a user other than root take port " + strconv.Itoa(p.Low()) + "; NET_BIND_SERVICE would not, for it does not reach such a user"},
		)},
		pair{key: "terminationGracePeriodSeconds", value: number(graceful), why: p.stopWords()},
		pair{key: "containers", value: list(p.container())},
		pair{key: "volumes", value: p.podVolumes()},
	)
}

func (p *Plan) container() *yaml.Node {
	return mapping(
		pair{key: "name", value: str(p.Name)},
		pair{key: "image", value: quoted(p.Image)},
		pair{key: "securityContext", value: mapping(
			pair{key: "readOnlyRootFilesystem", value: boolean(true), why: whyReadOnly},
			pair{key: "allowPrivilegeEscalation", value: boolean(false), why: whyNoNew},
			pair{key: "capabilities", value: mapping(
				pair{key: "drop", value: flow(str("ALL"))},
				pair{key: "add", value: p.caps(), why: p.CapWhy},
			)},
		)},
		pair{key: "ports", value: p.containerPorts()},
		pair{key: "startupProbe", value: p.startup()},
		pair{key: "livenessProbe", value: p.liveness()},
		pair{key: "readinessProbe", value: p.readiness()},
		pair{key: "resources", value: mapping(
			pair{key: "requests", value: resources("50m", "64Mi")},
			pair{key: "limits", value: resources("500m", limitMemory+"Mi")},
		), why: whyLimits},
		pair{key: "volumeMounts", value: p.volumeMounts()},
	)
}

func resources(cpu, memory string) *yaml.Node {
	return mapping(pair{key: "cpu", value: str(cpu)}, pair{key: "memory", value: str(memory)})
}

func (p *Plan) stopWords() string {
	s := "after SIGTERM"
	if p.Signal != "" {
		s = "after " + p.Signal + ", the image's STOPSIGNAL"
	}
	if p.Init {
		s += "; process 1 is a shell, which passes no signal on: exec in the image"
	}
	return s
}

func (p *Plan) supplemental() *yaml.Node {
	var nodes []*yaml.Node
	for _, g := range p.Groups {
		nodes = append(nodes, number(g))
	}
	if nodes == nil {
		return nil
	}
	return flow(nodes...)
}

func (p *Plan) podSysctls() *yaml.Node {
	if p.Low() == 0 || p.UID == 0 {
		return nil
	}
	return list(mapping(pair{key: "name", value: str(sysctl)}, pair{key: "value", value: quoted(strconv.Itoa(p.Low()))}))
}

// portName is of at most 15 bytes, with a letter (RFC 6335).
func portName(port Port) string {
	return fmt.Sprintf("%s-%d", strings.ToLower(port.Protocol), port.Number)
}

func (p *Plan) containerPorts() *yaml.Node {
	var nodes []*yaml.Node
	for _, port := range p.Ports {
		nodes = append(nodes, mapping(
			pair{key: "name", value: str(portName(port))},
			pair{key: "containerPort", value: number(port.Number)},
			pair{key: "protocol", value: str(port.Protocol)},
		))
	}
	if nodes == nil {
		return nil
	}
	return list(nodes...)
}

func (p *Plan) ingress() *yaml.Node {
	var nodes []*yaml.Node
	for _, port := range p.Ports {
		nodes = append(nodes, mapping(pair{key: "protocol", value: str(port.Protocol)}, pair{key: "port", value: number(port.Number)}))
	}
	if nodes == nil {
		return flow()
	}
	return list(mapping(pair{key: "ports", value: list(nodes...)}))
}

// exec is a probe by the image's HEALTHCHECK.
func (h *Health) exec(why string, every time.Duration, retries int) *yaml.Node {
	return mapping(
		pair{key: "exec", value: mapping(pair{key: "command", value: flow(words(h.Command)...)}), why: why},
		pair{key: "periodSeconds", value: number(atLeastOne(every))},
		pair{key: "timeoutSeconds", value: number(atLeastOne(h.Timeout))},
		pair{key: "failureThreshold", value: number(retries)},
	)
}

// atLeastOne is whole seconds, rounded up: Kubernetes takes no others.
func atLeastOne(d time.Duration) int64 {
	return max(1, int64((d+time.Second-1)/time.Second))
}

const whyHealth = "the image's HEALTHCHECK, which Kubernetes does not read"

func (p *Plan) startup() *yaml.Node {
	if p.Health == nil || p.Health.Start <= 0 {
		return nil
	}
	h := p.Health
	tries := atLeastOne(h.Start) / atLeastOne(h.StartEvery)
	return h.exec("its start period of "+seconds(h.Start), h.StartEvery, int(min(max(tries, 1), 10_000)))
}

func (p *Plan) liveness() *yaml.Node {
	if p.Health == nil {
		return nil
	}
	return p.Health.exec(whyHealth, p.Health.Interval, p.Health.Retries)
}

func (p *Plan) readiness() *yaml.Node {
	if p.Health != nil {
		return p.Health.exec("", p.Health.Interval, 1)
	}
	for _, port := range p.Ports {
		if port.Protocol == "TCP" {
			return mapping(
				pair{key: "tcpSocket", value: mapping(pair{key: "port", value: str(portName(port))}), why: "the image has no HEALTHCHECK: that the port answers is the least"},
				pair{key: "periodSeconds", value: number(10)},
			)
		}
	}
	return nil
}

// scratchName is of the n-th directory that is written to and forgotten.
func scratchName(n int) string { return fmt.Sprintf("scratch%d", n+1) }

func (p *Plan) volumeMounts() *yaml.Node {
	var nodes []*yaml.Node
	mount := func(name string, m Mount) {
		nodes = append(nodes, mapping(pair{key: "name", value: str(name), why: m.Why}, pair{key: "mountPath", value: quoted(m.Path)}))
	}
	for i, m := range p.Volumes {
		mount(p.volumeName(i), m)
	}
	for i, m := range p.Scratch {
		mount(scratchName(i), m)
	}
	if nodes == nil {
		return nil
	}
	return list(nodes...)
}

func (p *Plan) podVolumes() *yaml.Node {
	var nodes []*yaml.Node
	volume := func(name, size, why string) {
		nodes = append(nodes, mapping(
			pair{key: "name", value: str(name), why: why},
			pair{key: "emptyDir", value: mapping(pair{key: "sizeLimit", value: str(size)})},
		))
	}
	for i := range p.Volumes {
		volume(p.volumeName(i), "1Gi", "gone with the pod: put a persistentVolumeClaim here")
	}
	for i := range p.Scratch {
		volume(scratchName(i), scratchSize+"Mi", "")
	}
	if nodes == nil {
		return nil
	}
	return list(nodes...)
}
