// Package permissions checks what an image's users and files may do: who the
// process runs as, what can be changed or loaded by whom, which accounts and
// keys lie there.
package permissions

import (
	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

// Family is the checks of this package.
var Family = check.Register(check.Family{
	Name: "permissions", Letter: "P", Title: "users, modes, accounts and what runs as root", Checks: checks,
	Inspector: evidence.Collector{},
})

// References that many checks share.
const (
	refConfig = "OCI image spec, config.md, \"config\""
	refPasswd = "passwd(5), shadow(5)"
	refCIS41  = "CIS Docker Benchmark 4.1; OCI image spec, config.md, \"User\""
)

const userFix = "FROM debian:12\nRUN useradd --system --uid 10001 app\nCOPY app /usr/local/bin/app\nUSER 10001:10001\nCMD [\"app\"]"

var checks = []check.Check{
	{
		ID: "P001", Title: "the process runs as root", Severity: finding.High, Needs: check.Config, Run: runsAsRoot,
		What:   "USER is missing, is 0 or root, or is a name that the image's own /etc/passwd gives the user ID 0.",
		Why:    "Whoever finds a hole in the program is root in the container, can change everything in it, and is one kernel or runtime bug, one mounted directory or one privileged flag away from being root on the host. All other containers of that host are then theirs too.",
		Fix:    "Make a user with a number of its own and end the Containerfile with USER.",
		Before: "FROM debian:12\nCOPY app /usr/local/bin/app\nCMD [\"app\"]", After: userFix,
		Reference: refCIS41, Peers: "CIS 4.1, CIS-DI-0001, DL3002, DS-0002",
	},
	{
		ID: "P002", Title: "USER is a name, not a number", Severity: finding.Low, Needs: check.Config, Run: userByName,
		What:      "USER names the user by a word.",
		Why:       "Kubernetes cannot see from a name that it is not root: a pod with runAsNonRoot does not start, and operators then switch that protection off.",
		Fix:       "Write the number; the name stays in /etc/passwd for people.",
		Before:    "USER app",
		After:     "USER 10001:10001",
		Reference: "Kubernetes, \"Configure a Security Context\", runAsNonRoot; " + refConfig, Peers: "DL3066",
	},
	{
		ID: "P003", Title: "USER or its group is not in the image", Severity: finding.Medium, Needs: check.Config | check.Files, Run: userUnknown,
		What:      "The image's /etc/passwd or /etc/group has no entry for the user or group that USER names. A name is grave: no runtime can start the container. A number works, but has no name and no home.",
		Why:       "Who starts the container gets an error at once, or programs such as ssh, git and Java fail later when they ask for the user's name or home.",
		Fix:       "Add the user in the image that runs, not only in the stage that builds.",
		Before:    "FROM debian:12 AS build\nRUN useradd --uid 10001 app\nFROM debian:12\nUSER app",
		After:     "FROM debian:12\nRUN useradd --system --uid 10001 app\nUSER 10001:10001",
		Reference: refConfig,
	},
	{
		ID: "P010", Title: "setuid or setgid program", Severity: finding.High, Needs: check.Files, Run: setuidFiles,
		What:      "A file runs with the rights of its owner or group, whoever starts it. What the image's own distribution ships so, unchanged in owner and mode, is listed as information.",
		Why:       "Such a program is how a process without rights becomes root: each of them must be free of faults, and those that a build adds are rarely written for it.",
		Fix:       "Take the bits away, or start containers with no_new_privileges, which ignores them.",
		Before:    "COPY --chmod=4755 helper /usr/local/bin/helper",
		After:     "COPY --chmod=0755 helper /usr/local/bin/helper",
		Reference: "CIS Docker Benchmark 4.8; execve(2)", Peers: "CIS 4.8, CIS-DI-0008",
	},
	{
		ID: "P011", Title: "file with capabilities", Severity: finding.Medium, Needs: check.Files, Run: fileCapabilities,
		What:      "The extended attribute security.capability gives a program rights of root when it is started. It was decoded (versions 1 to 3). Those as good as root are high, those that grant little are low.",
		Why:       "Capabilities work as setuid does, but no listing of modes shows them: who reviews the image overlooks that any user can, say, read every file or change users.",
		Fix:       "Give the container the capability when it starts, or take the attribute away.",
		Before:    "RUN setcap cap_dac_override,cap_setuid+ep /usr/bin/app",
		After:     "# docker run --cap-drop ALL --cap-add NET_BIND_SERVICE …",
		Reference: "capabilities(7), \"File capabilities\"",
	},
	{
		ID: "P012", Title: "everybody can write to it", Severity: finding.Medium, Needs: check.Files, Run: worldWritable,
		What:      "The mode of a file lets every user write to it, or a directory lets every user add and replace files without the sticky bit. Programs and configuration are high, data is medium.",
		Why:       "A process that was taken over, however few rights it has, can change what others run or read there, and stays when the program is restarted.",
		Fix:       "Give the owner that needs it, and no one else, the right to write.",
		Before:    "COPY . /app\nRUN chmod -R 777 /app",
		After:     "COPY --chown=10001:10001 --chmod=u=rwX,go=rX . /app",
		Reference: "chmod(1); CIS Distribution Independent Linux 6.1",
	},
	{
		ID: "P013", Title: "system file that the runtime user can change", Severity: finding.High, Needs: check.Config | check.Files, Run: writableSystem,
		What:      "The user of USER, by itself or one of its groups, can write to a file or directory that decides for all users what is run or who may log in: /etc/passwd, ld.so and cron configuration, the system's programs, or the started program although another user owns it.",
		Why:       "A process that was taken over becomes root the next time that root uses such a file: a cron job, an exec as root, an entrypoint that starts as root and then drops its rights.",
		Fix:       "Leave these files to root, mode 0644 or 0755.",
		Before:    "RUN chmod g=u /etc/passwd\nUSER 1001",
		After:     "RUN useradd --uid 1001 --gid 0 app\nUSER 1001",
		Reference: "CVE-2019-19335 and its kin (writable /etc/passwd); path_resolution(7)",
	},
	{
		ID: "P014", Title: "volume that the runtime user cannot write to", Severity: finding.Info, Needs: check.Config | check.Files, Run: unwritableVolume,
		What:      "VOLUME declares a directory for data, but the user of USER has no right to write to it.",
		Why:       "A new volume takes owner and mode from the image: the program fails when it first writes, and people then run it as root.",
		Fix:       "Create the directory with the right owner before VOLUME.",
		Before:    "VOLUME /data\nUSER 10001",
		After:     "RUN install -d -o 10001 -g 10001 /data\nVOLUME /data\nUSER 10001",
		Reference: "OCI image spec, config.md, \"Volumes\"",
	},
	{
		ID: "P015", Title: "program files owned by the runtime user", Severity: finding.Low, Needs: check.Config | check.Files, Run: ownCode,
		What:      "Executables or source files of the program belong to the user of USER, who can therefore change them whatever their mode.",
		Why:       "Whoever gets the program to write a file can replace the program itself, and the change is run from then on.",
		Fix:       "Let root own the code, and the user only the directories for data.",
		Before:    "COPY --chown=app:app . /app\nUSER app",
		After:     "COPY . /app\nRUN install -d -o 10001 -g 10001 /app/data\nUSER 10001:10001",
		Reference: "CIS Docker Benchmark 4.1; NIST SP 800-190, 4.1",
	},
	{
		ID: "P020", Title: "account without a password", Severity: finding.Critical, Needs: check.Files, Run: emptyPassword,
		What:      "The password field of an account in /etc/shadow or /etc/passwd is empty. An account whose shell lets nobody in is high.",
		Why:       "Anybody who can run su, login or sshd in the container becomes that account without being asked: as CVE-2019-5021 of Alpine, every user became root.",
		Fix:       "Lock the account.",
		Before:    "RUN passwd -d root",
		After:     "RUN passwd -l root",
		Reference: refPasswd + "; CVE-2019-5021", Peers: "DKL-LI-0001",
	},
	{
		ID: "P021", Title: "password hash in the image", Severity: finding.Medium, Needs: check.Files, Run: passwordHash,
		What:      "An account has a password, and its hash is in the image. The hash itself is not shown. Old kinds (DES, MD5) are high.",
		Why:       "Whoever has the image can guess the password at leisure, for every container made from it, and for every other place where the same password is used.",
		Fix:       "Lock the account; containers need no passwords.",
		Before:    "RUN echo 'root:secret' | chpasswd",
		After:     "RUN passwd -l root",
		Reference: refPasswd + "; crypt(5)",
	},
	{
		ID: "P022", Title: "second account with user ID 0", Severity: finding.High, Needs: check.Files, Run: secondRoot,
		What:      "An account other than root has the user ID 0.",
		Why:       "It is root under another name: rules, logs and reviews that look for root do not see it. Back doors look like this.",
		Fix:       "Remove the account, or give it a number of its own.",
		Before:    "RUN useradd -o -u 0 admin",
		After:     "RUN useradd -u 10002 admin",
		Reference: "passwd(5); CIS Distribution Independent Linux 6.2", Peers: "DKL-LI-0002",
	},
	{
		ID: "P023", Title: "name or number of an account given twice", Severity: finding.Medium, Needs: check.Files, Run: duplicateAccounts,
		What:      "Two accounts or two groups have the same name or the same number.",
		Why:       "Which one counts depends on the program that asks: files belong to somebody else than meant, and rules for the one are in force for the other.",
		Fix:       "Give each its own name and number.",
		Before:    "RUN useradd -o -u 1000 app2",
		After:     "RUN useradd -u 1001 app2",
		Reference: "passwd(5), group(5); CIS Distribution Independent Linux 6.2", Peers: "DKL-LI-0002",
	},
	{
		ID: "P024", Title: "root without a password by sudo or doas", Severity: finding.High, Needs: check.Files, Run: sudoRules,
		What:      "A rule of sudoers or doas.conf lets somebody but root run commands without a password. That sudo or doas is installed at all is low.",
		Why:       "USER then protects nothing: whoever takes over the process is root with one command.",
		Fix:       "Do what needs root in the build, before USER, and leave sudo out.",
		Before:    "RUN echo 'app ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers\nUSER app",
		After:     "RUN chown -R 10001 /var/lib/app\nUSER 10001:10001",
		Reference: "sudoers(5), doas.conf(5)", Peers: "DKL-DI-0001, DL3004, DS-0010",
	},
	{
		ID: "P025", Title: "ssh access", Severity: finding.High, Needs: check.Files, Run: ssh,
		What:      "The image has ssh host keys, or keys that may log in. An ssh server alone is medium.",
		Why:       "Host keys in an image are the same in each container, and known to whoever has the image: connections can be listened to. A key that may log in opens every container to its owner.",
		Fix:       "Use exec of the runtime to get in. If ssh must be, make host keys when the container starts.",
		Before:    "RUN apt-get install -y openssh-server",
		After:     "RUN apt-get install -y openssh-server && rm /etc/ssh/ssh_host_*\n# entrypoint: ssh-keygen -A",
		Reference: "sshd(8); NIST SP 800-190, 4.1", Peers: "DS-0004",
	},
	{
		ID: "P026", Title: "device node", Severity: finding.High, Needs: check.Files, Run: devices,
		What:      "The image holds a device. Those that every container gets anyway, and named pipes, are information; others in /dev, which runtimes cover, are medium.",
		Why:       "A node is the device itself: a disk or the kernel's memory, for whoever the mode lets. Unpacking as root makes it on the host, and without root it fails.",
		Fix:       "Leave device nodes out of archives that are added.",
		Before:    "ADD rootfs.tar /",
		After:     "# tar --exclude=./dev/* -cf rootfs.tar .\nADD rootfs.tar /",
		Reference: "mknod(2); OCI runtime spec, config-linux.md, \"Default Devices\"",
	},
	{
		ID: "P027", Title: "name or link that leads out of the image", Severity: finding.High, Needs: check.Files | check.Config, Run: escapes,
		What:      "A layer holds names with \"..\" that lead out of its root, WORKDIR leads through an open file of the runtime, or a symbolic link leads into /proc.",
		Why:       "A program that unpacks without care writes to the host's files, and a runtime that starts in such a directory stands on the host (CVE-2024-21626). Nobody makes such names by mistake.",
		Fix:       "Build the layer again with an honest tar, and find out where this one comes from.",
		Before:    "WORKDIR /proc/self/fd/8",
		After:     "WORKDIR /app",
		Reference: "OCI image spec, layer.md; CVE-2024-21626, CVE-2019-14271",
	},
	{
		ID: "P028", Title: "made for the container engine's socket", Severity: finding.High, Needs: check.Config | check.Files, Run: engineSocket,
		What:      "A VOLUME or a file is the socket of Docker, containerd, Podman or CRI-O. A variable that names an engine is medium.",
		Why:       "Who reaches the socket can start a container with the host's disk in it, and is so root on the host.",
		Fix:       "Build without an engine (buildah, kaniko, BuildKit rootless), or give the socket when the container starts and only to whom it is due.",
		Before:    "VOLUME /var/run/docker.sock",
		After:     "# no volume; docker run -v … where it cannot be avoided",
		Reference: "Docker, \"Protect the Docker daemon socket\"; CIS Docker Benchmark 5.32",
	},
	{
		ID: "P029", Title: "private key that everybody can read", Severity: finding.Medium, Needs: check.Files, Run: readableKey,
		What:      "A file with a name of keys begins with a private key, and its mode lets every user read it.",
		Why:       "Every process of the container has the key, also one that was taken over and has no other rights. That the key is in the image at all is S001.",
		Fix:       "Mount keys when the container starts; on disk, mode 0400 for the one user that needs it.",
		Before:    "COPY server.key /etc/ssl/private/server.key",
		After:     "# docker run --mount type=secret,…,target=/run/secrets/server.key",
		Reference: "ssh(1), \"FILES\"; CIS Docker Benchmark 4.10",
	},
	{
		ID: "P030", Title: "tools that help an intruder", Severity: finding.Info, Needs: check.Files, Run: attackSurface,
		What:      "The image has a package manager, a shell or a network client.",
		Why:       "They are the first things an intruder uses to look around, fetch more and move on, and each brings its own faults to be mended.",
		Fix:       "For a program that needs none of them, take a base image without them.",
		Before:    "FROM debian:12\nCOPY app /app\nCMD [\"/app\"]",
		After:     "FROM scratch\nCOPY app /app\nCMD [\"/app\"]",
		Reference: "CIS Docker Benchmark 4.3; NIST SP 800-190, 4.1", Peers: "CIS 4.3, CIS-DI-0003",
	},
	{
		ID: "P031", Title: "unsafe PATH", Severity: finding.High, Needs: check.Config | check.Files, Run: unsafePath,
		What:      "The PATH has an empty or a relative element, or a directory that everybody can write to. That the user of USER can write to the first one is low.",
		Why:       "A file named as a common command, put where the process happens to be or where anybody may write, is run in the command's place by the next one who calls it.",
		Fix:       "Only absolute directories that root owns.",
		Before:    "ENV PATH=.:$PATH",
		After:     "ENV PATH=/opt/app/bin:$PATH",
		Reference: "environ(7); CWE-427",
	},
	{
		ID: "P032", Title: "variable that makes programs unsafe", Severity: finding.Medium, Needs: check.Config | check.Files, Run: unsafeEnv,
		What:      "A variable of the image switches the verification of certificates off, opens a debugger, or lets code be loaded from where others can put it.",
		Why:       "It is in force for every process of every container, long after the build that needed it: connections can be read and changed on the way, or foreign code is run.",
		Fix:       "Remove it. For a private authority add its certificate; for one build step write the variable in front of the command.",
		Before:    "ENV NODE_TLS_REJECT_UNAUTHORIZED=0",
		After:     "COPY ca.crt /usr/local/share/ca-certificates/\nENV NODE_EXTRA_CA_CERTS=/usr/local/share/ca-certificates/ca.crt",
		Reference: "CWE-295, CWE-426; ld.so(8)", Peers: "DL3044",
	},
	{
		ID: "P033", Title: "configuration that verifies nothing", Severity: finding.Medium, Needs: check.Files, Run: unsafeConfig,
		What:      "A configuration file of apt, dnf, curl, wget, pip, npm or git switches signatures or certificates off. A certificate authority of one's own is information.",
		Why:       "Whatever is fetched later, in this container or in an image built on it, may come from somebody else than the name says.",
		Fix:       "Remove the line, and add the key or the certificate that was missing.",
		Before:    "RUN echo 'deb [trusted=yes] http://repo.example/ stable main' > /etc/apt/sources.list.d/x.list",
		After:     "COPY repo.asc /etc/apt/keyrings/\nRUN echo 'deb [signed-by=/etc/apt/keyrings/repo.asc] https://repo.example/ stable main' > /etc/apt/sources.list.d/x.list",
		Reference: "CIS Docker Benchmark 4.11; sources.list(5), apt-secure(8)", Peers: "CIS 4.11, CIS-DI-0011",
	},
}
