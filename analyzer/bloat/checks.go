// Package bloat checks what an image carries in vain: bytes that nobody can see,
// and files that nobody who runs it needs.
//
// Files are told by what they are, not by what a build step says: by the layout
// of caches and repositories wherever they lie, and by content where names do
// not tell. Bytes are uncompressed; those of hard links count once.
package bloat

import (
	"peel/analyzer/check"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/waste"
)

// Family is the checks of this package.
var Family = check.Register(check.Family{
	Name: "waste", Letter: "W", Title: "bytes that nobody can see or needs", Checks: checks,
	Inspector: Collector{},
})

// byBytes ends what is said of a check whose findings are as grave as big.
const byBytes = " How grave a finding is goes by its bytes: medium, if the check can be, from 5% of all layers or 100 MB on, low from 0.5%, information below that or below 1 MB (of 5%: low from 100 kB). Less than 10 kB in all is not told."

const (
	refLayers = "OCI image spec, layer.md, \"Creating Layers\" and \"Whiteouts\""
	refBest   = "Docker, \"Building best practices\""
)

// ofDead is a check of analyzer/waste's, which knows what to say of it.
func ofDead(id, title string, r filetree.Reason, peers string) check.Check {
	cause := waste.Cause{Reason: r}
	h := cause.Fix()
	return check.Check{
		ID: id, Title: title, Severity: finding.Medium, Needs: check.Layers, Run: dead(r),
		What: h.What + byBytes, Why: h.Why, Fix: h.Fix, Before: h.Before, After: h.After, Reference: refLayers, Peers: peers,
	}
}

var checks = []check.Check{
	ofDead("W001", "file overwritten by a later layer", filetree.Overwritten, "dive"),
	ofDead("W002", "file deleted by a later layer", filetree.Deleted, "dive"),
	ofDead("W003", "file rewritten for its owner, mode or time alone", filetree.Metadata, ""),
	ofDead("W004", "file added again just as it is", filetree.Identical, ""),
	{
		ID: "W005", Title: "same content at several paths", Severity: finding.Medium, Needs: check.Layers, Run: duplicates,
		What:      "Files of the merged file system have the same content without being hard links. All copies but one are counted, by the layer that brings them." + byBytes,
		Why:       "Each copy is stored, pulled and unpacked by itself: layers are compressed, but a compressor sees no further than some kilobytes back.",
		Fix:       "Copy it once and link to it; within one layer hard links cost nothing.",
		Before:    "COPY model.bin /app/model.bin\nCOPY model.bin /srv/model.bin",
		After:     "COPY model.bin /srv/model.bin\nRUN ln -s /srv/model.bin /app/model.bin",
		Reference: "OCI image spec, layer.md, \"Hardlinks\"", Peers: "slim xray",
	},
	{
		ID: "W006", Title: "cache of the system's package manager", Severity: finding.Medium, Needs: check.Files, Run: shipped(byKind),
		What:      "A layer holds lists, indexes or packages that apt, apk, dnf, yum, zypper or pacman fetched, told by where they keep them. What a later layer deletes is listed as information: W002 counts its bytes." + byBytes,
		Why:       "Nothing that runs reads them. They are pulled with the image by everybody, and are out of date the day after.",
		Fix:       "Delete the cache in the RUN that fills it, or keep it in a cache mount.",
		Before:    "RUN apt-get update && apt-get install -y curl",
		After:     "RUN apt-get update && apt-get install -y --no-install-recommends curl && \\\n    rm -rf /var/lib/apt/lists/*",
		Reference: refBest + ", \"apt-get\"", Peers: "DKL-DI-0004, DKL-DI-0005, DL3009, DL3019, DL3032, DL3036, DL3040, DS-0015, DS-0019, DS-0020, DS-0025, DS-0027",
	},
	{
		ID: "W007", Title: "cache of a language's package manager or build tool", Severity: finding.Medium, Needs: check.Files, Run: shipped(byKind),
		What:      "A layer holds a cache of pip, uv, conda, npm, yarn, pnpm, Go, Cargo, Maven, Gradle, Composer, Bundler, NuGet or one of their kin, in whosever home; or a directory that the XDG base directory specification or a CACHEDIR.TAG says is a cache. Bytes that hard links show elsewhere too are not counted." + byBytes,
		Why:       "A cache makes the next build faster, and there is no next build in an image: it is only pulled.",
		Fix:       "Keep the cache in a cache mount, switch it off, or copy the result out of a build stage.",
		Before:    "RUN pip install -r requirements.txt",
		After:     "RUN --mount=type=cache,target=/root/.cache/pip pip install -r requirements.txt",
		Reference: "Docker, \"Optimize cache usage in builds\"; XDG Base Directory Specification; Cache Directory Tagging Specification", Peers: "DL3042, DL3060",
	},
	{
		ID: "W008", Title: "version control repository", Severity: finding.Medium, Needs: check.Files, Run: shipped(byLayer),
		What:      "A layer holds the directory in which Git, Mercurial, Subversion or another system keeps a repository, told by what is in it. It is never less than low, however small. Credentials in it are S025.",
		Why:       "The repository has the whole history: removed files, names and addresses of who wrote them, other branches. Whoever can pull the image can read all of it.",
		Fix:       "List the directory in .dockerignore; after a clone in a RUN delete it there. peel dockerignore prints the lines.",
		Before:    "COPY . /app",
		After:     "# .dockerignore: .git\nCOPY . /app",
		Reference: "Docker, \"Build context\", .dockerignore files", Peers: "DKL-LI-0003",
	},
	{
		ID: "W009", Title: "documentation and translations", Severity: finding.Low, Needs: check.Files, Run: visible(byLayer),
		What:      "The merged file system has manual and info pages, documentation, or translations of messages. Copyright files and licences are not counted: they have to go along." + byBytes,
		Why:       "Nobody reads manuals in a container, and programs speak English without their translations. In small images they are often a tenth of all bytes.",
		Fix:       "Tell the package manager to leave them out, before it installs; or take a slim variant of the base image.",
		Before:    "RUN apt-get update && apt-get install -y python3",
		After:     "RUN printf 'path-exclude /usr/share/%s/*\\n' doc man info locale > /etc/dpkg/dpkg.cfg.d/slim\nRUN apt-get update && apt-get install -y python3 && rm -rf /var/lib/apt/lists/*",
		Reference: "dpkg(1), --path-exclude; dnf.conf(5), tsflags",
	},
	{
		ID: "W010", Title: "compilers and headers in the final image", Severity: finding.Medium, Needs: check.Files, Run: visible(byKind),
		What:      "The merged file system has what makes programs: GCC, LLVM, Go, Rust or the .NET SDK, binutils, make and CMake, header files, or the parts of a JDK that a JRE lacks. An image that is made to build others has them rightly." + byBytes,
		Why:       "They are mostly the bulk of an image, are never run, bring faults that have to be mended, and help an intruder to build what he needs.",
		Fix:       "Build in one stage, and copy the result into another that has what runs it.",
		Before:    "FROM golang:1.26\nCOPY . /src\nRUN cd /src && go build -o /app .\nCMD [\"/app\"]",
		After:     "FROM golang:1.26 AS build\nCOPY . /src\nRUN cd /src && go build -o /app .\nFROM gcr.io/distroless/static\nCOPY --from=build /app /app\nCMD [\"/app\"]",
		Reference: "Docker, \"Multi-stage builds\"; CIS Docker Benchmark 4.3", Peers: "CIS 4.3",
	},
	{
		ID: "W011", Title: "program or library that is not stripped", Severity: finding.Low, Needs: check.Files, Run: unstripped,
		What:      "ELF executables and shared libraries of the merged file system hold symbol tables or debug information that no loader reads. The section headers were read; the bytes are those that strip takes away. Object files and kernel modules are left alone." + byBytes,
		Why:       "Nothing needs them to run. A program of Go or Rust loses a quarter to a half of its bytes, and stack traces stay as they are in Go.",
		Fix:       "Link without symbols, or strip the result in the build stage.",
		Before:    "RUN go build -o /app .",
		After:     "RUN go build -ldflags='-s -w' -o /app .",
		Reference: "System V ABI, \"Sections\"; strip(1)",
	},
	{
		ID: "W012", Title: "Python bytecode beside its source", Severity: finding.Info, Needs: check.Files, Run: visible(byLayer),
		What:      "The merged file system has .pyc files whose .py file is there too.",
		Why:       "Python makes them when it needs them. They take about as much room as the source, and make builds differ that are the same; in turn the first start is a little faster with them.",
		Fix:       "Tell pip not to compile, and Python not to write.",
		Before:    "RUN pip install -r requirements.txt",
		After:     "ENV PYTHONDONTWRITEBYTECODE=1\nRUN pip install --no-compile -r requirements.txt",
		Reference: "PEP 3147; Python, \"PYTHONDONTWRITEBYTECODE\"",
	},
	{
		ID: "W013", Title: "tests and examples of installed packages", Severity: finding.Info, Needs: check.Files, Run: visible(byLayer),
		What:      "Packages of Python, Node or Ruby in the merged file system have directories of tests, examples or benchmarks. By their names: a few packages import their tests when they run.",
		Why:       "They are for those who work on the package. Their samples, keys and odd files also make scanners cry wolf.",
		Fix:       "Delete them in the RUN that installs the packages, once you know that nothing needs them.",
		Before:    "RUN pip install --no-cache-dir pandas",
		After:     "RUN pip install --no-cache-dir pandas && \\\n    find / -path '*/site-packages/*' -type d -name tests -prune -exec rm -r {} +",
		Reference: refBest,
	},
	{
		ID: "W014", Title: "litter of editors, builds and systems", Severity: finding.Low, Needs: check.Files, Run: shipped(byLayer),
		What:      "A layer holds what editors, desktops, test runs, pipelines and package managers leave behind: .vscode, .DS_Store, Dockerfiles, coverage reports, caches of build tools, logs, temporary files, backup copies, core dumps. Those that belong to the container's own files count only outside of packages." + byBytes,
		Why:       "Nothing reads them in a container. They tell strangers how and by whom the image was built, and each of them makes a build differ from the one before.",
		Fix:       "List in .dockerignore what comes with the context, and delete in its own RUN what a build step leaves. peel dockerignore prints the lines.",
		Before:    "COPY . /app",
		After:     "# .dockerignore: .vscode, **/.DS_Store, coverage, *.log\nCOPY . /app",
		Reference: "Docker, \"Build context\", .dockerignore files", Peers: "DKL-LI-0003",
	},
	{
		ID: "W015", Title: "archive or installer left behind", Severity: finding.Low, Needs: check.Files, Run: visible(byLayer),
		What:      "The merged file system has an archive beside a directory of its name, one where builds download and unpack, or a package file of a package manager. A guess: some programs read archives as they are." + byBytes,
		Why:       "What was in it is in the image a second time, unpacked, and both are pulled.",
		Fix:       "Unpack from a pipe or a bind mount, or let ADD unpack a local archive.",
		Before:    "COPY app.tar.gz /opt/\nRUN tar -xzf /opt/app.tar.gz -C /opt",
		After:     "ADD app.tar.gz /opt/",
		Reference: "Dockerfile reference, \"ADD\"", Peers: "DL3010",
	},
	{
		ID: "W016", Title: "login records grown by a high user number", Severity: finding.Medium, Needs: check.Files, Run: highNumbers,
		What:      "A layer holds a lastlog, faillog or tallylog of 1 MB or more. These files have a place for each user number up to the highest, and useradd writes that of the new user: with number 1,000,000,000 it is 292 GB of holes." + byBytes,
		Why:       "Archives of layers have no holes, so that the file is stored and unpacked in full: builds run out of disk, and engines hang while they pull.",
		Fix:       "Add users with --no-log-init, or with a low number.",
		Before:    "RUN useradd --uid 1000730000 app",
		After:     "RUN useradd --no-log-init --uid 1000730000 app",
		Reference: "useradd(8), --no-log-init; moby issue 5419", Peers: "DL3046",
	},
	{
		ID: "W017", Title: "layer without anything", Severity: finding.Info, Needs: check.Layers, Run: emptyLayers,
		What:      "A layer has no entries, or none that differs from what the layers below it hold.",
		Why:       "Each layer is one more request when the image is pulled, one more mount when it runs, and one of the at most 127 that engines can stack.",
		Fix:       "Remove the step, or join it with its neighbour.",
		Before:    "RUN true\nRUN make install",
		After:     "RUN make install",
		Reference: refLayers,
	},
	{
		ID: "W018", Title: "RUN steps that rewrite each other's files", Severity: finding.Info, Needs: check.Layers | check.Config | check.History, Run: mergeable,
		What:      "RUN steps follow each other, and later ones write files of earlier ones anew or delete them: 1 MB or more, which W001 to W004 count by their reasons. That the steps could be one is a hint from the history's text.",
		Why:       "One step would have stored the last version alone. Databases of packages are the usual case: each install writes them as a whole.",
		Fix:       "Join the steps.",
		Before:    "RUN apt-get update && apt-get install -y curl\nRUN apt-get install -y git",
		After:     "RUN apt-get update && \\\n    apt-get install -y curl git && \\\n    rm -rf /var/lib/apt/lists/*",
		Reference: refBest + ", \"RUN\"", Peers: "DL3059",
	},
	{
		ID: "W019", Title: "layer that is not compressed", Severity: finding.Low, Needs: check.Layers, Run: uncompressed,
		What:      "A registry has a layer under the media type of a plain tar, and its bytes are one. What was not pushed yet is not judged, for pushing may compress it. How well a compressed layer is compressed is not judged: only compressing it anew would tell.",
		Why:       "Whoever pulls the image waits for two to four times the bytes, and the registry stores and serves them.",
		Fix:       "Let the builder compress when it exports or pushes; zstd is smaller than gzip and unpacks faster.",
		Before:    "# docker buildx build --output type=registry,compression=uncompressed .\nFROM debian:12",
		After:     "# docker buildx build --output type=registry,oci-mediatypes=true,compression=zstd,force-compression=true .\nFROM debian:12",
		Reference: "OCI image spec, layer.md, \"+gzip Media Types\" and \"+zstd Media Types\"",
	},
	{
		ID: "W020", Title: "debug files and static libraries", Severity: finding.Low, Needs: check.Files, Run: visible(byLayer),
		What:      "The merged file system has separate debug symbols, source maps, static libraries or libtool files." + byBytes,
		Why:       "Programs load none of them: they serve debuggers, browsers' developer tools and linkers. Source maps also show the source to whoever they are served to.",
		Fix:       "Leave them in the stage that builds, and keep debug symbols where the debuggers are.",
		Before:    "COPY --from=build /out /usr/local",
		After:     "RUN find /out \\( -name '*.a' -o -name '*.la' -o -name '*.debug' -o -name '*.map' \\) -delete\nCOPY --from=build /out /usr/local",
		Reference: "GDB manual, \"Debugging Information in Separate Files\"; Debian Policy, 8.3",
	},
}
