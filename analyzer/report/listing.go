package report

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/text"
	"peel/source"
)

// ListingVersion is of the JSON of a Listing, counted as SchemaVersion is.
const ListingVersion = "1.0"

//go:embed listing.schema.json
var listingSchema []byte

// ListingSchema is the JSON Schema (draft 2020-12) of what WriteListing writes.
func ListingSchema() []byte { return listingSchema }

// Listing is what there is to open. As in a Report, a fact that is not known is
// left out, and names are valid UTF-8.
type Listing struct {
	SchemaVersion string         `json:"schemaVersion"`
	PeelVersion   string         `json:"peelVersion,omitempty"`
	Partial       bool           `json:"partial"` // a source that is there did not give its images
	Images        []ListedImage  `json:"images"`  // the last opened first, then the newest
	Sources       []ListedSource `json:"sources"` // what was asked
}

// ListedImage is one name of an image.
type ListedImage struct {
	Reference     string `json:"reference"` // what peel takes for this image and no other
	Name          string `json:"name"`      // as its source has it
	Source        string `json:"source"`
	Location      string `json:"location,omitempty"`
	ID            string `json:"id,omitempty"`
	Digest        string `json:"digest,omitempty"`
	SizeBytes     int64  `json:"sizeBytes,omitempty"`
	Created       string `json:"created,omitempty"`
	Platform      string `json:"platform,omitempty"`
	MultiPlatform bool   `json:"multiPlatform"`
	Opened        string `json:"opened,omitempty"`
}

// The states of a ListedSource.
const (
	SourceListed = "listed"
	SourceAbsent = "absent" // it is not there, or not for this user
	SourceFailed = "failed" // it is there, and did not answer
)

// ListedSource is one place that was asked for its images.
type ListedSource struct {
	Source   string `json:"source"`
	Location string `json:"location,omitempty"`
	State    string `json:"state"`
	Images   int    `json:"images"`
	Error    string `json:"error,omitempty"`
}

// NewListing makes a Listing of what source.List has found.
func NewListing(l *source.Listing, peelVersion string) *Listing {
	return &Listing{
		SchemaVersion: ListingVersion, PeelVersion: peelVersion, Partial: l.Partial(),
		Images: each(l.Entries, listedImage), Sources: each(l.Answers, listedSource),
	}
}

func listedImage(e source.Entry) ListedImage {
	return ListedImage{
		Reference: text.UTF8(e.Reference), Name: text.UTF8(e.Name), Source: string(e.Kind), Location: text.UTF8(e.Location),
		ID: e.ID, Digest: e.Digest, SizeBytes: e.Size, Created: stamp(e.Created), Platform: platformOf(e.Platform),
		MultiPlatform: e.Index, Opened: stamp(e.Opened),
	}
}

func listedSource(a source.Answer) ListedSource {
	s := ListedSource{Source: string(a.Kind), Location: text.UTF8(a.Where), State: SourceListed, Images: len(a.Entries)}
	if a.Err != nil {
		s.State, s.Error = SourceFailed, text.UTF8(a.Err.Error())
		if a.Absent() {
			s.State = SourceAbsent
		}
	}
	return s
}

func stamp(t time.Time) string {
	if t.IsZero() || t.Unix() == 0 { // reproducible builds have the beginning of the epoch
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

func platformOf(p v1.Platform) string {
	if p.OS == "" {
		return ""
	}
	return text.UTF8(p.String())
}

// WriteListing writes a Listing as indented JSON with a final newline.
func WriteListing(w io.Writer, l *Listing) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	return enc.Encode(l)
}

// WriteListingText writes the images as a table for people, with their ages at
// the time now. The first column is what peel takes.
func WriteListingText(w io.Writer, l *Listing, now time.Time) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "IMAGE\tID\tSIZE\tAGE\tPLATFORM\tSOURCE")
	for _, i := range l.Images {
		size := ""
		if i.SizeBytes > 0 {
			size = text.Bytes(i.SizeBytes)
		}
		platform := i.Platform
		if i.MultiPlatform {
			platform = "several"
		}
		row := []string{i.Reference, shortID(i.ID, i.Digest), size, ageOf(i.Created, now), platform, i.Source}
		for n, cell := range row {
			if row[n] = text.Clean(cell); cell == "" {
				row[n] = "-"
			}
		}
		fmt.Fprintln(t, strings.Join(row, "\t"))
	}
	return t.Flush()
}

// shortIDLen is how much of an id docker and podman show.
const shortIDLen = 12

func shortID(ids ...string) string {
	for _, id := range ids {
		if _, hex, ok := strings.Cut(id, ":"); ok && len(hex) >= shortIDLen {
			return hex[:shortIDLen]
		}
	}
	return ""
}

func ageOf(created string, now time.Time) string {
	at, err := time.Parse(time.RFC3339, created)
	if err != nil {
		return ""
	}
	return text.Age(now.Sub(at))
}
