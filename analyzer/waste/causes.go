package waste

import (
	"cmp"
	"slices"
	"strings"

	"peel/analyzer/filetree"
)

// TopItems is how many of its items a Cause names.
const TopItems = 10

// Cause is why a part of an image is wasted: one layer made files of another
// one dead in one way. What one change of the build would save is one Cause.
// Deleted files that were moved and those that were dropped are two.
type Cause struct {
	Layer    int // holds the dead bytes
	KilledBy int // made them dead
	Reason   filetree.Reason
	Bytes    int64  // uncompressed
	Count    int    // of dead copies
	Moved    bool   // the content of all of them is visible at another path; else of none
	Top      []Item // the biggest, at most TopItems, biggest first
}

// Causes groups the waste by its cause, biggest first. All Bytes together are
// Summary.Wasted.
func (s *Summary) Causes() []Cause {
	type key struct {
		layer, killedBy int
		reason          filetree.Reason
		moved           bool
	}
	at := map[key]int{}
	var causes []Cause
	for _, it := range s.Items { // biggest first: so are the Tops
		k := key{it.Layer, it.KilledBy, it.Reason, it.MovedTo != ""}
		i, ok := at[k]
		if !ok {
			i = len(causes)
			at[k] = i
			causes = append(causes, Cause{Layer: it.Layer, KilledBy: it.KilledBy, Reason: it.Reason, Moved: k.moved})
		}
		c := &causes[i]
		c.Bytes += it.Bytes
		c.Count++
		if len(c.Top) < TopItems {
			c.Top = append(c.Top, it)
		}
	}
	slices.SortFunc(causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(a.Layer, b.Layer),
			cmp.Compare(a.KilledBy, b.KilledBy), cmp.Compare(a.Reason, b.Reason), strings.Compare(a.Top[0].Path, b.Top[0].Path))
	})
	return causes
}

// Hint explains a cause and tells what to change in the Containerfile.
type Hint struct {
	ID     string // names the hint, the same for all causes that have it
	What   string // happened; a sentence
	Why    string // it matters; a sentence
	Fix    string // a sentence
	Before string // lines of a Containerfile, without a final newline
	After  string // the same, without the waste
}

// whyDead is the same for all dead bytes: how they died changes the fix only.
const whyDead = "Layers only add: the old copy is hidden, not removed, and everybody who pulls the image pulls it too."

// hints has an entry for each reason of waste.
var hints = map[filetree.Reason]Hint{
	filetree.Overwritten: {
		ID:   "overwritten",
		What: "A later layer writes other content to a path that a lower layer already fills.",
		Why:  whyDead,
		Fix:  "Write the file once: make the change in the RUN that creates it, or start from a base image that already has the newer version.",
		Before: `RUN make install
RUN strip /usr/local/bin/app`,
		After: `RUN make install && strip /usr/local/bin/app`,
	},
	filetree.Deleted: {
		ID:   "deleted",
		What: "A later layer deletes what a lower layer holds.",
		Why:  whyDead,
		Fix:  "Delete the file in the RUN that creates it, or create it where it is not kept: in a mount or in an earlier build stage.",
		Before: `RUN apt-get update && apt-get install -y curl
RUN rm -rf /var/lib/apt/lists/*`,
		After: `RUN apt-get update && apt-get install -y curl && \
    rm -rf /var/lib/apt/lists/*`,
	},
	filetree.Metadata: {
		ID:   "metadata-only",
		What: "A later layer changes only the owner, mode, extended attributes or time of a file, and so stores its content again.",
		Why:  whyDead,
		Fix:  "Set owner and mode where the file is created: with --chown and --chmod of COPY, or in the same RUN.",
		Before: `COPY app /app
RUN chown -R 1000:1000 /app`,
		After: `COPY --chown=1000:1000 app /app`,
	},
	filetree.Identical: {
		ID:   "identical",
		What: "A later layer writes a file again exactly as it is.",
		Why:  whyDead,
		Fix:  "Copy it once: narrow the second COPY, or list in .dockerignore what the image already has.",
		Before: `COPY vendor /app/vendor
COPY . /app`,
		After: `COPY . /app`,
	},
}

// moved is the hint for deleted files whose content is still there.
var moved = Hint{
	ID:   "moved",
	What: "A later layer moves files that a lower layer holds, and so stores their content again.",
	Why:  whyDead,
	Fix:  "Put the files where they belong at once: copy them to the final path, or move them in the RUN that creates them.",
	Before: `COPY app.jar /tmp/
RUN mv /tmp/app.jar /opt/app.jar`,
	After: `COPY app.jar /opt/app.jar`,
}

// Fix returns the hint for a cause.
func (c *Cause) Fix() Hint {
	if c.Moved {
		return moved
	}
	return hints[c.Reason]
}
