package evidence

import (
	"path"
	"strings"

	"peel/source/layer"
)

// DefaultPath is what runtimes take if the image sets no PATH (moby,
// oci.DefaultPathEnv).
const DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// PathDirs are the directories of the PATH, as written.
func (img *Image) PathDirs() []string {
	p, ok := img.Env("PATH")
	if !ok || p == "" {
		p = DefaultPath
	}
	return strings.Split(p, ":")
}

// Command is the words that the container starts with: ENTRYPOINT and CMD.
func (img *Image) Command() []string {
	c := img.Run()
	return append(append([]string{}, c.Entrypoint...), c.Cmd...)
}

// WorkDir is where the process starts, with a leading slash.
func (img *Image) WorkDir() string {
	w := img.Run().WorkingDir
	if w == "" {
		return "/"
	}
	return path.Join("/", w)
}

// Find looks a program up as a runtime does: with a slash by its path, from
// the working directory if it is relative; without one on the PATH. Of several
// on the PATH the first that can be run counts, else the first that is there.
func (img *Image) Find(program string) (Object, Presence) {
	if strings.Contains(program, "/") {
		if !strings.HasPrefix(program, "/") {
			program = path.Join(img.WorkDir(), program)
		}
		return img.Resolve(program)
	}
	var first Object
	state := Missing
	for _, dir := range img.PathDirs() {
		if dir == "" {
			dir = "."
		}
		if !strings.HasPrefix(dir, "/") {
			dir = path.Join(img.WorkDir(), dir)
		}
		o, s := img.Resolve(path.Join(dir, program))
		switch {
		case s == Present && Runnable(o):
			return o, Present
		case s > state:
			first, state = o, s
		}
	}
	return first, state
}

// Runnable reports whether an object is a file with an executable bit.
func Runnable(o Object) bool {
	return o.Entry.Type == layer.Regular && o.Entry.Mode&0o111 != 0
}

// Interpreter splits a shebang into the program that is started and its words;
// of "/usr/bin/env -S python3 -u" the second is python3.
func Interpreter(shebang string) (program, target string) {
	words := strings.Fields(shebang)
	if len(words) == 0 {
		return "", ""
	}
	program = words[0]
	if path.Base(program) != "env" {
		return program, ""
	}
	for _, w := range words[1:] {
		w = strings.TrimPrefix(w, "-S")
		if w == "" || strings.HasPrefix(w, "-") || strings.Contains(w, "=") {
			continue
		}
		return program, w
	}
	return program, ""
}
