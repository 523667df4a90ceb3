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
		What:      "The manifest gives a layer the media type of a plain tar, and its bytes are one. Of a layout that was not pushed yet it is information. How well a compressed layer is compressed is not judged: only compressing it anew would tell.",
		Why:       "Whoever pulls the image waits for two to four times the bytes, and the registry stores and serves them.",
		Fix:       "Let the builder compress when it exports or pushes; zstd is smaller than gzip and unpacks faster.",
		Before:    "# docker buildx build --output type=registry,compression=uncompressed .\nFROM debian:12",
		After:     "# docker buildx build --output type=registry,oci-mediatypes=true,compression=zstd,force-compression=true .\nFROM debian:12",
		Reference: "OCI image spec, layer.md, \"+gzip Media Types\" and \"+zstd Media Types\"",
	},
}
