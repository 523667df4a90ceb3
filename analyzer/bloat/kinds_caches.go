package bloat

import (
	"path"
	"slices"
	"strings"

	"peel/analyzer/finding"
)

// systemCaches are those of the distributions' package managers. They lie at the
// root, or at that of a system inside the image.
var systemCaches = []kind{
	{check: "W006", what: "package lists of apt", dirs: []string{"var/lib/apt/lists"}},
	{check: "W006", what: "cache of apt", dirs: []string{"var/cache/apt", "var/cache/apt-show-versions", "var/lib/apt-xapian-index"}},
	{check: "W006", what: "cache of apk", dirs: []string{"var/cache/apk", "etc/apk/cache"}},
	{check: "W006", what: "cache of dnf", dirs: []string{"var/cache/dnf", "var/cache/libdnf5", "var/lib/dnf/repos"}},
	{check: "W006", what: "cache of yum", dirs: []string{"var/cache/yum", "var/lib/yum/yumdb"}},
	{check: "W006", what: "cache of zypper", dirs: []string{"var/cache/zypp", "var/cache/zypper"}},
	{check: "W006", what: "cache of pacman", dirs: []string{"var/cache/pacman", "var/lib/pacman/sync"}},
	{check: "W006", what: "cache of xbps", dirs: []string{"var/cache/xbps"}},
	{check: "W006", what: "cache of portage", dirs: []string{"var/cache/distfiles", "var/cache/binpkgs", "var/db/repos/gentoo"}},
	{check: "W006", what: "cache of PackageKit", dirs: []string{"var/cache/PackageKit"}},
	{check: "W006", what: "cache of Homebrew", dirs: []string{".cache/Homebrew"}},
}

// languageCaches are those of package managers and build tools of languages, by
// the layout that each of them documents, in whosever home they lie.
var languageCaches = []kind{
	{check: "W007", what: "cache of pip", dirs: []string{".cache/pip", ".cache/pip-tools"}},
	{check: "W007", what: "cache of uv", dirs: []string{".cache/uv"}},
	{check: "W007", what: "cache of Poetry", dirs: []string{".cache/pypoetry"}},
	{check: "W007", what: "cache of Python tools", dirs: []string{".cache/pipenv", ".cache/pdm", ".cache/hatch", ".cache/pre-commit", ".cache/pylint", ".cache/black"}},
	{check: "W007", what: "cache of conda", dirs: []string{"pkgs"}, only: func(p *place) bool { return p.beside("conda-meta") || p.beside("condabin") }},
	{check: "W007", what: "cache of conda", dirs: []string{".conda/pkgs", ".mamba/pkgs", ".cache/rattler"}},
	{check: "W007", what: "cache of npm", dirs: []string{".npm/_cacache", ".npm/_logs", ".npm/_npx", ".npm/_prebuilds", ".cache/npm"}, ignore: "**/.npm"},
	{check: "W007", what: "cache of yarn", dirs: []string{".cache/yarn", ".yarn-cache", ".yarn/berry/cache"}},
	// A project that runs without node_modules reads its packages from there.
	{check: "W007", what: "cache of yarn", dirs: []string{".yarn/cache"}, only: func(p *place) bool { return !p.nodeUp(2, ".pnp.cjs") }},
	{check: "W007", what: "store of pnpm", dirs: []string{".local/share/pnpm/store", ".pnpm-store", ".cache/pnpm"}},
	{check: "W007", what: "cache of bun", dirs: []string{".bun/install/cache"}},
	{check: "W007", what: "cache of node-gyp", dirs: []string{".cache/node-gyp", ".node-gyp"}},
	{check: "W007", what: "cache of Electron", dirs: []string{".cache/electron", ".cache/electron-builder"}},
	{check: "W007", what: "module cache of Go", dirs: []string{"go/pkg/mod"}},
	{check: "W007", what: "build cache of Go", dirs: []string{".cache/go-build", ".cache/golangci-lint"}},
	{check: "W007", what: "registry of Cargo", dirs: []string{".cargo/registry", ".cargo/git", "cargo/registry", "cargo/git"}},
	{check: "W007", what: "repository of Maven", dirs: []string{".m2/repository", ".m2/wrapper"}},
	{check: "W007", what: "cache of Gradle", dirs: []string{".gradle/caches", ".gradle/wrapper", ".gradle/daemon", ".gradle/native"}},
	{check: "W007", what: "cache of Ivy, sbt or Coursier", dirs: []string{".ivy2/cache", ".ivy2/local", ".sbt/boot", ".cache/coursier"}},
	{check: "W007", what: "cache of Composer", dirs: []string{".composer/cache", ".cache/composer"}},
	{check: "W007", what: "downloaded gems", ends: []string{".gem"}, only: func(p *place) bool { return p.parentName() == "cache" }, ignore: "-"},
	{check: "W007", what: "cache of Bundler", dirs: []string{".bundle/cache", ".gem/specs", ".local/share/gem/specs"}},
	{check: "W007", what: "cache of CPAN", dirs: []string{".cpan/build", ".cpan/sources", ".cpanm"}},
	{check: "W007", what: "cache of NuGet", dirs: []string{".nuget/packages", ".local/share/NuGet"}},
	{check: "W007", what: "cache of Cabal or Stack", dirs: []string{".cabal/packages", ".cache/cabal", ".stack/programs", ".stack/indices"}},
	{check: "W007", what: "cache of Mix or Rebar", dirs: []string{".hex/packages", ".cache/rebar3", ".cache/mix"}},
	{check: "W007", what: "cache of opam", dirs: []string{".opam/download-cache", ".opam/repo"}},
	{check: "W007", what: "cache of Conan or vcpkg", dirs: []string{".conan/data", ".conan2/p", "vcpkg/downloads", "vcpkg/buildtrees", ".cache/vcpkg"}},
	{check: "W007", what: "cache of a compiler", dirs: []string{".ccache", ".cache/ccache", ".cache/sccache", ".cache/bazel", ".cache/bazelisk"}},
	{check: "W007", what: "cache of Dart", dirs: []string{".pub-cache"}},
	{check: "W007", what: "cache of Helm or Terraform", dirs: []string{".cache/helm", ".terraform.d/plugin-cache"}},
}

// neededCaches are directories below .cache that programs read what they need
// from: browsers, models.
var neededCaches = []string{
	"ms-playwright", "ms-playwright-go", "puppeteer", "puppeteer-core", "Cypress", "selenium", "huggingface", "torch", "whisper",
	"sentence_transformers", "tiktoken", "openai", "chroma", "clip", "nltk_data", "fontconfig", "deno", "camoufox", "rod", "matplotlib", "node", "paddle",
}

// markedCaches are directories that say of themselves that they are caches.
var markedCaches = []kind{
	{check: "W007", what: "other caches in .cache", sure: finding.Likely, ignore: "**/.cache", only: func(p *place) bool {
		return p.parentName() == ".cache" && p.land != packLand && !slices.Contains(neededCaches, p.name) && !p.runsFrom()
	}},
	{check: "W007", what: "directory that CACHEDIR.TAG marks as a cache", sure: finding.Likely, only: func(p *place) bool {
		return !p.has("pyvenv.cfg") && !p.runsFrom() // virtual environments are marked so that backups leave them out
	}},
}

// runsFrom reports whether the container's process is started from a directory.
func (p *place) runsFrom() bool {
	run := p.img.Run()
	for _, list := range [][]string{run.Entrypoint, run.Cmd} {
		if len(list) > 0 && strings.HasPrefix(path.Clean(list[0]), p.tree.Path(p.node)+"/") {
			return true
		}
	}
	return strings.HasPrefix(path.Clean(run.WorkingDir)+"/", p.tree.Path(p.node)+"/")
}
