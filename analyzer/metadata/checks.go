// Package metadata checks what an image says of itself and of how it is run:
// labels, entrypoint, ports, volumes, architecture.
package metadata

import (
	"fmt"
	"slices"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

// Family is the checks of this package.
var Family = check.Register(check.Family{
	Name: "metadata", Letter: "M", Title: "labels, entrypoint, ports, volumes, architecture", Checks: slices.Concat(labelChecks(), checks),
	Inspector: evidence.Collector{},
})

const refConfig = "OCI image spec, config.md, \"Properties\""

// labelWhy tells who is harmed if a key is missing or wrong.
var labelWhy = map[string]string{
	"created":       "Scanners and clean-up jobs go by it: a wrong time keeps old images alive or drops new ones.",
	"authors":       "Whoever finds a fault in the running image does not know whom to tell.",
	"url":           "People and registries follow it, and land nowhere.",
	"documentation": "Who operates the image does not find its manual when it is needed.",
	"source":        "Nobody can find the code that runs: reviews, security fixes and licence duties begin with it. Registries and update bots also read it to link image and repository.",
	"version":       "During an incident nobody can say which release is running; a version taken over from the base image says that of the distribution, and misleads.",
	"revision":      "The exact code that was built cannot be told: a fault cannot be traced to a change, and a fix cannot be shown to be in the image.",
	"vendor":        "Who is responsible for the image is not known; of a base image's vendor people think that they made all of it.",
	"licenses":      "Whoever ships the image further does not know what they may do; tools that check licences skip it or guess.",
	"ref.name":      "Tools choose an image from a layout by this name, and do not find it.",
	"title":         "People who see the image in a list do not know what it is.",
	"description":   "People who see the image in a list do not know what it does.",
	"base.digest":   "Nobody can tell whether a mended base image has been taken over.",
	"base.name":     "Nobody can tell on which image it is built, and update bots cannot rebuild it when that one changes.",
}

// labelChecks makes a check of each key of the spec.
func labelChecks() []check.Check {
	list := make([]check.Check, len(keys))
	for i, k := range keys {
		severity := finding.Low
		if k.name == "title" || k.name == "description" || k.name == "authors" || k.name == "vendor" {
			severity = finding.Info
		}
		list[i] = check.Check{
			ID: k.id, Title: "label " + k.name + " missing or wrong", Severity: severity, Needs: check.Config, Run: k.run,
			What: fmt.Sprintf("The label or annotation %s%s holds %s. It is missing though it is required (--require-labels), empty, malformed, "+
				"differs between label and annotation, or was taken over from the base image.", prefix, k.name, k.about),
			Why:       labelWhy[k.name],
			Fix:       "Set the label in the image's own Containerfile, or by the build's --label and --annotation.",
			Before:    "FROM debian:12\nCOPY app /app",
			After:     fmt.Sprintf("FROM debian:12\nCOPY app /app\nLABEL %s%s=%q", prefix, k.name, k.example),
			Reference: "OCI image spec, annotations.md, \"Pre-Defined Annotation Keys\"", Peers: k.peers,
		}
	}
	return list
}

var checks = []check.Check{
	{
		ID: "M020", Title: "outdated label", Severity: finding.Info, Needs: check.Config, Run: legacyLabels,
		What:      "Labels of label-schema.org, which the OCI keys replaced in 2018, or the deprecated instruction MAINTAINER.",
		Why:       "Tools that read images look for the OCI keys: what the old ones say is not found.",
		Fix:       "Use the keys of the OCI image spec.",
		Before:    "MAINTAINER jo@example.org\nLABEL org.label-schema.vcs-url=\"https://example.org/git/app\"",
		After:     "LABEL org.opencontainers.image.authors=\"jo@example.org\" \\\n      org.opencontainers.image.source=\"https://example.org/git/app\"",
		Reference: "OCI image spec, annotations.md, \"Back-compatibility with Label Schema\"", Peers: "DL4000, DS-0022",
	},
	{
		ID: "M021", Title: "old, or made at no true time", Severity: finding.Low, Needs: check.Config, Run: badTime,
		What:      "The config says that the image was made more than a year ago, in the future, or at the epoch, as reproducible builds have it.",
		Why:       "An image that was not rebuilt for a year has none of the fixes of its distribution since. From a wrong time nobody can tell.",
		Fix:       "Rebuild regularly on the newest base; for reproducible builds set SOURCE_DATE_EPOCH to the time of the commit.",
		Before:    "docker build .",
		After:     "SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct) docker build --pull --no-cache .",
		Reference: refConfig + ", \"created\"; CIS Docker Benchmark 4.4", Peers: "CIS 4.4",
	},
	{
		ID: "M022", Title: "files newer than the image says it is", Severity: finding.Info, Needs: check.Config | check.Files, Run: unclamped,
		What:      "All steps of the history have one time, as builds with SOURCE_DATE_EPOCH make it, but files are newer.",
		Why:       "The build was meant to be reproducible and is not: two builds of the same source have different digests, and nobody can check that the image was made from it.",
		Fix:       "Let the builder clamp the files' times too.",
		Before:    "SOURCE_DATE_EPOCH=0 docker buildx build --output type=image,push=true .",
		After:     "SOURCE_DATE_EPOCH=0 docker buildx build --output type=image,push=true,rewrite-timestamp=true .",
		Reference: "reproducible-builds.org, SOURCE_DATE_EPOCH specification",
	},
	{
		ID: "M023", Title: "asked for by a tag that moves", Severity: finding.Info, Needs: check.Config, Run: moving,
		What:      "The image was named without a tag, or with latest.",
		Why:       "What that name means changes: the image that was looked at today may not be the one that runs tomorrow, and nobody can go back to the one before.",
		Fix:       "Name a version, and where it matters the digest.",
		Before:    "FROM debian",
		After:     "FROM debian:12.11@sha256:…",
		Reference: "OCI distribution spec, \"Pulling manifests\"", Peers: "DKL-DI-0006, DL3006, DL3007, DS-0001",
	},
	{
		ID: "M024", Title: "base image not recorded", Severity: finding.Info, Needs: check.Config, Run: baseUnnamed,
		What:      "Neither base.name nor base.digest of the OCI keys is set, as label or as annotation.",
		Why:       "When a fault of the base image becomes known, nobody can find the images that are built on it.",
		Fix:       "Let the builder record it.",
		Before:    "FROM debian:12",
		After:     "FROM debian:12\nLABEL org.opencontainers.image.base.name=\"registry.example.org/debian:12\"",
		Reference: "OCI image spec, annotations.md, \"base.name\"",
	},
	{
		ID: "M030", Title: "no health check", Severity: finding.Info, Needs: check.Config, Run: healthcheck,
		What:      "HEALTHCHECK is missing or NONE.",
		Why:       "Docker and Swarm cannot tell a process that hangs from one that works, and do not restart it. Kubernetes ignores the instruction: its probes are set in the pod.",
		Fix:       "For Docker and Swarm, name a command that fails when the service does. The OCI image format has no place for it: buildah and podman write it with --format docker alone.",
		Before:    "CMD [\"app\"]",
		After:     "HEALTHCHECK --interval=30s CMD [\"app\", \"health\"]\nCMD [\"app\"]",
		Reference: "Docker image spec 1.2, \"Healthcheck\"; CIS Docker Benchmark 4.6", Peers: "CIS 4.6, CIS-DI-0006, DL3057, DS-0026",
	},
	{
		ID: "M031", Title: "port of a remote shell or a debugger", Severity: finding.Medium, Needs: check.Config, Run: riskyPort,
		What:      "EXPOSE names the port of ssh, telnet, a debugger, an engine's API or the like.",
		Why:       "docker run -P opens it to the network, and whoever reaches it commands the container, often without a password.",
		Fix:       "Remove it; get in by the runtime's exec.",
		Before:    "EXPOSE 22 8080",
		After:     "EXPOSE 8080",
		Reference: "CIS Docker Benchmark 5.7", Peers: "DS-0004",
	},
	{
		ID: "M032", Title: "port below 1024 without root", Severity: finding.Info, Needs: check.Config | check.Files, Run: lowPort,
		What:      "EXPOSE names a port below 1024, and USER is not root.",
		Why:       "Docker lets every user take such ports since 20.10, other runtimes do not: there the process fails to start, and people then run it as root.",
		Fix:       "Listen above 1024, and let the outside map the port.",
		Before:    "EXPOSE 80\nUSER 10001",
		After:     "EXPOSE 8080\nUSER 10001",
		Reference: "ip(7), ip_unprivileged_port_start",
	},
	{
		ID: "M033", Title: "EXPOSE names no port", Severity: finding.Medium, Needs: check.Config, Run: badPort,
		What:      "A port is out of 1 to 65535, or its protocol is not tcp, udp or sctp.",
		Why:       "Runtimes refuse to start the container, or leave the port out.",
		Fix:       "Write a number from 1 to 65535.",
		Before:    "EXPOSE 80000",
		After:     "EXPOSE 8080/tcp",
		Reference: refConfig + ", \"ExposedPorts\"", Peers: "DL3011, DS-0008",
	},
	{
		ID: "M034", Title: "process 1 is a shell", Severity: finding.Low, Needs: check.Config | check.Files, Run: shellForm,
		What:      "ENTRYPOINT or CMD is in shell form and does not exec its program. A CMD in shell form after an ENTRYPOINT, which gets the shell's words as arguments, is medium. A single command, which most shells put in their own place, is information.",
		Why:       "A shell does not pass signals on: docker stop waits ten seconds and then kills the program, which loses what it had not written. Orphans are not reaped.",
		Fix:       "Write a JSON array, or begin the command with exec.",
		Before:    "CMD migrate && app --port 8080",
		After:     "CMD [\"sh\", \"-c\", \"migrate && exec app --port 8080\"]",
		Reference: "Dockerfile reference, \"Shell and exec form\"", Peers: "DL3025",
	},
	{
		ID: "M035", Title: "entrypoint script without exec", Severity: finding.Low, Needs: check.Config | check.Files, Run: scriptWithoutExec,
		What:      "What the container starts is a shell script, and no line of it puts a program in the shell's place.",
		Why:       "The shell stays process 1 and does not pass signals on: stopping takes ten seconds and ends in a kill, and the program loses what it had not written.",
		Fix:       "End the script with exec.",
		Before:    "#!/bin/sh\nset -e\nmigrate\napp \"$@\"",
		After:     "#!/bin/sh\nset -e\nmigrate\nexec app \"$@\"",
		Reference: "Dockerfile reference, \"Exec form ENTRYPOINT example\"",
	},
	{
		ID: "M036", Title: "unusable STOPSIGNAL", Severity: finding.Medium, Needs: check.Config, Run: stopSignal,
		What:      "STOPSIGNAL is SIGKILL, SIGSTOP or no signal at all.",
		Why:       "The program cannot end in order: it is killed at once, and what it had not written is lost. Some runtimes refuse to start a container with an unknown signal.",
		Fix:       "Take a signal that the program handles.",
		Before:    "STOPSIGNAL SIGKILL",
		After:     "STOPSIGNAL SIGTERM",
		Reference: refConfig + ", \"StopSignal\"; signal(7)",
	},
	{
		ID: "M037", Title: "the container cannot start", Severity: finding.High, Needs: check.Config | check.Files, Run: broken,
		What:      "ENTRYPOINT or CMD was followed as the kernel does it: on the image's PATH, through symbolic links, to the interpreter of a script and the dynamic loader of a program. Something on this way is missing, not executable, or for another processor. Neither being set is information.",
		Why:       "Whoever starts the image gets \"no such file or directory\" or \"exec format error\", often only in production: a program linked with glibc in an Alpine image, a script without its bash, a build for the wrong processor.",
		Fix:       "Build for the C library of the base image, or statically; copy what the program needs; set its mode.",
		Before:    "FROM golang:1 AS build\nRUN go build -o /app .\nFROM alpine:3\nCOPY --from=build /app /app\nENTRYPOINT [\"/app\"]",
		After:     "FROM golang:1 AS build\nRUN CGO_ENABLED=0 go build -o /app .\nFROM alpine:3\nCOPY --from=build /app /app\nENTRYPOINT [\"/app\"]",
		Reference: "execve(2); ld.so(8); " + refConfig,
	},
	{
		ID: "M038", Title: "WORKDIR is not in the image", Severity: finding.Info, Needs: check.Config | check.Files, Run: workDir,
		What:      "WORKDIR does not exist in the image, is relative (medium), is a directory of the system (low) or is no directory (high).",
		Why:       "A runtime creates a missing one as root, and the program may not write to it. In a system directory, what the program writes disturbs the system, and a relative one depends on the base image.",
		Fix:       "Name a directory of the program's own with its whole path.",
		Before:    "WORKDIR etc",
		After:     "WORKDIR /app",
		Reference: refConfig + ", \"WorkingDir\"", Peers: "DL3000, DS-0009, DS-0030",
	},
	{
		ID: "M039", Title: "volume on a system directory", Severity: finding.Medium, Needs: check.Config, Run: systemVolume,
		What:      "VOLUME is the root or a directory of the system. That later steps change files below a volume is low.",
		Why:       "Each container gets a copy of the directory that outlives it: updates of the image do not reach it, the disk fills with copies, and on /dev, /proc or /sys the container does not start.",
		Fix:       "Declare the directory of the data, last.",
		Before:    "VOLUME /var/lib",
		After:     "VOLUME /var/lib/app",
		Reference: refConfig + ", \"Volumes\"; Dockerfile reference, \"Notes about specifying volumes\"", Peers: "DKL-DI-0002",
	},
	{
		ID: "M040", Title: "variable set twice, or malformed", Severity: finding.Low, Needs: check.Config, Run: envTwice,
		What:      "A variable occurs twice in Env, or has no name or no value.",
		Why:       "Which value counts depends on the program that reads it: what works with one runtime or shell fails with another.",
		Fix:       "Set it once.",
		Before:    "# a config that a tool wrote: Env [\"A=1\", \"A=2\"]",
		After:     "ENV A=2",
		Reference: refConfig + ", \"Env\"; environ(7)",
	},
	{
		ID: "M041", Title: "ONBUILD instructions", Severity: finding.Info, Needs: check.Config, Run: onBuild,
		What:      "The image has instructions that run in builds based on it.",
		Why:       "Whoever builds on it runs commands that their own Containerfile does not show. OCI images cannot carry them, so what a build does depends on the format.",
		Fix:       "Let those who build on it write the steps themselves.",
		Before:    "ONBUILD COPY . /app\nONBUILD RUN make",
		After:     "# in the Containerfile that builds on it:\nCOPY . /app\nRUN make",
		Reference: "Dockerfile reference, \"ONBUILD\"",
	},
	{
		ID: "M042", Title: "programs for another processor", Severity: finding.High, Needs: check.Config | check.Files, Run: wrongMachine,
		What:      "The ELF headers of the image's executables do not fit the architecture in its config. If most do fit, the others are information.",
		Why:       "A cluster schedules the image by its config, on machines that cannot run it: it fails there with \"exec format error\", or runs slowly by emulation and nobody knows why.",
		Fix:       "Build for the platform that the config names.",
		Before:    "FROM --platform=$BUILDPLATFORM golang:1 AS build\nRUN go build -o /app .\nFROM scratch\nCOPY --from=build /app /app",
		After:     "FROM --platform=$BUILDPLATFORM golang:1 AS build\nARG TARGETOS TARGETARCH\nRUN GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /app .\nFROM scratch\nCOPY --from=build /app /app",
		Reference: refConfig + ", \"architecture\"; System V ABI, \"ELF Header\"",
	},
	{
		ID: "M043", Title: "history and layers do not fit together", Severity: finding.Low, Needs: check.Config, Run: countMismatch,
		What:      "The history has more or fewer steps with files than the image has layers.",
		Why:       "Which step made which layer cannot be told, so that people mend the wrong one; some tools refuse such an image.",
		Fix:       "Rebuild, or repair the config with the tool that changed the layers.",
		Before:    "# a tool that drops layers, but not their history",
		After:     "docker build --no-cache .",
		Reference: refConfig + ", \"history\"",
	},
	{
		ID: "M044", Title: "many layers", Severity: finding.Low, Needs: check.Config, Run: tooMany,
		What:      "The image has more than 42 layers; from 127 on, Docker cannot run it.",
		Why:       "Each layer costs a request on each pull, and each path is looked up through all of them; what one layer deletes, others still ship.",
		Fix:       "Join steps that belong together, or copy the result of one stage into another.",
		Before:    "RUN apt-get update\nRUN apt-get install -y a\nRUN apt-get install -y b",
		After:     "RUN apt-get update && apt-get install -y a b && rm -rf /var/lib/apt/lists/*",
		Reference: "moby, layer, maxLayerDepth; overlayfs, \"Multiple lower layers\"",
	},
	{
		ID: "M045", Title: "layers that registries do not keep", Severity: finding.Medium, Needs: check.Config, Run: foreign,
		What:      "A layer has a non-distributable (foreign) media type.",
		Why:       "Registries do not get its bytes: whoever pulls from a mirror or without the internet cannot run the image, and nobody scans that layer.",
		Fix:       "Build on images without such layers, or push with the layers allowed.",
		Before:    "# a base image with application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
		After:     "# dockerd: \"allow-nondistributable-artifacts\": [\"registry.example.org\"]",
		Reference: "OCI image spec, layer.md, \"Non-Distributable Layers\" (deprecated)",
	},
	{
		ID: "M050", Title: "field of the wrong type", Severity: finding.High, Needs: check.Config, Run: wrongType,
		What:      "A field of the image's config or manifest has another JSON type than the OCI image spec gives it. peel reads it as far as its meaning is plain.",
		Why:       "Docker, Podman and containerd refuse the image: \"json: cannot unmarshal string into Go struct field ... of type []string\". It can be stored and pushed, and cannot be run.",
		Fix:       "Write the field in the form of the specification, and push the image again.",
		Before:    "# a config that a script wrote: \"Cmd\": \"/app\"",
		After:     "# \"Cmd\": [\"/app\"]",
		Reference: refConfig + "; OCI image spec, manifest.md",
	},
	{
		ID: "M051", Title: "number of diffIDs differs from the layers", Severity: finding.High, Needs: check.Config, Run: diffIDCount,
		What:      "The config lists more or fewer diffIDs (rootfs.diff_ids) than the image has layers. The layers without one are read and cannot be verified.",
		Why:       "Docker refuses the image (\"layers from manifest don't match image configuration\"), and so do Podman and containerd. Which layer was changed after the build cannot be told.",
		Fix:       "Rebuild the image, or write the config and the manifest with one tool.",
		Before:    "# a tool that adds a layer to the manifest, and not to the config",
		After:     "crane append --base app:1 --new_layer layer.tar --new_tag app:2",
		Reference: refConfig + ", \"rootfs\"",
	},
	{
		ID: "M052", Title: "no operating system or architecture", Severity: finding.Medium, Needs: check.Config, Run: noPlatform,
		What:      "The config does not name the operating system (os) or the architecture, both of which the OCI image spec requires.",
		Why:       "An index and a scheduler choose images by these fields: Docker and containerd then do not find one for their platform, or take this one for any.",
		Fix:       "Build for a named platform.",
		Before:    "# a config that a script wrote, without \"os\" and \"architecture\"",
		After:     "docker build --platform linux/amd64 .",
		Reference: refConfig + ", \"architecture\", \"os\"",
	},
}
