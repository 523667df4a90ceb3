package permissions_test

import (
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	"peel/analyzer/permissions"
	. "peel/source/sourcetest"
)

const (
	passwd = "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n"
	group  = "root:x:0:\napp:x:1000:\n"
	debian = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n"
)

// base is what the images have in common, then what is given.
func base(more ...File) []File {
	return append([]File{Dir("etc", 0o755), Reg("etc/passwd", passwd), Reg("etc/group", group), Reg("etc/os-release", debian)}, more...)
}

func as(user string, more func(*v1.Config)) func(*v1.ConfigFile) {
	return func(c *v1.ConfigFile) {
		c.Config.User = user
		if more != nil {
			more(&c.Config)
		}
	}
}

func env(kv ...string) func(*v1.Config) { return func(c *v1.Config) { c.Env = kv } }

func volume(v string) func(*v1.Config) {
	return func(c *v1.Config) { c.Volumes = map[string]struct{}{v: {}} }
}

// caps is an attribute of version 2: effective, these bits permitted.
func caps(bits uint32) string {
	return string([]byte{1, 0, 0, 2, byte(bits), byte(bits >> 8), byte(bits >> 16), byte(bits >> 24), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})
}

const key = "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n"

func TestChecks(t *testing.T) {
	img := checktest.Image
	ok := img(as("1000", nil), base()...)
	checktest.Walk(t, permissions.Family, []checktest.Pair{
		{ID: "P001", Bad: img(as("", nil), base()...), Good: ok},
		{ID: "P001", Bad: img(as("toor", nil), Reg("etc/passwd", "toor:x:0:0::/:/bin/sh\n")), Good: img(as("app", nil), base()...)},
		{ID: "P001", Bad: img(as("0:0", nil)), Good: img(as("65532", nil))},
		{ID: "P002", Bad: img(as("app", nil), base()...), Good: ok},
		{ID: "P003", Bad: img(as("nobody", nil), base()...), Good: ok, Severity: finding.High},
		{ID: "P003", Bad: img(as("1000:staff", nil), base()...), Good: img(as("1000:app", nil), base()...), Severity: finding.High},
		{ID: "P003", Bad: img(as("4711", nil), base()...), Good: img(as("4711", nil)), Severity: finding.Low},
		{ID: "P010", Bad: img(nil, base(Reg("usr/local/bin/x", "\x7fELF").Mode(0o4755))...), Good: img(nil, base(Reg("usr/local/bin/x", "\x7fELF").Mode(0o755))...)},
		{ID: "P010", Bad: img(nil, base(Reg("usr/bin/passwd", "\x7fELF").Mode(0o4757))...), Good: ok, Severity: finding.Critical},
		{ID: "P011", Bad: img(nil, Reg("bin/x", "\x7fELF").Xattr("security.capability", caps(1<<21))), Good: ok, Severity: finding.High},
		{ID: "P011", Bad: img(nil, Reg("bin/x", "\x7fELF").Xattr("security.capability", caps(1<<13))), Good: ok},
		{ID: "P012", Bad: img(nil, Reg("app/run.sh", "#!/bin/sh\n").Mode(0o777)), Good: img(nil, Dir("tmp", 0o1777), Symlink("l", "x")), Severity: finding.High},
		{ID: "P012", Bad: img(nil, Dir("data", 0o777)), Good: ok},
		{ID: "P013", Bad: img(as("1000:0", nil), Reg("etc/passwd", passwd).Mode(0o664), Reg("etc/group", group)), Good: ok},
		{ID: "P013", Bad: img(as("1000", nil), base(Dir("usr/bin", 0o755).Owner(1000, 0), Reg("usr/bin/ls", "x").Mode(0o755))...), Good: ok},
		{ID: "P014", Bad: img(as("1000", volume("/data")), base(Dir("data", 0o755))...), Good: img(as("1000", volume("/data")), base(Dir("data", 0o755).Owner(1000, 1000))...)},
		{ID: "P015", Bad: img(as("1000", nil), base(Reg("app/main.py", "pass\n").Owner(1000, 1000))...), Good: img(as("1000", nil), base(Reg("app/main.py", "pass\n"))...)},
		{ID: "P020", Bad: img(nil, base(Reg("etc/shadow", "root::1:0:99999:7:::\n"))...), Good: img(nil, base(Reg("etc/shadow", "root:*:1:0:99999:7:::\n"))...)},
		{ID: "P020", Bad: img(nil, Reg("etc/passwd", "root::0:0::/:/bin/sh\n")), Good: ok},
		{ID: "P021", Bad: img(nil, base(Reg("etc/shadow", "root:$6$salt$hash:1::::::\n"))...), Good: img(nil, base(Reg("etc/shadow", "root:!$6$salt$hash:1::::::\n"))...)},
		{ID: "P021", Bad: img(nil, base(Reg("etc/shadow", "root:$1$salt$hash:1::::::\n"))...), Good: ok, Severity: finding.High},
		{ID: "P022", Bad: img(nil, Reg("etc/passwd", passwd+"toor:x:0:0::/:/bin/sh\n")), Good: ok},
		{ID: "P023", Bad: img(nil, Reg("etc/passwd", passwd+"app2:x:1000:1::/:/bin/sh\n")), Good: ok},
		{ID: "P023", Bad: img(nil, Reg("etc/passwd", passwd), Reg("etc/group", group+"app:x:7:\n")), Good: ok},
		{ID: "P024", Bad: img(nil, Reg("etc/sudoers.d/app", "app ALL=(ALL) NOPASSWD: ALL\n")), Good: img(nil, Reg("etc/sudoers", "root ALL=(ALL) NOPASSWD: ALL\n%sudo ALL=(ALL:ALL) ALL\n# x NOPASSWD:\n"))},
		{ID: "P024", Bad: img(nil, Reg("etc/doas.conf", "permit nopass :wheel\n")), Good: img(nil, Reg("etc/doas.conf", "permit persist :wheel\n"))},
		{ID: "P025", Bad: img(nil, Reg("etc/ssh/ssh_host_rsa_key", key).Mode(0o600)), Good: ok},
		{ID: "P025", Bad: img(nil, base(Reg("home/app/.ssh/authorized_keys", "ssh-ed25519 AAAA a\n"))...), Good: ok},
		{ID: "P026", Bad: img(nil, Block("disk", 8, 0)), Good: ok},
		{ID: "P027", Bad: img(nil, Reg("x", "y").Name("../../etc/cron.d/x")), Good: img(nil, Symlink("dev/stdout", "/proc/self/fd/1"), Symlink("etc/mtab", "/proc/mounts"))},
		{ID: "P027", Bad: img(as("", func(c *v1.Config) { c.WorkingDir = "/proc/self/fd/8" })), Good: ok, Severity: finding.Critical},
		{ID: "P028", Bad: img(as("", volume("/var/run/docker.sock"))), Good: img(as("", volume("/data")))},
		{ID: "P029", Bad: img(nil, Reg("etc/ssl/server.key", key)), Good: img(nil, Reg("etc/ssl/server.key", key).Mode(0o640), Reg("etc/ssl/ca.pem", "-----BEGIN CERTIFICATE-----\n"))},
		{ID: "P030", Bad: img(nil, Reg("bin/busybox", "\x7fELF").Mode(0o755), Symlink("bin/sh", "busybox")), Good: ok},
		{ID: "P031", Bad: img(as("", env("PATH=.:/bin"))), Good: img(as("", env("PATH=/usr/bin:/bin")))},
		{ID: "P031", Bad: img(as("", env("PATH=/opt/bin:/bin")), Dir("opt/bin", 0o777)), Good: img(as("", env("PATH=/opt/bin:/bin")), Dir("opt/bin", 0o755))},
		{ID: "P032", Bad: img(as("", env("GIT_SSL_NO_VERIFY=1"))), Good: img(as("", env("GIT_SSL_NO_VERIFY=0", "NODE_TLS_REJECT_UNAUTHORIZED=1")))},
		{ID: "P032", Bad: img(as("", env("LD_LIBRARY_PATH=/opt/lib:"))), Good: img(as("", env("LD_LIBRARY_PATH=/opt/lib", "LD_PRELOAD=libjemalloc.so.2")))},
		{ID: "P033", Bad: img(nil, Reg("etc/apt/sources.list.d/x.list", "deb [trusted=yes] http://x/ y main\n")), Good: img(nil, Reg("etc/apt/sources.list.d/x.list", "# deb [trusted=yes] http://x/\ndeb [signed-by=/k] https://x/ y main\n"))},
		{ID: "P033", Bad: img(nil, Reg("root/.curlrc", "insecure\n")), Good: img(nil, Reg("root/.curlrc", "silent\n"))},
	})
}
