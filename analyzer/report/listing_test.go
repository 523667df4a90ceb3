package report_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"peel/analyzer/report"
	"peel/source"
	"peel/source/daemon"
)

func listing() *source.Listing {
	created := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	l := new(source.Listing)
	l.Add(source.Answer{Kind: source.Docker, Where: "unix:///run/docker.sock", Entries: []source.Entry{
		{Reference: "docker:app:1", Name: "app:1", Kind: source.Docker, Location: "unix:///run/docker.sock", ID: "sha256:" + strings.Repeat("a", 64),
			Size: 1_500_000, Created: created, Platform: v1.Platform{OS: "linux", Architecture: "arm", Variant: "v7"}, Opened: created.AddDate(0, 1, 0)},
		{Reference: "docker:b\xff\x1b[31m:1", Name: "b\xff\x1b[31m:1", Kind: source.Docker, Index: true},
	}})
	l.Add(source.Answer{Kind: source.Podman, Err: daemon.ErrNoSocket})
	l.Add(source.Answer{Kind: source.Storage, Where: "/var/lib/containers/storage", Err: errors.Join(context.DeadlineExceeded)})
	l.Add(source.Answer{Kind: source.Sample})
	return l
}

func TestListingFollowsTheSchema(t *testing.T) {
	schema := compile(t, "urn:peel:listing:"+report.ListingVersion)
	for name, l := range map[string]*source.Listing{"nothing": {}, "something": listing()} {
		var b bytes.Buffer
		if err := report.WriteListing(&b, report.NewListing(l, "1.2.3")); err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(doc); err != nil {
			t.Errorf("%s: %#v", name, err)
		}
		doc.(map[string]any)["images"] = nil
		if schema.Validate(doc) == nil {
			t.Errorf("%s: a null list is accepted", name)
		}
	}
}

func TestListing(t *testing.T) {
	l := report.NewListing(listing(), "")
	if !l.Partial || len(l.Images) != 2 || len(l.Sources) != 4 {
		t.Fatalf("%+v", l)
	}
	for i, want := range []string{report.SourceListed, report.SourceFailed, report.SourceAbsent, report.SourceListed} {
		if got := l.Sources[i]; got.State != want || (got.Error != "") != (want != report.SourceListed) {
			t.Errorf("%+v, want %s", got, want)
		}
	}
	var b bytes.Buffer
	if err := report.WriteListingText(&b, l, time.Date(2026, 1, 23, 4, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	want := `IMAGE                ID            SIZE    AGE   PLATFORM      SOURCE
docker:app:1         aaaaaaaaaaaa  1.5 MB  3 wk  linux/arm/v7  docker
docker:b\xff\x1b[31m:1  -             -       -     several       docker
`
	got := b.String()
	if strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") || strings.Contains(got, "\x1b") {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}
