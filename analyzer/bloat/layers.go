package bloat

import (
	"fmt"
	"strings"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/filetree"
	"peel/analyzer/finding"
	"peel/analyzer/text"
)

// emptyLayers are those that leave the file system as it was.
func emptyLayers(c *check.Check, img *evidence.Image) check.Answer {
	changed := make([]bool, len(img.Tree.Layers))
	for i := range img.Tree.Versions {
		v := &img.Tree.Versions[i]
		changed[v.Layer] = changed[v.Layer] || v.Change != filetree.Unchanged
	}
	var list []finding.Finding
	for n := range changed {
		if changed[n] || !img.Tree.Layers[n].Merged || img.Layers[n] == nil {
			continue
		}
		f := c.At(fmt.Sprintf("rootfs.diff_ids[%d]", n), "")
		f.Layer, f.Bytes = &n, &img.Layers[n].TarBytes
		f.Reason = "it has no entries"
		if entries := len(img.Layers[n].Entries); entries > 0 {
			f.Title = "layer that changes nothing"
			f.Reason = fmt.Sprintf("its entries (%d) are all in the layers below just so", entries)
		}
		list = append(list, f)
	}
	return check.Found(list...)
}

// mergeable are the runs of RUN steps of which later ones write the files of
// earlier ones anew.
func mergeable(c *check.Check, img *evidence.Image) check.Answer {
	if img.Waste == nil {
		return check.Unsure(noFigures)
	}
	chain := runs(img)
	type sum struct {
		last  int
		bytes int64
		top   spot
	}
	sums := map[int]*sum{}
	var order []int
	for _, it := range img.Waste.Items { // the biggest first
		if chain[it.Layer] == 0 || chain[it.Layer] != chain[it.KilledBy] {
			continue
		}
		s := sums[chain[it.Layer]]
		if s == nil {
			s = &sum{top: spot{it.Path, it.Layer}}
			sums[chain[it.Layer]] = s
			order = append(order, chain[it.Layer])
		}
		s.bytes += it.Bytes
		s.last = max(s.last, it.KilledBy)
		s.top.layer = min(s.top.layer, it.Layer)
	}
	var list []finding.Finding
	for _, id := range order {
		s := sums[id]
		if s.bytes < lowFrom {
			continue
		}
		f := c.Finding()
		f.Confidence = finding.Unsure
		f.Path, f.Layer, f.LastLayer, f.Bytes = strings.TrimPrefix(s.top.path, "/"), &s.top.layer, &s.last, &s.bytes
		f.Reason = fmt.Sprintf("one RUN in place of those of layers %d to %d would save %s%s, which W001 to W004 count",
			s.top.layer+1, s.last+1, text.Bytes(s.bytes), share(s.bytes, total(img)))
		list = append(list, f)
	}
	return check.Found(list...)
}

type spot struct {
	path  string
	layer int
}

// runs numbers, from 1, the unbroken runs of layers that RUN steps made; 0 is of
// layers made otherwise. A step without a layer breaks none but USER, SHELL and
// the like, which change what a RUN does.
func runs(img *evidence.Image) []int {
	chain := make([]int, len(img.Tree.Layers))
	id, inRun := 0, false
	for i, h := range img.Config.History {
		switch word := text.Keyword(text.Instruction(h.CreatedBy)); {
		case i >= len(img.StepLayer):
		case img.StepLayer[i] == filetree.None:
			inRun = inRun && word != "USER" && word != "SHELL" && word != "ARG" && word != "FROM"
		case word != "RUN":
			inRun = false
		default:
			if !inRun {
				id++
			}
			inRun = true
			if n := img.StepLayer[i]; n >= 0 && n < len(chain) {
				chain[n] = id
			}
		}
	}
	return chain
}

// uncompressed are the layers that a registry stores as plain tars.
func uncompressed(c *check.Check, img *evidence.Image) check.Answer {
	switch {
	case !img.FromRegistry:
		return check.Moot("no registry has stored the layers: they may be compressed when they are pushed")
	case !img.HasManifest:
		return check.Unsure("the source has no manifest")
	}
	var list []int
	var bytes, most int64
	f := c.Finding()
	for n, media := range img.MediaTypes {
		idx := img.Layers[n]
		if idx == nil || !plainTar(media) || idx.Compression != "none" {
			continue
		}
		list = append(list, n+1)
		bytes += idx.StoredBytes
		if idx.StoredBytes > most {
			most = idx.StoredBytes
			f.Where, f.Match, f.Layer = fmt.Sprintf("manifest.layers[%d].mediaType", n), media, &n
		}
	}
	if bytes < trifle {
		return check.Passed()
	}
	f.Bytes = &bytes
	f.Severity = min(c.Severity, severityOf(bytes, total(img)))
	f.Reason = text.Bytes(bytes) + " are stored as they are"
	if len(list) > 1 {
		f.Reason += fmt.Sprintf(", in %d layers", len(list))
	}
	return check.Found(f)
}

// plainTar reports whether a media type is of a tar without compression (OCI
// image spec, layer.md, "Distributable Format"; Docker, image manifest v2.2).
func plainTar(media string) bool {
	return strings.HasPrefix(media, "application/vnd.") && (strings.HasSuffix(media, ".tar") || strings.HasSuffix(media, ".diff.tar"))
}
