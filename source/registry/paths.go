package registry

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"

	"github.com/docker/cli/cli/config"
)

// configHome is where containers-auth.json(5) and containers-registries.conf(5)
// look for a user's own files, on macOS too. "" if there is no home.
func configHome() string {
	if d := os.Getenv("XDG_CONFIG_HOME"); d != "" {
		return d
	}
	return inHome(".config")
}

func inHome(elem ...string) string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(append([]string{home}, elem...)...)
}

// below joins unless there is no directory to begin with.
func below(dir string, elem ...string) []string {
	if dir == "" {
		return nil
	}
	return []string{filepath.Join(append([]string{dir}, elem...)...)}
}

// dockerConfigDir is docker's (DOCKER_CONFIG).
func dockerConfigDir() string {
	if dir := os.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return config.Dir()
}

// authFiles are the files that may hold credentials, in podman's order
// (containers-auth.json(5)): REGISTRY_AUTH_FILE stands for podman's own ones,
// docker's comes last.
func authFiles() []string {
	var files []string
	switch f, run := os.Getenv("REGISTRY_AUTH_FILE"), os.Getenv("XDG_RUNTIME_DIR"); {
	case f != "":
		return append([]string{f}, below(dockerConfigDir(), config.ConfigFileName)...)
	case runtime.GOOS != "linux":
	case run != "":
		files = append(files, filepath.Join(run, "containers", "auth.json"))
	default:
		files = append(files, filepath.Join("/run/containers", strconv.Itoa(os.Getuid()), "auth.json"))
	}
	files = append(files, below(configHome(), "containers", "auth.json")...)
	return append(slices.Compact(files), below(dockerConfigDir(), config.ConfigFileName)...)
}

// certDirs are where docker and podman look for the certificates of a registry
// (containers-certs.d(5)). Windows has no colon in file names.
func certDirs(host string) []string {
	if runtime.GOOS == "windows" {
		host = portless(host)
	}
	dirs := below(configHome(), "containers", "certs.d", host)
	if runtime.GOOS == "windows" {
		dirs = append(dirs, below(os.Getenv("PROGRAMDATA"), "docker", "certs.d", host)...)
	} else {
		dirs = append(dirs, filepath.Join("/etc/containers/certs.d", host), filepath.Join("/etc/docker/certs.d", host))
	}
	dirs = append(dirs, below(configHome(), "docker", "certs.d", host)...) // rootless docker
	return append(dirs, below(inHome(".docker"), "certs.d", host)...)
}

// confFiles are the registries.conf that counts, if there is one, and the
// drop-ins in the order in which they are applied. CONTAINERS_REGISTRIES_CONF
// stands for all of them, and must exist.
func confFiles() (files []string, must bool) {
	if f := os.Getenv("CONTAINERS_REGISTRIES_CONF"); f != "" {
		return []string{f}, true
	}
	dirs := append(below(configHome(), "containers"), "/etc/containers", "/usr/share/containers")
	for _, d := range dirs {
		if f := filepath.Join(d, "registries.conf"); exists(f) {
			files = append(files, f)
			break
		}
	}
	return append(files, dropIns(dirs)...), false
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// daemonFiles are where dockerd has its configuration, rootless and not.
func daemonFiles() []string {
	return append(below(configHome(), "docker", "daemon.json"), "/etc/docker/daemon.json")
}

// aliasFile is where podman keeps the short names that its user has decided on.
func aliasFile() string {
	dir, err := os.UserCacheDir()
	if os.Getuid() == 0 {
		dir, err = "/var/cache", nil
	}
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "containers", "short-name-aliases.conf")
}
