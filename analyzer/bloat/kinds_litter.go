package bloat

import (
	"slices"
	"strings"

	"peel/analyzer/finding"
	"peel/source/layer"
)

// repositories are those of version control.
var repositories = []kind{
	{check: "W008", what: "Git repository", dirs: []string{".git"}, only: func(p *place) bool { return p.has("HEAD") || p.has("objects") || p.has("config") }, least: finding.Low},
	{check: "W008", what: "Mercurial repository", dirs: []string{".hg"}, only: func(p *place) bool { return p.has("store") || p.has("requires") }, least: finding.Low},
	{check: "W008", what: "Subversion working copy", dirs: []string{".svn"}, only: func(p *place) bool { return p.has("wc.db") || p.has("entries") }, least: finding.Low},
	{check: "W008", what: "CVS working copy", dirs: []string{"CVS"}, only: func(p *place) bool { return p.has("Entries") && p.has("Root") }, least: finding.Low},
	{check: "W008", what: "Bazaar, Darcs or Jujutsu repository", dirs: []string{".bzr", "_darcs", ".jj"}, least: finding.Low},
	{check: "W008", what: "bare Git repository", only: func(p *place) bool {
		return strings.HasSuffix(p.name, ".git") && p.has("HEAD") && p.has("objects") && p.has("refs")
	}, least: finding.Low, ignore: "**/*.git"},
}

// litter is what editors, systems and pipelines leave behind.
var litter = []kind{
	{check: "W014", what: "files of an editor", dirs: []string{".vscode", ".idea", ".vs", ".fleet", ".settings"}, only: own},
	{check: "W014", what: "files of an editor", ends: []string{".swp", ".swo"}, only: func(p *place) bool { return strings.HasPrefix(p.name, ".") }, ignore: "**/.*.sw?"},
	{check: "W014", what: "files of an editor", ends: []string{"~", ".orig", ".rej"}, only: own},
	{check: "W014", what: "files of a desktop", files: []string{".DS_Store", "Thumbs.db", "desktop.ini"}},
	{check: "W014", what: "files of a desktop", dirs: []string{"__MACOSX", ".Spotlight-V100", ".Trashes", ".Trash"}},
	{check: "W014", what: "files of the build", files: buildFiles, only: own},
	{check: "W014", what: "files of the build", ends: []string{".Dockerfile", ".dockerfile"}, only: own},
	{check: "W014", what: "files of a pipeline", dirs: []string{".github", ".circleci", ".gitlab", ".buildkite", ".devcontainer"}, only: own},
	{check: "W014", what: "caches of build tools", dirs: toolCaches},
	{check: "W014", what: "caches of build tools", files: []string{".eslintcache", ".stylelintcache", ".tsbuildinfo"}},
	{check: "W014", what: "coverage reports", dirs: []string{"htmlcov", ".nyc_output"}, only: own},
	{check: "W014", what: "coverage reports", dirs: []string{"coverage"}, only: func(p *place) bool {
		return p.land == ownLand && (p.has("lcov.info") || p.has("lcov-report") || p.has("coverage-final.json") || p.has("clover.xml"))
	}},
	{check: "W014", what: "coverage reports", files: []string{".coverage", "lcov.info", "coverage.out", "coverage.xml"}, only: own},
	{check: "W014", what: "logs", dirs: []string{"/var/log"}, ignore: "-", spare: func(name string) bool { return slices.Contains(loginLogs, name) }},
	{check: "W014", what: "logs", files: []string{"npm-debug.log", "yarn-error.log", "yarn-debug.log", "hs_err_pid.log"}},
	{check: "W014", what: "logs", ends: []string{".log"}, only: own, ignore: "**/*.log"},
	{check: "W014", what: "temporary files", dirs: []string{"/tmp", "/var/tmp"}, ignore: "-"},
	{check: "W014", what: "backup copies", ends: []string{"-old"}, ignore: "-", only: func(p *place) bool {
		return p.parentName() == "dpkg" || p.parentName() == "debconf"
	}},
	{check: "W014", what: "backup copies", files: []string{"passwd-", "group-", "shadow-", "gshadow-", "subuid-", "subgid-"}, ignore: "-"},
	{check: "W014", what: "histories of shells and programs", files: []string{
		".bash_history", ".ash_history", ".zsh_history", ".python_history", ".node_repl_history", ".lesshst", ".viminfo", ".wget-hsts", ".mysql_history", ".psql_history"}},
}

// loginLogs are the logs that grow with the highest user number; see W016.
var loginLogs = []string{"lastlog", "faillog", "tallylog"}

// buildFiles tell how to build an image, and are nothing to one that runs.
var buildFiles = []string{
	"Dockerfile", "Containerfile", "docker-compose.yml", "docker-compose.yaml", "docker-compose.override.yml", "docker-compose.override.yaml",
	"docker-compose.dev.yml", "compose.yml", "compose.yaml", ".dockerignore", ".containerignore", ".gitignore", ".gitattributes", ".gitmodules",
	".gitlab-ci.yml", ".travis.yml", ".drone.yml", "Jenkinsfile", "azure-pipelines.yml", "bitbucket-pipelines.yml", ".pre-commit-config.yaml",
	".editorconfig", "Vagrantfile", ".hgignore", ".npmignore",
}

// toolCaches make the next run of a build or test faster, and nothing else.
var toolCaches = []string{
	"node_modules/.cache", "node_modules/.vite", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox", ".hypothesis", ".sass-cache", ".parcel-cache",
	".turbo/cache", ".angular/cache", ".next/cache", ".ipynb_checkpoints", ".vagrant", ".terragrunt-cache",
}

var loginRecords = []kind{
	{check: "W016", what: "records of logins", files: loginLogs, ignore: "-", only: func(p *place) bool { return p.parentName() == "log" }},
}

// archiveEnds are those of archives, and what they are without them.
var archiveEnds = []string{".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2", ".tar.zst", ".tzst", ".tar", ".zip", ".7z"}

// downloads are directories where builds put what they unpack or install, and
// mostly not what a program reads.
var downloads = []string{"", "root", "opt", "usr/src", "usr/local/src", "srv", "build", "src"}

var archives = []kind{
	{check: "W015", what: "installers", ends: []string{".deb", ".rpm", ".msi", ".pkg.tar.zst", ".pkg.tar.xz"}, only: isInstaller, sure: finding.Likely, ignore: "-"},
	{check: "W015", what: "installed wheels", ends: []string{".whl"}, only: isInstaller, sure: finding.Likely, ignore: "-"},
	{check: "W015", what: "archives beside what was in them", ends: archiveEnds, sure: finding.Likely, ignore: "-", only: func(p *place) bool {
		return p.land == ownLand && p.packed() && p.beside(stem(p.name))
	}},
	{check: "W015", what: "archives where builds unpack them", ends: archiveEnds, sure: finding.Likely, ignore: "-", only: func(p *place) bool {
		dir := strings.TrimPrefix(p.tree.Path(p.parent), "/")
		return p.packed() && (slices.Contains(downloads, dir) || strings.HasPrefix(dir, "home/") && strings.Count(dir, "/") == 1)
	}},
}

func isInstaller(p *place) bool { return p.land == ownLand && !p.is(layer.KindText, layer.KindEmpty) }

// stem is an archive's name without its end.
func stem(name string) string {
	for _, end := range archiveEnds {
		if s, ok := strings.CutSuffix(name, end); ok {
			return s
		}
	}
	return name
}

// packed reports whether the content is an archive's.
func (p *place) packed() bool {
	return p.is(layer.KindGzip, layer.KindXz, layer.KindBzip2, layer.KindZstd, layer.KindZip, layer.KindTar, layer.KindBinary)
}

// is reports whether the file's content, in any layer, is of one of these kinds.
func (p *place) is(kinds ...layer.Kind) bool {
	for _, v := range p.tree.VersionsOf(p.node) {
		if v.Entry != nil && v.Type == layer.Regular && slices.Contains(kinds, v.Entry.Kind) {
			return true
		}
	}
	return false
}
