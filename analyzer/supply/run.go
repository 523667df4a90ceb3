package supply

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/attached"
	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/source/layer"
)

// where names the n-th thing that is attached.
func where(img *evidence.Image, n int) string {
	a := &img.Supply.Attached[n]
	return fmt.Sprintf("attached[%q]", a.Digest)
}

// attachedTo is the place of what should be attached.
const attachedTo = "attached"

// has answers whether a kind of artifact is attached.
func has(c *check.Check, img *evidence.Image, kind attached.Kind) check.Answer {
	s := &img.Supply
	list := s.Of(kind)
	switch {
	case len(list) > 0:
		return check.Answer{Status: check.Pass, Reason: verdicts(list)}
	case !s.Listed:
		return check.Unsure("the source was not asked")
	case s.Incomplete != "":
		return check.Unsure("%s", s.Incomplete)
	}
	return check.Found(c.At(attachedTo, ""))
}

// verdicts is "2 attached, not verified".
func verdicts(list []attached.Artifact) string {
	counts := map[attached.Verdict]int{}
	for _, a := range list {
		counts[a.Verified]++
	}
	var parts []string
	for _, v := range []attached.Verdict{attached.Valid, attached.Invalid, attached.NotVerified} {
		if counts[v] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[v], v))
		}
	}
	return fmt.Sprintf("%d attached: %s", len(list), strings.Join(parts, ", "))
}

// signature asks, with a key, for more than that one is attached: whoever gives a
// key counts on it, so that what cannot be told fails too.
func signature(c *check.Check, img *evidence.Image) check.Answer {
	s := &img.Supply
	a := has(c, img, attached.Signature)
	list := s.Of(attached.Signature)
	if !s.Key || !s.Listed || slices.ContainsFunc(list, func(x attached.Artifact) bool { return x.Verified == attached.Valid }) {
		return a
	}
	f := c.At(attachedTo, "")
	f.Title, f.Severity, f.Reason = "no signature that the key verifies", finding.High, "there is none at all"
	if len(list) > 0 {
		f.Match, f.Reason = verdicts(list), list[0].Problem
	}
	if s.Incomplete != "" {
		f.Confidence, f.Reason = finding.Likely, s.Incomplete
	}
	return check.Found(f)
}

func sbom(c *check.Check, img *evidence.Image) check.Answer { return has(c, img, attached.SBOM) }

func provenance(c *check.Check, img *evidence.Image) check.Answer {
	return has(c, img, attached.Provenance)
}

func foreign(c *check.Check, img *evidence.Image) check.Answer {
	s := &img.Supply
	var list []finding.Finding
	for n := range s.Attached {
		a := &s.Attached[n]
		if a.Problem == "" {
			continue
		}
		f := c.At(where(img, n), string(a.Kind)+", "+a.Format)
		f.Reason = a.Problem
		if a.Verified == attached.Invalid && s.Key {
			f.Title = "attached, and its signature is not the key's"
		}
		list = append(list, f)
	}
	switch {
	case len(list) > 0:
		return check.Answer{Status: check.Fail, Findings: list, Reason: s.Incomplete}
	case !s.Listed:
		return check.Unsure("the source was not asked")
	case s.Incomplete != "":
		return check.Unsure("%s", s.Incomplete)
	case len(s.Attached) == 0:
		return check.Moot("nothing is attached")
	}
	return check.Passed()
}

func index(c *check.Check, img *evidence.Image) check.Answer {
	s := &img.Supply
	if s.Chosen == nil || s.Index == nil && s.Chosen.Platform == nil {
		return check.Moot("the image was not chosen from an index")
	}
	var list []finding.Finding
	at := func(d v1.Descriptor) string { return fmt.Sprintf("index.manifests[%q]", d.Digest) }
	if p, own := s.Chosen.Platform, img.Config.Platform(); p != nil && own != nil &&
		(p.OS != own.OS || p.Architecture != own.Architecture) {
		f := c.At(at(*s.Chosen), p.String())
		f.Reason = "the config says " + own.String()
		list = append(list, f)
	}
	seen := map[string]v1.Hash{}
	for _, d := range s.Index {
		switch {
		case d.Annotations["vnd.docker.reference.type"] != "":
		case d.Platform == nil || d.Platform.OS == "unknown":
			f := c.At(at(d), "no platform")
			f.Title, f.Severity = "entry of the index without a platform", finding.Info
			list = append(list, f)
		default:
			p := d.Platform.String()
			if first, ok := seen[p]; ok && first != d.Digest {
				f := c.At(at(d), p)
				f.Title, f.Severity, f.Reason = "platform named twice", finding.Low, "it also stands for "+first.String()
				list = append(list, f)
			}
			seen[p] = d.Digest
		}
	}
	return check.Found(list...)
}

func mismatch(c *check.Check, img *evidence.Image) check.Answer {
	s := &img.Supply
	var list []finding.Finding
	for _, n := range slices.Sorted(maps.Keys(s.Mismatch)) {
		f := c.At(fmt.Sprintf("layers[%d]", n), s.Mismatch[n])
		f.Layer = &n
		list = append(list, f)
	}
	switch {
	case len(list) > 0:
		return check.Found(list...)
	case img.Partial:
		return check.Unsure("the image was not wholly read")
	case !s.Promised:
		return check.Answer{Status: check.Pass, Reason: "by the diffIDs alone: the source does not name the digests of what it stores"}
	}
	return check.Passed()
}

// compressions are what the media types of layers say of them.
var compressions = []struct{ suffix, is string }{
	{"+gzip", "gzip"}, {".tar.gzip", "gzip"}, {"+zstd", "zstd"}, {".tar", "none"},
}

func mediaTypes(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	formats := map[string]string{} // and the first that has it
	for n, m := range img.MediaTypes {
		if m == "" {
			return check.Unsure("the source does not tell the layers' media types")
		}
		at := fmt.Sprintf("manifest.layers[%d].mediaType", n)
		formats[formatOf(m)] = at
		idx := img.Layers[n]
		if idx == nil || idx.Compression == "" || !img.Supply.Stored {
			continue
		}
		for _, x := range compressions {
			if !strings.HasSuffix(m, x.suffix) {
				continue
			}
			if x.is != idx.Compression {
				f := c.At(at, m)
				f.Title, f.Severity, f.Reason, f.Layer = "layer stored otherwise than its media type says", finding.Medium, "it is stored as "+idx.Compression, &n
				list = append(list, f)
			}
			break
		}
	}
	if chosen := img.Supply.Chosen; chosen != nil && chosen.MediaType != "" {
		formats[formatOf(string(chosen.MediaType))] = "manifest.mediaType"
	}
	if len(formats) > 1 {
		f := c.At("manifest", strings.Join(slices.Sorted(maps.Keys(formats)), " and "))
		f.Title = "types of Docker and of OCI in one manifest"
		list = append(list, f)
	}
	if len(img.MediaTypes) == 0 {
		return check.Moot("the image has no layers")
	}
	return check.Found(list...)
}

func formatOf(mediaType string) string {
	if strings.HasPrefix(mediaType, "application/vnd.docker.") {
		return "Docker"
	}
	return "OCI"
}

// sbomNames are those that the specifications recommend for files.
var sbomNames = evidence.NewNames(
	[]string{"bom.json", "bom.xml", "sbom.json"},
	[]string{".spdx.json", ".spdx", ".spdx.rdf", ".spdx.yml", ".spdx.yaml", ".cdx.json", ".cdx.xml", ".syft.json"},
)

func inside(c *check.Check, img *evidence.Image) check.Answer {
	var list []evidence.Object
	img.EachNamed(sbomNames, func(o evidence.Object) {
		if o.Entry.Type == layer.Regular && o.Entry.Size > 0 {
			list = append(list, o)
		}
	})
	return check.Found(c.OnAll(list)...)
}
