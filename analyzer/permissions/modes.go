package permissions

import (
	"fmt"
	"path"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

func worldWritable(c *check.Check, img *evidence.Image) check.Answer {
	var run, data, dirs []evidence.Object
	img.Each(evidence.WorldWritable, func(o evidence.Object) {
		e := o.Entry
		switch {
		case e.Type == layer.Directory && e.Mode&layer.Sticky == 0:
			dirs = append(dirs, img.Path(o))
		case e.Type == layer.Regular:
			if o = img.Path(o); e.Mode&0o111 != 0 || codeNames[path.Ext(o.Path)] || strings.HasPrefix(o.Path, "etc/") {
				run = append(run, o)
			} else {
				data = append(data, o)
			}
		}
	})
	var list []finding.Finding
	for _, group := range []struct {
		objects []evidence.Object
		title   string
		sev     finding.Severity
	}{
		{run, "program or configuration that everybody can write to", finding.High},
		{data, "file that everybody can write to", finding.Medium},
		{dirs, "directory that everybody can write to, without the sticky bit", finding.Medium},
	} {
		for _, f := range c.OnAll(group.objects) {
			f.Title, f.Severity = group.title, group.sev
			list = append(list, f)
		}
	}
	return check.Found(list...)
}

// harmless are the devices that every container gets anyway, as major:minor
// (Linux, admin-guide/devices.txt).
var harmless = map[string]bool{
	"1:3": true, "1:5": true, "1:7": true, "1:8": true, "1:9": true, "5:0": true, "5:1": true, "5:2": true,
}

func devices(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	var usual, pipes []evidence.Object
	img.Each(evidence.Special, func(o evidence.Object) {
		e := o.Entry
		switch e.Type {
		case layer.FIFO:
			pipes = append(pipes, img.Path(o))
		case layer.BlockDevice, layer.CharDevice:
			number := fmt.Sprintf("%d:%d", e.Major, e.Minor)
			if o = img.Path(o); e.Type == layer.CharDevice && harmless[number] {
				usual = append(usual, o)
				return
			}
			f := c.On(o)
			f.Bytes, f.Match = nil, fmt.Sprintf("%s %s, mode %04o", e.Type, number, e.Mode)
			if strings.HasPrefix(o.Path, "dev/") {
				f.Severity, f.Reason = finding.Medium, "runtimes cover /dev with their own"
			}
			list = append(list, f)
		}
	})
	for _, f := range c.OnAll(usual) {
		f.Severity, f.Reason = finding.Info, "every container has these devices"
		list = append(list, f)
	}
	for _, f := range c.OnAll(pipes) {
		f.Title, f.Severity = "named pipe", finding.Info
		list = append(list, f)
	}
	return check.Found(list...)
}

// leaks are the places that lead out of a container's root when its process
// starts there or follows a link there (CVE-2024-21626, CVE-2019-5736).
func leaks(target string) bool {
	t := path.Clean("/" + target)
	for _, prefix := range []string{"/proc/self/fd/", "/proc/self/exe", "/proc/self/root", "/proc/1/", "/proc/sys/", "/proc/sysrq-trigger"} {
		if strings.HasPrefix(t, prefix) && t != "/proc/self/fd/0" && t != "/proc/self/fd/1" && t != "/proc/self/fd/2" {
			return true
		}
	}
	return false
}

func escapes(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	if w := img.Run().WorkingDir; leaks(w) && w != "" {
		f := c.At("config.WorkingDir", w)
		f.Severity, f.Title = finding.Critical, "working directory that leads to the host"
		list = append(list, f)
	}
	for n, idx := range img.Layers {
		if idx == nil {
			continue
		}
		for _, p := range idx.Problems {
			if p.What == layer.ProblemEscape {
				f := c.Finding()
				f.Layer, f.Path = &n, strings.TrimPrefix(p.First, "/")
				f.Match = fmt.Sprintf("%d names with \"..\" that lead out of the root", p.Count)
				list = append(list, f)
			}
		}
	}
	img.Each(evidence.SymbolicLink, func(o evidence.Object) {
		if strings.HasPrefix(o.Entry.Link, "/proc/") && leaks(o.Entry.Link) {
			f := c.On(img.Path(o))
			f.Bytes, f.Match, f.Severity = nil, "→ "+o.Entry.Link, finding.Medium
			f.Title = "symbolic link into the kernel's view of processes"
			list = append(list, f)
		}
	})
	return check.Found(list...)
}

func readableKey(c *check.Check, img *evidence.Image) check.Answer {
	if !img.Collected {
		return check.Unsure("the contents of files were not looked at")
	}
	var list []finding.Finding
	img.Each(evidence.Kept, func(o evidence.Object) {
		if o.Entry.Mode&0o004 != 0 && img.Fact(o).Key {
			hit := c.On(img.Path(o))
			hit.Match = fmt.Sprintf("mode %04o, owner %d:%d", o.Entry.Mode, o.Entry.UID, o.Entry.GID)
			if strings.HasPrefix(hit.Path, "usr/share/doc/") {
				hit.Severity, hit.Reason = finding.Info, "an example of a package's documentation"
			}
			list = append(list, hit)
		}
	})
	return check.Found(list...)
}
