package evidence

import "strings"

// role is why a file is kept.
type role uint8

const (
	none    role = iota
	named        // a configuration file that some check reads
	shadow       // named, but its password hashes are not kept
	key          // named like a private key: whether it is one
	program      // executable
)

// paths are files that are kept, by their whole path.
var paths = map[string]role{
	"etc/passwd": shadow, "etc/shadow": shadow, "etc/group": named,
	"usr/lib/passwd": shadow, "usr/lib/group": named, // of ostree
	"etc/os-release": named, "usr/lib/os-release": named,
	"etc/sudoers": named, "usr/etc/sudoers": named, "etc/doas.conf": named,
	"etc/ld.so.conf": named, "etc/ld.so.preload": named,
	"etc/crontab": named, "etc/pip.conf": named, "etc/wgetrc": named, "etc/gitconfig": named,
	"etc/apt/apt.conf": named, "etc/apt/sources.list": named, "etc/npmrc": named,
	"etc/dnf/dnf.conf": named, "etc/yum.conf": named, "etc/ssh/sshd_config": named,
}

// folders are those whose files are kept, directly in them.
var folders = map[string]role{
	"etc/sudoers.d": named, "etc/doas.d": named, "etc/ld.so.conf.d": named, "etc/cron.d": named,
	"etc/apt/apt.conf.d": named, "etc/apt/sources.list.d": named, "etc/yum.repos.d": named,
	"var/spool/cron": named, "var/spool/cron/crontabs": named, "etc/crontabs": named,
}

// names are files that are kept wherever they lie.
var names = map[string]role{
	".curlrc": named, ".wgetrc": named, ".npmrc": named, "pip.conf": named, ".gitconfig": named,
	"id_rsa": key, "id_dsa": key, "id_ecdsa": key, "id_ed25519": key, "identity": key,
	"ssh_host_rsa_key": key, "ssh_host_dsa_key": key, "ssh_host_ecdsa_key": key, "ssh_host_ed25519_key": key,
}

func roleOf(path string) role {
	slash := strings.LastIndexByte(path, '/')
	base := path[slash+1:]
	if r, ok := names[base]; ok {
		return r
	}
	if strings.HasSuffix(base, ".pem") || strings.HasSuffix(base, ".key") {
		return key
	}
	if !strings.HasPrefix(path, "etc/") && !strings.HasPrefix(path, "usr/") && !strings.HasPrefix(path, "var/spool/") {
		return none
	}
	if r, ok := paths[path]; ok {
		return r
	}
	if slash > 0 {
		return folders[path[:slash]]
	}
	return none
}
