package metadata

import (
	"fmt"
	"strings"
	"time"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
	"peel/analyzer/text"
)

func instructionOf(createdBy string) string { return text.Instruction(createdBy) }

func legacyLabels(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for k := range img.Run().Labels {
		if strings.HasPrefix(k, "org.label-schema.") {
			list = append(list, c.At(fmt.Sprintf("config.Labels[%q]", k), k))
		}
	}
	for i, h := range img.Config.History {
		if strings.HasPrefix(strings.ToUpper(instructionOf(h.CreatedBy)), "MAINTAINER ") {
			f := c.At(fmt.Sprintf("history[%d].created_by", i), "MAINTAINER")
			f.Title = "MAINTAINER is deprecated"
			list = append(list, f)
		}
	}
	finding.Sort(list)
	return check.Found(list...)
}

// Of the age of an image.
const (
	day     = 24 * time.Hour
	oldAge  = 365 * day // by then a distribution has mended dozens of faults
	maxSkew = day       // clocks differ
)

func badTime(c *check.Check, img *evidence.Image) check.Answer {
	at := img.Config.Created.Time
	f := c.At("created", at.UTC().Format(time.RFC3339))
	switch age := img.Now.Sub(at); {
	case at.IsZero():
		return check.Unsure("the config does not say when the image was made")
	case age < -maxSkew:
		f.Severity, f.Title = finding.Medium, "created in the future"
	case at.Unix() == 0:
		f.Severity, f.Title = finding.Info, "created at the epoch"
		f.Reason = "as reproducible builds have it: the age is not known"
	case age > oldAge:
		f.Title = fmt.Sprintf("created %d days ago", int(age/day))
	default:
		return check.Passed()
	}
	return check.Found(f)
}

func unclamped(c *check.Check, img *evidence.Image) check.Answer {
	at := img.Config.Created.Time
	steps := 0
	for _, h := range img.Config.History {
		if h.Created.IsZero() || !h.Created.Equal(at) {
			return check.Moot("the build does not set all times to one")
		}
		steps++
	}
	if steps < 2 && at.Unix() != 0 {
		return check.Moot("the build does not set all times to one")
	}
	var late []evidence.Object
	img.All(func(o evidence.Object) {
		if o.Entry.ModTime > at.Add(time.Second).UnixNano() {
			late = append(late, img.Path(o))
		}
	})
	return check.Found(c.OnAll(late)...)
}

func moving(c *check.Check, img *evidence.Image) check.Answer {
	if !img.Named {
		return check.Moot("the image was not asked for by a name")
	}
	name := img.Reference
	if _, rest, ok := strings.Cut(name, "://"); ok {
		name = rest
	}
	for _, p := range []string{"registry:", "docker:", "podman:"} {
		name = strings.TrimPrefix(name, p)
	}
	if strings.Contains(name, "@sha256:") {
		return check.Passed()
	}
	last := name[strings.LastIndexByte(name, '/')+1:]
	_, tag, ok := strings.Cut(last, ":")
	if ok && tag != "latest" {
		return check.Passed()
	}
	return check.Found(c.At("reference", name))
}

func baseUnnamed(c *check.Check, img *evidence.Image) check.Answer {
	for _, k := range []string{"base.name", "base.digest"} {
		if img.Run().Labels[prefix+k] != "" || img.Annotations[prefix+k] != "" {
			return check.Passed()
		}
	}
	if len(img.Layers) < 2 {
		return check.Moot("an image of one layer has no base, or is one")
	}
	f := c.Finding()
	f.Where = "config.Labels"
	return check.Found(f)
}

func countMismatch(c *check.Check, img *evidence.Image) check.Answer {
	filled := 0
	for _, h := range img.Config.History {
		if !h.EmptyLayer {
			filled++
		}
	}
	switch {
	case len(img.Config.History) == 0:
		return check.Unsure("the config has no history")
	case filled != len(img.Layers):
		return check.Found(c.At("history", fmt.Sprintf("%d steps with files, %d layers", filled, len(img.Layers))))
	}
	return check.Passed()
}

// Of the number of layers.
const (
	manyLayers = 42  // beyond which each start shows, on overlay
	mostLayers = 127 // Docker's limit, moby/layer.maxLayerDepth is 125
)

func tooMany(c *check.Check, img *evidence.Image) check.Answer {
	n := len(img.Layers)
	f := c.At("rootfs.diff_ids", fmt.Sprintf("%d layers", n))
	switch {
	case n >= mostLayers:
		f.Severity, f.Reason = finding.High, "Docker cannot run it"
	case n <= manyLayers:
		return check.Passed()
	}
	return check.Found(f)
}

func foreign(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	known := false
	for n, m := range img.MediaTypes {
		known = known || m != ""
		if strings.Contains(m, "nondistributable") || strings.Contains(m, "foreign") {
			f := c.At(fmt.Sprintf("manifest.layers[%d].mediaType", n), m)
			f.Layer = &n
			list = append(list, f)
		}
	}
	if !known && len(img.MediaTypes) > 0 {
		return check.Unsure("the source does not tell the layers' media types")
	}
	return check.Found(list...)
}
