// Package history reads the text of the build steps. It gives hints alone: what
// a step did is seen from its files, and the other families look at those. An
// image without history has no answers here.
package history

import (
	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

// Family is the checks of this package.
var Family = check.Register(check.Family{
	Name: "history", Letter: "H", Title: "hints from the text of the build steps", Checks: checks,
	Inspector: evidence.Collector{},
})

const (
	refBest = "Docker, \"Building best practices\""
	hint    = " Seen in the text of the history, so it is a hint."
)

var checks = []check.Check{
	{
		ID: "H001", Title: "package lists updated in a step of their own", Severity: finding.Low, Needs: check.Config | check.History, Run: updateAlone,
		What:      "A RUN updates the package lists and installs nothing." + hint,
		Why:       "The step stays in the builder's cache: later builds install from lists that are weeks old, get old versions with known faults, or fail.",
		Fix:       "Update and install in one RUN.",
		Before:    "RUN apt-get update\nRUN apt-get install -y curl",
		After:     "RUN apt-get update && apt-get install -y --no-install-recommends curl && rm -rf /var/lib/apt/lists/*",
		Reference: "CIS Docker Benchmark 4.7; " + refBest, Peers: "CIS 4.7, CIS-DI-0007, DKL-DI-0005, DS-0017",
	},
	{
		ID: "H002", Title: "ADD of a local file", Severity: finding.Info, Needs: check.Config | check.History, Run: addLocal,
		What:      "ADD brings files of the build context that are no archive." + hint,
		Why:       "ADD unpacks archives and fetches URLs: what it does depends on the file's content, and who reads the Containerfile cannot tell.",
		Fix:       "Use COPY.",
		Before:    "ADD app /app",
		After:     "COPY app /app",
		Reference: "CIS Docker Benchmark 4.9; " + refBest, Peers: "CIS 4.9, CIS-DI-0009, DL3020, DS-0005",
	},
	{
		ID: "H003", Title: "download that nothing verifies", Severity: finding.Low, Needs: check.Config | check.History, Run: unverified,
		What:      "ADD, curl or wget fetches a file, and the step has no checksum or signature. Without TLS it is medium." + hint,
		Why:       "Whoever controls the server, or without TLS the way to it, decides what is in the image: all who run it run that.",
		Fix:       "Write down the checksum of what was reviewed.",
		Before:    "ADD https://example.org/tool /usr/bin/tool",
		After:     "ADD --checksum=sha256:… https://example.org/tool /usr/bin/tool",
		Reference: "Dockerfile reference, \"ADD --checksum\"; SLSA, \"Build dependencies\"",
	},
	{
		ID: "H004", Title: "download piped into a shell", Severity: finding.Low, Needs: check.Config | check.History,
		Run: runs(`\b(?:curl|wget)\b[^&;|]*\|\s*(?:sudo\s+)?(?:\S*/)?(?:env\s+\S+\s+)*(?:(?:ba|da|a|k|z)?sh\b|` +
			// Without a program of their own these run what they read.
			`(?:python[23]?|perl|ruby|node|php)\s*-?\s*(?:$|[;&|)#]))` +
			`|\b(?:ba|da|a|k|z)?sh\s+(?:-\S+\s+)*["']?[$<]\(\s*(?:curl|wget)\b`),
		What:      "A script from the network is run as it arrives." + hint,
		Why:       "What it does can differ from build to build and from what was read before; if the connection breaks, half of it has been run, and the step still succeeds.",
		Fix:       "Fetch a fixed version, compare its checksum, then run it.",
		Before:    "RUN curl -fsSL https://example.org/install.sh | sh",
		After:     "ADD --checksum=sha256:… https://example.org/v1.2/install.sh /tmp/install.sh\nRUN sh /tmp/install.sh && rm /tmp/install.sh",
		Reference: refBest + ", \"Using pipes\"", Peers: "DL4006",
	},
	{
		ID: "H005", Title: "whole distribution upgraded", Severity: finding.Info, Needs: check.Config | check.History,
		Run: runs(`\b(?:apt-get|apt|aptitude)(?: -\S+)* (?:dist-upgrade|full-upgrade)\b|` +
			`\b(?:yum|dnf|microdnf)(?: -\S+)* (?:update|upgrade)(?: -\S+)*\s*(?:$|[;&|#])|\bapk(?: -\S+)* upgrade\b|\bzypper(?: -\S+)* (?:dist-upgrade|dup)\b`),
		What:      "A step upgrades all packages of the base image." + hint,
		Why:       "Every upgraded file is in the image twice, and what is installed depends on the day of the build; a newer base image has the same without the copies.",
		Fix:       "Take a newer base image and pin its digest.",
		Before:    "FROM debian:12.1\nRUN apt-get update && apt-get dist-upgrade -y",
		After:     "FROM debian:12.11",
		Reference: refBest, Peers: "DKL-DI-0003, DL3005, DS-0024",
	},
	{
		ID: "H006", Title: "packages installed without a version", Severity: finding.Info, Needs: check.Config | check.History, Run: unpinned,
		What:      "apt-get, apk, pip, npm or gem installs packages without a version." + hint,
		Why:       "Two builds of the same source give different images: a fault that one has cannot be found in the other, and a bad release of a package gets in unseen.",
		Fix:       "Name versions, or use a lock file.",
		Before:    "RUN pip install flask",
		After:     "RUN pip install --require-hashes -r requirements.txt",
		Reference: refBest + ", \"Version pinning\"", Peers: "DL3008, DL3013, DL3016, DL3018, DL3028",
	},
	{
		ID: "H007", Title: "verification switched off in a step", Severity: finding.Low, Needs: check.Config | check.History,
		Run: runs(`--allow-unauthenticated\b|--force-yes\b|--no-check-certificate\b|--nogpgcheck\b|--no-gpg-checks\b|--trusted-host\b|--allow-untrusted\b|` +
			`\bcurl\b(?: -[A-Za-z]+| --\S+(?: [^-\s]\S*)?)* (?:-[A-Za-jl-z]*k[A-Za-z]*|--insecure)\b|strict-ssl[ =]false|http\.ssl[vV]erify[ =]false|GIT_SSL_NO_VERIFY=(?:1|true)`),
		What:      "A command was told to accept any certificate, or packages that nobody signed." + hint,
		Why:       "Whoever is on the way to the server decides what is in the image: all who run it run that.",
		Fix:       "Add the certificate or the key that is missing.",
		Before:    "RUN curl -k -o /usr/bin/tool https://internal.example/tool",
		After:     "COPY ca.crt /usr/local/share/ca-certificates/\nRUN update-ca-certificates && curl -fo /usr/bin/tool https://internal.example/tool",
		Reference: "apt-secure(8); CWE-295; CIS Docker Benchmark 4.11", Peers: "CIS 4.11",
	},
	{
		ID: "H008", Title: "chmod for everybody", Severity: finding.Info, Needs: check.Config | check.History,
		Run:       runs(`\bchmod\b(?: -\S+)* (?:0?777|a\+rwx|ugo\+rwx|o\+w|a\+w)\b`),
		What:      "A step gives everybody the right to write." + hint + " What is still so in the image is P012.",
		Why:       "A process that was taken over, however few rights it has, can change what others run; changed in a step of its own, every file is in the image twice.",
		Fix:       "Give the owner that needs it the right, where the file is copied.",
		Before:    "COPY . /app\nRUN chmod -R 777 /app",
		After:     "COPY --chown=10001:10001 --chmod=u=rwX,go=rX . /app",
		Reference: "chmod(1)",
	},
	{
		ID: "H009", Title: "sudo in a build step", Severity: finding.Info, Needs: check.Config | check.History,
		Run:       runs(`(?:^|[;&|] ?)sudo\s+\S+`),
		What:      "A RUN calls sudo." + hint,
		Why:       "The build is root already or should not be: with sudo the rule that lets the user become root is in the image, and with it whoever takes over the process.",
		Fix:       "Do it before USER, or switch with USER root and back.",
		Before:    "USER app\nRUN sudo apt-get install -y curl",
		After:     "USER root\nRUN apt-get update && apt-get install -y curl\nUSER 10001",
		Reference: refBest + ", \"USER\"", Peers: "DKL-DI-0001, DL3004, DS-0010",
	},
	{
		ID: "H010", Title: "recommended packages installed too", Severity: finding.Info, Needs: check.Config | check.History, Run: manyFiles,
		What:      "apt-get install without --no-install-recommends." + hint,
		Why:       "Packages that nobody asked for make the image bigger, and each brings faults that have to be mended.",
		Fix:       "Add --no-install-recommends.",
		Before:    "RUN apt-get update && apt-get install -y git",
		After:     "RUN apt-get update && apt-get install -y --no-install-recommends git",
		Reference: "apt-get(8); " + refBest, Peers: "DL3015, DS-0029",
	},
	{
		ID: "H011", Title: "secret asked for as a build argument", Severity: finding.Low, Needs: check.Config | check.History, Run: secretArg,
		What:      "An ARG has a name as secrets have it." + hint + " A value that the history shows is S041.",
		Why:       "Values of build arguments are written into the history and into provenance: whoever can pull the image can read them.",
		Fix:       "Mount secrets.",
		Before:    "ARG NPM_TOKEN\nRUN npm ci",
		After:     "RUN --mount=type=secret,id=npmrc,target=/root/.npmrc npm ci",
		Reference: "Docker, \"Build secrets\"", Peers: "DL3064, DS-0031",
	},
	{
		ID: "H012", Title: "cd instead of WORKDIR", Severity: finding.Info, Needs: check.Config | check.History, Run: runs(`^cd \S+$`),
		What:      "A RUN only changes its directory." + hint,
		Why:       "It has no effect on the next step: files land where nobody expects them.",
		Fix:       "Use WORKDIR.",
		Before:    "RUN cd /app\nRUN make",
		After:     "WORKDIR /app\nRUN make",
		Reference: refBest + ", \"WORKDIR\"", Peers: "DL3003, DS-0013",
	},
	{
		ID: "H013", Title: "sources copied before dependencies are installed", Severity: finding.Info, Needs: check.Config | check.History, Run: copiedTooEarly,
		What:      "A COPY or ADD of a whole directory comes before a RUN that installs packages." + hint,
		Why:       "Every change of a source file throws the cache of all later steps away: each build fetches all packages again, and each pull a layer that could have stayed.",
		Fix:       "Copy what names the dependencies, install them, and copy the sources then.",
		Before:    "COPY . /app\nRUN npm ci",
		After:     "COPY package.json package-lock.json /app/\nRUN npm ci\nCOPY . /app",
		Reference: "Docker, \"Optimize cache usage in builds\", \"Order your layers\"",
	},
}
