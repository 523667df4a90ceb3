package metadata

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

// A port is one that nobody should publish unawares.
var riskyPorts = map[int]string{
	22: "ssh", 23: "telnet", 21: "ftp", 512: "rexec", 513: "rlogin", 514: "rsh", 2375: "Docker's API without TLS", 3389: "remote desktop",
	5900: "VNC", 10250: "the kubelet", 2379: "etcd", 5005: "Java's debugger", 9229: "Node.js' debugger",
}

// eachPort visits EXPOSE in the order of its words; ok is false for what is no
// port.
func eachPort(img *evidence.Image, visit func(where, word string, from, to int, ok bool)) {
	for _, p := range img.Ports() {
		visit(fmt.Sprintf("config.ExposedPorts[%q]", p.Word), p.Word, p.From, p.To, p.OK)
	}
}

func riskyPort(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	eachPort(img, func(where, word string, from, to int, ok bool) {
		for p, what := range riskyPorts {
			if ok && p >= from && p <= to && !strings.HasSuffix(word, "/udp") {
				f := c.At(where, word)
				f.Reason = "it is that of " + what
				list = append(list, f)
			}
		}
	})
	finding.Sort(list)
	return check.Found(list...)
}

func lowPort(c *check.Check, img *evidence.Image) check.Answer {
	u := img.User()
	switch {
	case len(img.Run().ExposedPorts) == 0:
		return check.Moot("no port is exposed")
	case !u.Known:
		return check.Unsure("the user ID of %q is not known", u.Name)
	case u.Root():
		return check.Moot("the process is root: see P001")
	}
	var list []finding.Finding
	eachPort(img, func(where, word string, from, _ int, ok bool) {
		if ok && from < 1024 {
			list = append(list, c.At(where, word))
		}
	})
	return check.Found(list...)
}

func badPort(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	eachPort(img, func(where, word string, _, _ int, ok bool) {
		if !ok {
			list = append(list, c.At(where, word))
		}
	})
	return check.Found(list...)
}

// systemDirs are those that a working directory or a volume hides or disturbs.
var systemDirs = []string{"/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr", "/usr/bin", "/usr/lib", "/usr/sbin", "/var/run", "/var/lib"}

func workDir(c *check.Check, img *evidence.Image) check.Answer {
	w := img.Run().WorkingDir
	f := c.At("config.WorkingDir", w)
	switch {
	case w == "" || w == "/":
		return check.Passed()
	case !strings.HasPrefix(w, "/"):
		f.Title, f.Severity = "WORKDIR is relative", finding.Medium
		return check.Found(f)
	case slices.Contains(systemDirs, path.Clean(w)):
		f.Title, f.Severity = "WORKDIR is a system directory", finding.Low
		return check.Found(f)
	}
	switch o, state := img.Resolve(w); {
	case state == evidence.Unread:
		return check.Unsure("%s was not found in what was read", w)
	case state == evidence.Missing:
		f.Reason = "runtimes create it, owned by root"
		return check.Found(f)
	case o.Entry.Type != layer.Directory:
		f.Title, f.Severity, f.Path = "WORKDIR is no directory", finding.High, o.Path
		return check.Found(f)
	}
	return check.Passed()
}

func systemVolume(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for _, v := range slices.Sorted(maps.Keys(img.Run().Volumes)) {
		f := c.At(fmt.Sprintf("config.Volumes[%q]", v), v)
		switch clean := path.Clean("/" + v); {
		case clean == "/" || slices.Contains(systemDirs, clean):
			list = append(list, f)
		case changedLater(img, v):
			f.Title, f.Severity, f.Confidence = "files below a VOLUME are changed after it", finding.Low, finding.Unsure
			f.Reason = "the classic builder loses what later steps change there"
			list = append(list, f)
		}
	}
	return check.Found(list...)
}

// changedLater reports whether layers above the step that declares a volume
// change files in it.
func changedLater(img *evidence.Image, volume string) bool {
	declared := -1
	for i, h := range img.Config.History {
		if s := instructionOf(h.CreatedBy); strings.HasPrefix(s, "VOLUME") && strings.Contains(s, volume) {
			declared = i
		}
	}
	if declared < 0 {
		return false
	}
	below := strings.Trim(path.Clean(volume), "/") + "/"
	for i := declared + 1; i < len(img.StepLayer); i++ {
		n := img.StepLayer[i]
		if n < 0 || n >= len(img.Layers) || img.Layers[n] == nil {
			continue
		}
		for j := range img.Layers[n].Entries {
			if e := &img.Layers[n].Entries[j]; e.Type != layer.Directory && strings.HasPrefix(e.Path, below) {
				return true
			}
		}
	}
	return false
}

func envTwice(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	seen := map[string]bool{}
	for i, kv := range img.Run().Env {
		name, _, ok := strings.Cut(kv, "=")
		f := c.At(fmt.Sprintf("config.Env[%d]", i), name)
		switch {
		case !ok || name == "":
			f.Title, f.Match = "variable without a name or a value", ""
			f.Reason = "runtimes ignore or refuse it"
			list = append(list, f)
		case seen[name]:
			f.Reason = "the last one counts"
			list = append(list, f)
		}
		seen[name] = true
	}
	return check.Found(list...)
}

func onBuild(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for i, s := range img.Run().OnBuild {
		word, _, _ := strings.Cut(s, " ")
		list = append(list, c.At(fmt.Sprintf("config.OnBuild[%d]", i), word))
	}
	return check.Found(list...)
}
