package metadata

import (
	"bytes"
	"debug/elf"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

// shells are the programs that a command may be handed to as a text.
var shells = []string{"sh", "bash", "dash", "ash", "ksh", "zsh"}

func isShell(word string) bool { return slices.Contains(shells, path.Base(word)) }

// script is the text that `sh -c TEXT` runs; ok is false for other commands.
func script(words []string) (text string, ok bool) {
	if len(words) < 3 || !isShell(words[0]) {
		return "", false
	}
	for i, w := range words[1:] {
		if !strings.HasPrefix(w, "-") {
			return "", false
		}
		if strings.HasSuffix(w, "c") && i+2 < len(words) {
			return words[i+2], true
		}
	}
	return "", false
}

// replacesItself reports whether a shell's text ends in exec, so that the
// program takes the shell's place.
var replacesItself = regexp.MustCompile(`(^|[\s;&|(])exec\s+[^0-9<>&\s]`)

// compound is what makes a shell stay: more than one command. Of a single one
// dash, bash and busybox make an exec themselves.
var compound = regexp.MustCompile(`[;&|\n]|\$\(`)

func shellForm(c *check.Check, img *evidence.Image) check.Answer {
	run := img.Run()
	if len(img.Command()) == 0 {
		return check.Moot("neither ENTRYPOINT nor CMD is set")
	}
	if len(run.Entrypoint) > 0 {
		if _, ok := script(run.Cmd); ok {
			f := c.At("config.Cmd", strings.Join(run.Cmd[:2], " "))
			f.Title, f.Severity = "CMD in shell form after an ENTRYPOINT", finding.Medium
			f.Confidence = finding.Likely
			f.Reason = "the words of the shell are handed to the entrypoint as arguments"
			if _, shell := script(run.Entrypoint); !shell && !runsArguments(img) {
				return check.Found(f)
			}
		}
	}
	where, words := "config.Entrypoint", run.Entrypoint
	if len(words) == 0 {
		where, words = "config.Cmd", run.Cmd
	}
	text, ok := script(words)
	if !ok || replacesItself.MatchString(text) {
		return check.Passed()
	}
	f := c.At(where, strings.Join(words[:2], " ")+" …")
	if !compound.MatchString(text) {
		f.Severity = finding.Info
		f.Reason = "most shells put a single command in their own place"
	}
	return check.Found(f)
}

// runsArguments reports whether the entrypoint is known to run its arguments as
// a command, as an entrypoint script with exec "$@" does.
func runsArguments(img *evidence.Image) bool {
	o, state := img.Find(img.Run().Entrypoint[0])
	if state != evidence.Present {
		return true
	}
	if base := path.Base(o.Path); isInit(base) || base == "env" {
		return true
	}
	if fact := img.Fact(o); fact != nil && fact.ELF != nil {
		return false // not surely, but few programs do
	}
	text, state := img.Text(o)
	return state != evidence.Present || bytes.Contains(text, []byte(`"$@"`)) || bytes.Contains(text, []byte("$*"))
}

// isInit reports whether a program is made to be process 1.
func isInit(base string) bool {
	switch strings.TrimSuffix(base, "-static") {
	case "tini", "dumb-init", "s6-svscan", "catatonit", "docker-init", "init", "runit", "supervisord", "su-exec", "gosu", "setpriv", "systemd":
		return true
	}
	return false
}

func scriptWithoutExec(c *check.Check, img *evidence.Image) check.Answer {
	words := img.Command()
	if len(words) == 0 {
		return check.Moot("neither ENTRYPOINT nor CMD is set")
	}
	name := words[0]
	if isShell(name) && len(words) > 1 && !strings.HasPrefix(words[1], "-") {
		name = words[1]
	}
	o, state := img.Find(name)
	switch state {
	case evidence.Unread:
		return check.Unsure("%s was not read", name)
	case evidence.Missing:
		return check.Moot("%s is not in the image: see M037", name)
	}
	if o.Entry.Kind != layer.KindScript {
		return check.Moot("what is started is no script")
	}
	fact := img.Fact(o)
	if fact == nil {
		return check.Unsure("the script was not kept")
	}
	program, target := evidence.Interpreter(fact.Shebang)
	if !isShell(program) && !isShell(target) {
		return check.Moot("what is started is no shell script")
	}
	if replacesItself.Match(stripComments(fact.Text)) {
		return check.Passed()
	}
	if fact.Cut {
		return check.Unsure("only the first %d bytes of the script were kept, and no exec is among them", len(fact.Text))
	}
	f := c.On(o)
	f.Confidence = finding.Likely
	return check.Found(f)
}

// stripComments leaves out lines that are only comments.
func stripComments(text []byte) []byte {
	var out []byte
	for line := range bytes.Lines(text) {
		if t := bytes.TrimSpace(line); len(t) == 0 || t[0] != '#' {
			out = append(out, line...)
		}
	}
	return out
}

// fatalSignals cannot be caught, or stand for none.
var fatalSignals = []string{"9", "KILL", "SIGKILL", "19", "STOP", "SIGSTOP", "0"}

var signal = regexp.MustCompile(`^(SIG)?(HUP|INT|QUIT|ILL|TRAP|ABRT|IOT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|STKFLT|CHLD|CLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|SYS|RTMIN(\+[0-9]+)?|RTMAX(-[0-9]+)?)$|^([1-9]|[1-5][0-9]|6[0-4])$`)

func stopSignal(c *check.Check, img *evidence.Image) check.Answer {
	s := img.Run().StopSignal
	if s == "" {
		return check.Passed()
	}
	f := c.At("config.StopSignal", s)
	switch up := strings.ToUpper(s); {
	case slices.Contains(fatalSignals, up):
		f.Reason = "the process cannot catch it"
	case !signal.MatchString(up):
		f.Reason = "there is no such signal"
	default:
		return check.Passed()
	}
	return check.Found(f)
}

func healthcheck(c *check.Check, img *evidence.Image) check.Answer {
	h := img.Run().Healthcheck
	switch {
	case h == nil || len(h.Test) == 0:
		return check.Found(c.At("config.Healthcheck", ""))
	case h.Test[0] == "NONE":
		return check.Found(c.At("config.Healthcheck", "NONE"))
	}
	return check.Passed()
}

func broken(c *check.Check, img *evidence.Image) check.Answer {
	words := img.Command()
	if len(words) == 0 {
		f := c.At("config.Entrypoint", "")
		f.Title, f.Severity = "nothing to start: neither ENTRYPOINT nor CMD", finding.Info
		return check.Found(f)
	}
	where := "config.Entrypoint[0]"
	if len(img.Run().Entrypoint) == 0 {
		where = "config.Cmd[0]"
	}
	s := &starter{c: c, img: img, where: where}
	if a := s.start(words[0], "", 0); a.Status != check.Pass {
		return a
	}
	// A shell that is handed one plain command cannot be told from its words
	// alone; a path in it can.
	if text, ok := script(words); ok {
		if first, _, _ := strings.Cut(strings.TrimPrefix(text, "exec "), " "); strings.HasPrefix(first, "/") && !strings.ContainsAny(first, "$`*?[\"'\\;&|<>()") {
			return s.start(first, "the shell is told to run it", 0)
		}
	}
	return check.Passed()
}

// starter follows what the kernel does to start a program.
type starter struct {
	c     *check.Check
	img   *evidence.Image
	where string
}

// maxInterpreters is how many the kernel follows (BINPRM_MAX_RECURSION is 5).
const maxInterpreters = 5

func (s *starter) fail(o *evidence.Object, title, match, reason string) check.Answer {
	f := s.c.At(s.where, match)
	f.Title, f.Reason = title, reason
	if o != nil {
		f.Path, f.Layer = o.Path, &o.Layer
	}
	return check.Found(f)
}

func (s *starter) start(name, why string, depth int) check.Answer {
	if depth > maxInterpreters {
		return s.fail(nil, "interpreters that lead to each other", name, why)
	}
	o, state := s.img.Find(name)
	switch {
	case state == evidence.Unread:
		return check.Unsure("%s was not found in what was read", name)
	case state == evidence.Missing && s.img.Run().Volumes != nil && s.underVolume(name):
		return check.Unsure("%s lies in a volume", name)
	case state == evidence.Missing:
		return s.fail(nil, "the program to start is not in the image", name, why)
	case o.Entry.Type == layer.Directory:
		return s.fail(&o, "the program to start is a directory", name, why)
	case o.Entry.Type != layer.Regular:
		return s.fail(&o, "the program to start is no file", name, why)
	case o.Entry.Mode&0o111 == 0:
		return s.fail(&o, "the program to start is not executable", fmt.Sprintf("%s, mode %04o", name, o.Entry.Mode), why)
	}
	if u := s.img.User(); u.Known && u.UID != 0 && !mayRun(u, o.Entry) {
		return s.fail(&o, "the user may not run the program to start",
			fmt.Sprintf("%s, mode %04o, owner %d:%d, user %d", name, o.Entry.Mode, o.Entry.UID, o.Entry.GID, u.UID), why)
	}
	switch o.Entry.Kind {
	case layer.KindELF:
		return s.elf(o, name)
	case layer.KindScript:
		return s.script(o, name, depth)
	case layer.KindEmpty:
		return s.fail(&o, "the program to start is empty", name, why)
	case layer.KindPE, layer.KindMachO:
		return s.fail(&o, "the program to start is for another system", name+", "+o.Entry.Kind.String(), why)
	}
	return check.Unsure("%s is neither an ELF file nor a script with an interpreter", name)
}

func (s *starter) underVolume(name string) bool {
	for v := range s.img.Run().Volumes {
		if strings.HasPrefix(path.Clean(name)+"/", path.Clean(v)+"/") {
			return true
		}
	}
	return false
}

func mayRun(u evidence.User, e *layer.Entry) bool {
	switch {
	case e.UID == u.UID:
		return e.Mode&0o100 != 0
	case slices.Contains(u.GIDs, e.GID):
		return e.Mode&0o010 != 0
	}
	return e.Mode&0o001 != 0
}

func (s *starter) elf(o evidence.Object, name string) check.Answer {
	fact := s.img.Fact(o)
	if fact == nil || fact.ELF == nil {
		return check.Unsure("the header of %s was not kept", name)
	}
	if want, ok := machines[s.img.Config.Architecture]; ok && !want.runs(fact.ELF) {
		return s.fail(&o, "the program to start is for another processor",
			fmt.Sprintf("%s: %s, the image is for %s", name, machineName(fact.ELF), s.img.Config.Architecture), "")
	}
	if fact.ELF.Interp == "" {
		if fact.ELF.InterpUnknown {
			return check.Unsure("the dynamic loader of %s lies too far into the file", name)
		}
		return check.Passed()
	}
	switch l, state := s.img.Resolve(fact.ELF.Interp); {
	case state == evidence.Unread:
		return check.Unsure("the dynamic loader %s was not found in what was read", fact.ELF.Interp)
	case state == evidence.Missing:
		return s.fail(&o, "the dynamic loader of the program to start is not in the image", fact.ELF.Interp,
			name+" was linked for another C library, or the image has none")
	case l.Entry.Type != layer.Regular || l.Entry.Mode&0o111 == 0:
		return s.fail(&l, "the dynamic loader of the program to start cannot be run", fact.ELF.Interp, "")
	}
	return check.Passed()
}

func (s *starter) script(o evidence.Object, name string, depth int) check.Answer {
	fact := s.img.Fact(o)
	if fact == nil {
		return check.Unsure("the first line of %s was not kept", name)
	}
	program, target := evidence.Interpreter(fact.Shebang)
	if program == "" {
		return s.fail(&o, "the script to start names no interpreter", name, "")
	}
	if strings.HasSuffix(fact.Shebang, "\r") {
		return s.fail(&o, "the script to start has Windows line ends", name, "the kernel takes the carriage return for a part of the interpreter's name")
	}
	a := s.start(program, fmt.Sprintf("it is the interpreter of %s", name), depth+1)
	if a.Status == check.Pass && target != "" {
		return s.start(target, fmt.Sprintf("%s asks env for it", name), depth+1)
	}
	return a
}

// A machine is what an architecture's programs look like (GOARCH names).
type machine struct {
	is    elf.Machine
	class elf.Class
	also  []elf.Machine // that the processor runs too
}

var machines = map[string]machine{
	"amd64": {elf.EM_X86_64, elf.ELFCLASS64, []elf.Machine{elf.EM_386}}, "386": {elf.EM_386, elf.ELFCLASS32, nil},
	"arm64": {elf.EM_AARCH64, elf.ELFCLASS64, []elf.Machine{elf.EM_ARM}}, "arm": {elf.EM_ARM, elf.ELFCLASS32, nil},
	"ppc64le": {elf.EM_PPC64, elf.ELFCLASS64, nil}, "s390x": {elf.EM_S390, elf.ELFCLASS64, nil},
	"riscv64": {elf.EM_RISCV, elf.ELFCLASS64, nil}, "mips64le": {elf.EM_MIPS, elf.ELFCLASS64, nil},
	"loong64": {elf.EM_LOONGARCH, elf.ELFCLASS64, nil},
}

func (m machine) runs(e *evidence.ELF) bool {
	return e.Machine == m.is && e.Class == m.class || slices.Contains(m.also, e.Machine) || m.is == elf.EM_X86_64 && e.Machine == elf.EM_X86_64
}

func machineName(e *evidence.ELF) string {
	for name, m := range machines {
		if m.is == e.Machine && m.class == e.Class {
			return name
		}
	}
	return strings.TrimPrefix(e.Machine.String(), "EM_")
}

func wrongMachine(c *check.Check, img *evidence.Image) check.Answer {
	if img.Config.Architecture == "" {
		f := c.At("architecture", "")
		f.Title, f.Severity = "the config names no architecture", finding.Medium
		return check.Found(f)
	}
	want, ok := machines[img.Config.Architecture]
	if !ok {
		return check.Unsure("%q is no architecture that is known", img.Config.Architecture)
	}
	if !img.Collected {
		return check.Unsure("the contents of files were not looked at")
	}
	others := map[string][]evidence.Object{}
	total, right := 0, 0
	img.Each(evidence.Kept, func(o evidence.Object) {
		fact := img.Fact(o)
		if fact.ELF == nil || fact.ELF.Type != elf.ET_EXEC && fact.ELF.Type != elf.ET_DYN {
			return
		}
		total++
		if want.runs(fact.ELF) {
			right++
			return
		}
		name := machineName(fact.ELF)
		others[name] = append(others[name], img.Path(o))
	})
	if total == 0 && img.Partial {
		return check.Unsure("no executable is in what was read")
	}
	if total == 0 {
		return check.Moot("the image has no executables")
	}
	var list []finding.Finding
	for name, objects := range others {
		for _, f := range c.OnAll(objects) {
			f.Match = fmt.Sprintf("%s, the config says %s", name, img.Config.Architecture)
			if right > 0 {
				f.Severity, f.Title = finding.Info, "programs for another processor"
				f.Reason = "most are for the right one"
				if right < len(objects) {
					f.Severity, f.Reason = finding.High, "most are not for the right one"
				}
			}
			list = append(list, f)
		}
	}
	finding.Sort(list)
	return check.Found(list...)
}
