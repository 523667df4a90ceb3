package bloat

import (
	"regexp"
	"slices"
	"strings"

	"peel/analyzer/finding"
	"peel/source/layer"
)

// documents are for people who do not read them in a container. Copyright files
// stay out: licences ask that they go along.
var documents = []kind{
	{check: "W009", what: "documentation", dirs: []string{
		"usr/share/doc", "usr/local/share/doc", "usr/share/gtk-doc", "usr/share/help", "usr/share/doc-base", "usr/share/lintian", "usr/share/bug", "usr/doc", "usr/local/doc",
	}, spare: isLicence},
	{check: "W009", what: "manual pages", dirs: []string{"usr/share/man", "usr/local/share/man", "usr/local/man", "usr/man", "var/cache/man", "usr/X11R6/man"}},
	{check: "W009", what: "info pages", dirs: []string{"usr/share/info", "usr/local/share/info"}},
	{check: "W009", what: "translations", dirs: []string{"usr/share/locale", "usr/local/share/locale", "usr/share/locale-langpack"},
		spare: func(name string) bool { return name == "locale.alias" }},
	{check: "W009", what: "compiled locales", files: []string{"locale-archive", "locale-archive.tmpl"}, only: func(p *place) bool { return p.parentName() == "locale" && p.size() > oneLocale }},
}

// oneLocale is more than a locale-archive of the few locales that somebody chose
// has; one of all locales has 220 MB.
const oneLocale = 10_000_000

func isLicence(name string) bool {
	s := strings.ToLower(name)
	return strings.HasPrefix(s, "copyright") || strings.HasPrefix(s, "licen") || strings.HasPrefix(s, "copying") || strings.HasPrefix(s, "notice")
}

// toolchains make programs; what runs them needs none.
var toolchains = []kind{
	{check: "W010", what: "GCC", dirs: []string{"usr/lib/gcc", "usr/lib64/gcc", "usr/libexec/gcc", "usr/lib/gcc-cross", "usr/local/lib/gcc", "usr/local/libexec/gcc"}},
	{check: "W010", what: "compilers, linkers and build tools", only: isTool},
	{check: "W010", what: "header files", dirs: []string{"usr/include", "usr/local/include"}},
	{check: "W010", what: "LLVM and Clang", dirs: []string{"bin", "include", "build", "share"}, only: func(p *place) bool { return strings.HasPrefix(p.parentName(), "llvm-") }},
	{check: "W010", what: "Go", only: func(p *place) bool {
		return strings.HasPrefix(p.name, "go") && (p.has("pkg/tool") || p.has("src/runtime/proc.go"))
	}},
	{check: "W010", what: "Rust", dirs: []string{"rustup/toolchains", ".rustup/toolchains", "lib/rustlib"}},
	{check: "W010", what: "what a JDK has beyond a JRE", dirs: []string{"jmods"}, only: func(p *place) bool { return p.beside("bin/javac") }},
	{check: "W010", what: "what a JDK has beyond a JRE", files: []string{"src.zip", "ct.sym"}, only: func(p *place) bool {
		return isLib(p.parentName()) && p.nodeUp(2, "bin/javac")
	}},
	{check: "W010", what: "SDK of .NET", dirs: []string{"dotnet/sdk", "dotnet/packs", "dotnet/templates"}},
	{check: "W010", what: "kernel headers and sources", only: func(p *place) bool {
		return p.parentName() == "src" && p.grandName() == "usr" && strings.HasPrefix(p.name, "linux-")
	}},
	{check: "W010", what: "build systems", dirs: []string{"usr/share/autoconf", "usr/share/aclocal", "usr/share/bison", "usr/share/libtool", "usr/local/share/aclocal"}},
	{check: "W010", what: "build systems", only: func(p *place) bool {
		return p.parentName() == "share" && (strings.HasPrefix(p.name, "cmake-") || strings.HasPrefix(p.name, "automake-"))
	}},
}

// tools are the names of programs of a toolchain, with the machine before and the
// version after them, as distributions write them.
var tools = regexp.MustCompile(`^(?:[a-z0-9_]+-(?:[a-z0-9_]+-){1,2})?` +
	`(?:gcc|g\+\+|cpp|c\+\+|cc|c89|c99|gfortran|gnat|gdc|as|ld|ld\.bfd|ld\.gold|ld\.lld|mold|lto-dump|gcov(?:-dump|-tool)?|gcc-(?:ar|nm|ranlib)|` +
	`ar|nm|objdump|objcopy|ranlib|readelf|strip|elfedit|gprof|gdb|addr2line|dwp|size|strings|c\+\+filt|` +
	`make|gmake|cmake|ctest|cpack|ccmake|ninja|meson|clang|clang\+\+|lld|rustc|cargo|rustdoc|javac|bison|flex|m4|autoconf|automake)` +
	`(?:-?[0-9]+(?:\.[0-9]+)*)?$`)

func isTool(p *place) bool {
	if p.parentName() != "bin" || !tools.MatchString(p.name) || p.name == "ar" && !p.is(layer.KindELF) {
		return false
	}
	return p.is(layer.KindELF)
}

var bytecode = []kind{
	{check: "W012", what: "bytecode of Python", ends: []string{".pyc", ".pyo"}, only: compiled, ignore: "**/__pycache__"},
}

// compiled reports whether a bytecode file has its source beside it (PEP 3147).
func compiled(p *place) bool {
	module, _, _ := strings.Cut(p.name, ".")
	if p.parentName() == "__pycache__" {
		return p.nodeUp(2, module+".py")
	}
	return p.beside(strings.TrimRight(p.name, "co"))
}

// unusedParts are what packages bring for those who work on them.
var unusedParts = []kind{
	{check: "W013", what: "tests of packages", only: isTest, sure: finding.Likely},
}

var testDirs = []string{"test", "tests", "__tests__", "idle_test"}

// exampleDirs count in packages of Node and Ruby only: in Python they are modules.
var exampleDirs = []string{"example", "examples", "benchmark", "benchmarks", "spec"}

func isTest(p *place) bool {
	up := p.parentName()
	if up == "site-packages" || up == "dist-packages" {
		return slices.Contains(testDirs, p.name)
	}
	if p.land != packLand {
		return strings.HasPrefix(up, "python") && isLib(p.grandName()) && slices.Contains(testDirs, p.name)
	}
	return slices.Contains(testDirs, p.name) || slices.Contains(exampleDirs, p.name) && p.beside("package.json")
}

var leftovers = []kind{
	{check: "W020", what: "debug symbols", dirs: []string{"usr/lib/debug", ".debug"}},
	{check: "W020", what: "debug symbols", ends: []string{".debug"}, only: func(p *place) bool { return p.is(layer.KindELF) }},
	{check: "W020", what: "debug symbols", ends: []string{".pdb"}, only: func(p *place) bool { return p.is(layer.KindBinary) }},
	{check: "W020", what: "source maps", ends: []string{".js.map", ".mjs.map", ".cjs.map", ".css.map", ".d.ts.map"}},
	{check: "W020", what: "static libraries", ends: []string{".a"}, only: func(p *place) bool { return p.is(layer.KindArchiveAr) }},
	{check: "W020", what: "libtool files", ends: []string{".la"}, only: func(p *place) bool { return p.is(layer.KindText) }},
}
