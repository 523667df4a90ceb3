package metadata_test

import (
	"bytes"
	"debug/elf"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	"peel/analyzer/metadata"
	. "peel/source/sourcetest"
)

const key = "org.opencontainers.image."

func labels(kv ...string) func(*v1.ConfigFile) {
	return func(c *v1.ConfigFile) {
		c.Config.Labels = map[string]string{}
		for i := 0; i < len(kv); i += 2 {
			c.Config.Labels[kv[i]] = kv[i+1]
		}
	}
}

func run(change func(*v1.Config)) func(*v1.ConfigFile) {
	return func(c *v1.ConfigFile) { change(&c.Config) }
}

func entrypoint(words ...string) func(*v1.ConfigFile) {
	return run(func(c *v1.Config) { c.Entrypoint = words })
}

func cmd(words ...string) func(*v1.ConfigFile) {
	return run(func(c *v1.Config) { c.Cmd = words })
}

// raw is an image that starts /app, in whose config words are replaced.
func raw(from, to string) Image {
	img := checktest.Image(cmd("/app"))
	img.RawConfig = func(b []byte) []byte { return bytes.Replace(b, []byte(from), []byte(to), 1) }
	return img
}

func expose(port, user string) func(*v1.ConfigFile) {
	return run(func(c *v1.Config) { c.ExposedPorts, c.User = map[string]struct{}{port: {}}, user })
}

func created(at time.Time) func(*v1.ConfigFile) {
	return func(c *v1.ConfigFile) {
		c.Created = v1.Time{Time: at}
		for i := range c.History {
			c.History[i].Created = v1.Time{Time: at}
		}
	}
}

// shell is a static one.
func shell(name string) File { return Reg(name, checktest.ELF(elf.EM_X86_64, "")).Mode(0o755) }

func program(name string, m elf.Machine, interp string) File {
	return Reg(name, checktest.ELF(m, interp)).Mode(0o755)
}

// keyPairs are a malformed value of each key, and a good one.
func keyPairs() (list []checktest.Pair) {
	const sum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	img := checktest.Image
	for _, p := range []struct{ id, name, bad, good string }{
		{"M001", "created", "yesterday", "2026-01-15T09:00:00Z"},
		{"M002", "authors", "jo@", "Jo Doe <jo@example.org>, ops"},
		{"M003", "url", "example.org", "https://example.org"},
		{"M004", "documentation", "https:///docs", "https://example.org/docs"},
		{"M005", "source", "git@example.org:a/b", "https://example.org/a/b.git"},
		{"M006", "version", "latest", "v1.2.3-rc.1+5"},
		{"M007", "revision", "main", "6c2343f"},
		{"M008", "vendor", " ", "Example"},
		{"M009", "licenses", "GPL", "Apache-2.0 OR (MIT AND GPL-2.0-only)"},
		{"M010", "ref.name", "a b", "v1.2-rc"},
		{"M011", "title", "", "App"},
		{"M012", "description", "", "Does it"},
		{"M013", "base.digest", "sha256:12", "sha256:" + sum},
		{"M014", "base.name", "Debian 12", "registry.example.org:5000/debian:12"},
	} {
		good := img(labels(key+p.name, p.good))
		list = append(list,
			checktest.Pair{ID: p.id, Bad: img(labels(key+p.name, p.bad)), Good: good, AnySeverity: true},
			checktest.Pair{ID: p.id, Bad: img(nil), Good: good})
	}
	return list
}

func TestLabels(t *testing.T) {
	for _, p := range keyPairs() {
		a := checktest.Analyze(t, p.Bad, "")
		if list := checktest.Findings(a, p.ID); len(list) != 1 {
			t.Errorf("%s: the bad image has %d findings", p.ID, len(list))
		}
		a = checktest.Analyze(t, p.Good, "")
		if list := checktest.Findings(a, p.ID); len(list) != 0 {
			t.Errorf("%s: the good image has %+v", p.ID, list)
		}
	}
}

// Guards against calling a label one's own that came with the base image.
func TestInheritedLabels(t *testing.T) {
	img := Image{
		Config: labels(key+"version", "24.04", key+"title", "app"),
		Layers: []Layer{
			Step("/bin/sh -c #(nop)  LABEL " + key + "version=24.04"),
			{CreatedBy: "/bin/sh -c #(nop) ADD file:1 in / ", Files: []File{Reg("a", "a")}},
			Step(`/bin/sh -c #(nop)  CMD ["/bin/bash"]`),
			Step("LABEL " + key + "title=app"),
			{CreatedBy: "COPY app /app # buildkit", Files: []File{Reg("app", "b")}},
		},
	}
	list := checktest.Findings(checktest.Analyze(t, img, ""), "M006")
	if len(list) != 2 || !strings.Contains(list[0].Title+list[1].Title, "inherited from the base image") {
		t.Errorf("%+v", list)
	}
	if list := checktest.Findings(checktest.Analyze(t, img, ""), "M011"); len(list) != 0 {
		t.Errorf("%+v", list)
	}
}

func TestChecks(t *testing.T) {
	img := checktest.Image
	whole := img(entrypoint("/app"), program("app", elf.EM_X86_64, "/lib64/ld.so"), program("lib64/ld.so", elf.EM_X86_64, ""))
	script := func(text string) Image {
		return img(entrypoint("/run.sh"), shell("bin/sh"), Reg("run.sh", text).Mode(0o755))
	}
	many := func(n int) (img Image) {
		for i := range n {
			img.Layers = append(img.Layers, Layer{CreatedBy: "RUN x", Files: []File{Random("f", 8, uint64(i))}})
		}
		return img
	}
	extra := img(nil, Reg("a", "b"))
	extra.Config = func(c *v1.ConfigFile) { c.History = append(c.History, v1.History{CreatedBy: "RUN x"}) }
	foreign := img(nil, Reg("a", "b"))
	foreign.Layers[0].MediaType = types.OCIUncompressedRestrictedLayer
	twoLayers := checktest.Built("RUN x")
	late := img(created(Epoch.Add(-time.Hour)), Reg("a", "b"))
	late.Layers = append(late.Layers, Step("ENV A=1"))
	onTime := img(created(Epoch), Reg("a", "b"))
	onTime.Layers = append(onTime.Layers, Step("ENV A=1"))
	now := time.Now()
	pairs := []checktest.Pair{
		{ID: "M020", Bad: img(labels("org.label-schema.name", "x")), Good: img(labels("maintainer", "x"))},
		{ID: "M020", Bad: checktest.Built("/bin/sh -c #(nop)  MAINTAINER jo"), Good: checktest.Built("RUN echo MAINTAINER")},
		{ID: "M021", Bad: img(created(now.Add(-500 * 24 * time.Hour))), Good: img(created(now))},
		{ID: "M021", Bad: img(created(now.Add(50 * time.Hour))), Good: img(created(now)), Severity: finding.Medium},
		{ID: "M022", Bad: late, Good: onTime},
		{ID: "M023", Bad: img(nil), BadName: "example.org/app", Good: img(nil), GoodName: "example.org:5000/app:1.2"},
		{ID: "M023", Bad: img(nil), BadName: "app:latest", Good: img(nil), GoodName: "app@sha256:0123"},
		{ID: "M024", Bad: twoLayers, Good: Image{Layers: twoLayers.Layers, Annotations: map[string]string{key + "base.name": "debian:12"}}},
		{ID: "M030", Bad: img(nil), Good: img(run(func(c *v1.Config) { c.Healthcheck = &v1.HealthConfig{Test: []string{"CMD", "x"}} }))},
		{ID: "M031", Bad: img(expose("22/tcp", "")), Good: img(expose("8080/tcp", ""))},
		{ID: "M032", Bad: img(expose("80/tcp", "1000")), Good: img(expose("8080", "1000"))},
		{ID: "M033", Bad: img(expose("80000/tcp", "")), Good: img(expose("8000-8010/udp", ""))},
		{ID: "M034", Bad: img(cmd("/bin/sh", "-c", "migrate && app")), Good: img(cmd("/bin/sh", "-c", "migrate && exec app"))},
		{ID: "M034", Bad: img(run(func(c *v1.Config) { c.Entrypoint, c.Cmd = []string{"/app"}, []string{"/bin/sh", "-c", "x"} }), shell("app")), Good: img(entrypoint("/app"), shell("app")), Severity: finding.Medium},
		{ID: "M035", Bad: script("#!/bin/sh\n# exec app\napp\n"), Good: script("#!/bin/sh\nset -e\nexec app \"$@\"\n")},
		{ID: "M036", Bad: img(run(func(c *v1.Config) { c.StopSignal = "SIGKILL" })), Good: img(run(func(c *v1.Config) { c.StopSignal = "SIGQUIT" }))},
		{ID: "M038", Bad: img(run(func(c *v1.Config) { c.WorkingDir = "/app" })), Good: img(run(func(c *v1.Config) { c.WorkingDir = "/app" }), Dir("app", 0o755))},
		{ID: "M038", Bad: img(run(func(c *v1.Config) { c.WorkingDir = "app" })), Good: img(nil), Severity: finding.Medium},
		{ID: "M039", Bad: img(run(func(c *v1.Config) { c.Volumes = map[string]struct{}{"/etc": {}} })), Good: img(run(func(c *v1.Config) { c.Volumes = map[string]struct{}{"/data": {}} }))},
		{ID: "M040", Bad: img(run(func(c *v1.Config) { c.Env = []string{"A=1", "A=2"} })), Good: img(run(func(c *v1.Config) { c.Env = []string{"A=1", "B="} }))},
		{ID: "M041", Bad: img(run(func(c *v1.Config) { c.OnBuild = []string{"COPY . /"} })), Good: img(nil)},
		{ID: "M042", Bad: img(nil, program("app", elf.EM_AARCH64, "")), Good: whole},
		{ID: "M043", Bad: extra, Good: img(nil, Reg("a", "b"))},
		{ID: "M044", Bad: many(43), Good: many(3)},
		{ID: "M045", Bad: foreign, Good: img(nil, Reg("a", "b"))},
		{ID: "M050", Bad: raw(`"Cmd":["/app"]`, `"Cmd":"/app"`), Good: img(cmd("/app"))},
		{ID: "M050", Bad: raw(`"config":{`, `"config":{"ExposedPorts":["80/tcp"],`), Good: img(cmd("/app"))},
		{ID: "M050", Bad: raw(`"created":"`, `"created":"yesterday `), Good: img(cmd("/app"))},
		{ID: "M050", Bad: raw(`"Cmd":["/app"]`, `"Healthcheck":{"Test":"true","Interval":"30s"}`), Good: img(cmd("/app"))},
		{ID: "M050", Bad: raw(`"Cmd":["/app"]`, `"Labels":{"a":5}`), Good: img(cmd("/app"))},
		{ID: "M051", Bad: img(func(c *v1.ConfigFile) { c.RootFS.DiffIDs = nil }), Good: img(nil)},
		{ID: "M051", Bad: img(func(c *v1.ConfigFile) { c.RootFS.DiffIDs = append(c.RootFS.DiffIDs, c.RootFS.DiffIDs...) }), Good: img(nil)},
		{ID: "M052", Bad: img(func(c *v1.ConfigFile) { c.OS, c.Architecture = "", "" }), Good: img(nil)},
		// What keeps a container from starting.
		{ID: "M037", Bad: img(entrypoint("/app")), Good: whole},
		{ID: "M037", Bad: img(entrypoint("app"), shell("opt/app")), Good: img(entrypoint("app"), shell("usr/bin/app"))},
		{ID: "M037", Bad: img(entrypoint("/app"), Reg("app", checktest.ELF(elf.EM_X86_64, ""))), Good: whole},
		{ID: "M037", Bad: img(entrypoint("/app"), Dir("app", 0o755)), Good: whole},
		{ID: "M037", Bad: img(entrypoint("/app"), program("app", elf.EM_AARCH64, "")), Good: whole},
		{ID: "M037", Bad: img(entrypoint("/app"), program("app", elf.EM_X86_64, "/lib64/ld-linux-x86-64.so.2"), shell("lib/ld-musl-x86_64.so.1")), Good: whole},
		{ID: "M037", Bad: img(entrypoint("/run.sh"), shell("bin/sh"), Reg("run.sh", "#!/bin/bash\n").Mode(0o755)), Good: script("#!/bin/sh\n")},
		{ID: "M037", Bad: img(entrypoint("/run.sh"), shell("bin/sh"), Reg("run.sh", "#!/bin/sh\r\nexec x\r\n").Mode(0o755)), Good: script("#!/bin/sh\n")},
		{ID: "M037", Bad: img(entrypoint("/x"), shell("usr/bin/env"), Reg("x", "#!/usr/bin/env -S python3 -u\n").Mode(0o755)), Good: img(entrypoint("/x"), shell("usr/bin/env"), shell("usr/bin/python3"), Reg("x", "#!/usr/bin/env -S python3 -u\n").Mode(0o755))},
		{ID: "M037", Bad: img(entrypoint("/l"), Symlink("l", "/opt/../gone")), Good: img(entrypoint("/l"), Symlink("l", "../../bin/x"), shell("bin/x"))},
		{ID: "M037", Bad: img(run(func(c *v1.Config) { c.User, c.Cmd = "1000", []string{"/app"} }), shell("app").Mode(0o700)), Good: img(run(func(c *v1.Config) { c.User, c.Cmd = "1000", []string{"/app"} }), shell("app"))},
		{ID: "M037", Bad: img(cmd("/bin/sh", "-c", "exec /opt/gone --x"), shell("bin/sh")), Good: img(cmd("/bin/sh", "-c", "exec /bin/sh --x"), shell("bin/sh"))},
	}
	checktest.Walk(t, metadata.Family, append(pairs, keyPairs()...))
}
