package packages

import (
	"regexp"
	"strings"
)

// companions are files that a cataloger turns to once it has found something:
// they cannot be asked of it beforehand. What is missing here shows as a note
// of the inventory, for the catalogers are told of it.
var companions = []string{
	"/etc/*release*", "/etc/debian_version", "/etc/apk/repositories", "/etc/apk/repositories.d/*",
	"/etc/apt/sources.list", "/etc/apt/sources.list.d/*", "/etc/apt/auth.conf.d/*", "/var/lib/ubuntu-advantage/status.json",
	"/root/buildinfo/content_manifests/*.json", "/etc/portage/license_groups",
	"**/lib/dpkg/info/*.md5sums", "**/lib/dpkg/info/*.conffiles",
	"**/lib/opkg/info/*", "**/usr/share/doc/*/copyright",
	"**/var/lib/pacman/local/*/files", "**/var/lib/pacman/local/*/mtree", "**/var/lib/pacman/local/*/install",
	"**/var/db/pkg/*/*/LICENSE", "**/var/db/pkg/*/*/SIZE", "**/profiles/license_groups",
	"**/nix/var/nix/db/schema",
	"**/*.{dist-info,egg-info,DIST-INFO,EGG-INFO}/{RECORD,top_level.txt,direct_url.json,installed-files.txt}",
	"**/*.dist-info/licenses/**", "**/*.dist-info/license_files/**",
	"**/EGG-INFO/{RECORD,top_level.txt,direct_url.json,installed-files.txt}",
	"**/.meta/*/MYMETA.json", "**/perllocal.pod", // of CPAN's distributions; modules where its clients install them
	"**/{site_perl,perl5}/**/*.pm", "/usr/local/{lib,lib64,share}/**/perl/**/*.pm",
	"**/conda-meta/*.json", "**/libman.json", "**/*.runtimeconfig.json",
	"**/VERSION*", "**/application.ini",
	"**/libpython*.so*", "**/libruby*.so*", "**/libjli.so", "**/libperl*.so*",
}

// licenseFile are the names under which a licence lies beside what it covers.
// It allows for more than syft's own pattern, which it does not export.
var licenseFile = regexp.MustCompile(`(?i)^(un|mit-)?licen[cs]e|^copy(ing|right|left)|^notice|^patents|^ofl|^eula|[-_.](licen[cs]e|copying|notice)(\.|$)|^(mit|apache|bsd|l?gpl|al2)([-_.0-9]|$)`)

// javaArchives are those whose classes nobody wants to see.
var javaArchives = []string{
	"**/*.jar", "**/*.war", "**/*.ear", "**/*.par", "**/*.sar", "**/*.nar", "**/*.jpi", "**/*.hpi",
	"**/*.kar", "**/*.far", "**/*.lpkg", "**/*.rar", "**/*.zap", "**/*.zip",
}

// byLink are programs that catalogers look for under names which
// distributions make symbolic links of: ruby is ruby3.1, gcc is
// x86_64-linux-gnu-gcc-12, mysqld is mariadbd.
var byLink = regexp.MustCompile(`^(ruby|mariadb|mysql|node|php|perl|java|postgres|swipl|ghc|julia|erlexec|dart|deno|bun|redis|valkey|nginx|busybox|bash|curl|openssl|xz|gzip|zstd|jq|getopt|httpd|apache|chrom|firefox|envoy|haproxy|go1?[-.0-9]|go$)|(^|-)(gcc|ghc|stack|cabal|lighttpd|slapd|ldapsearch)([-.0-9]|$)`)

// Each name in an image is held against the two expressions above, and nearly none
// fits: these are how words begin that may.
var (
	licenseStarts = startsOf("un mi li co no pa of eu ap bs lg gp al")
	linkStarts    = startsOf("ru ma my no ph pe ja po sw gh ju er da de bu re va ng ba cu op xz gz zs jq ge ht ap ch fi en ha go gc st ca li sl ld")
)

func startsOf(list string) map[[2]byte]bool {
	m := map[[2]byte]bool{}
	for s := range strings.FieldsSeq(list) {
		m[[2]byte{s[0], s[1]}] = true
	}
	return m
}

// startsWord reports whether a name, or what follows a dash, an underscore or a
// dot in it, begins with two letters of a list, in any case.
func startsWord(name string, list map[[2]byte]bool) bool {
	word := true
	for i := 0; i+1 < len(name); i++ {
		if word && list[[2]byte{name[i] | 0x20, name[i+1] | 0x20}] {
			return true
		}
		word = name[i] == '-' || name[i] == '_' || name[i] == '.'
	}
	return false
}

// isLicense reports whether a licence may lie under such a name.
func isLicense(name string) bool {
	return len(name) < maxLicenseName && startsWord(name, licenseStarts) && licenseFile.MatchString(name)
}

// isLinked reports whether a link that catalogers look for may lead to such a name.
func isLinked(name string) bool { return startsWord(name, linkStarts) && byLink.MatchString(name) }
