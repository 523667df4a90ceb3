package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"peel/analyzer"
	"peel/analyzer/filetree"
	"peel/analyzer/inventory"
	"peel/analyzer/policy"
	"peel/analyzer/text"
	"peel/analyzer/waste"
)

// Meta is what a report says that is not about the image.
type Meta struct {
	PeelVersion string
	Policy      *policy.Verdict // nil if none was evaluated
	// Inventory is the software of the image; nil if nobody looked for any.
	Inventory *inventory.Inventory
	// Unsearched says that nobody looked for secrets in files: what only they tell
	// to be one is not masked, so labels and the values of variables are left out.
	Unsearched bool
}

// Figures are what a policy asks about an image.
func Figures(a *analyzer.Analysis) policy.Figures {
	return policy.Figures{
		Efficiency: a.Waste.Efficiency, WastedBytes: a.Waste.Wasted,
		UserWastedPercent: a.Waste.UserPercent, Severities: a.Severities(), Checks: a.CheckCounts(),
		Partial: a.Partial(), Withheld: a.Withheld(),
	}
}

// New reports on an analysis, which may still be going on.
func New(a *analyzer.Analysis, m Meta) *Report {
	r := &Report{
		SchemaVersion: SchemaVersion,
		PeelVersion:   m.PeelVersion,
		Partial:       a.Partial(),
		Errors:        errorsOf(a),
		Notes:         append([]string{}, a.Notes...),
		Image:         imageOf(a),
		Layers:        make([]Layer, len(a.Layers)),
		Waste:         each(a.Waste.Items, wasteOf),
		WasteCauses:   each(a.Waste.Causes(), causeOf),
		WasteByReason: Reasons{
			Overwritten: a.Waste.ByReason[filetree.Overwritten],
			Deleted:     a.Waste.ByReason[filetree.Deleted],
			Metadata:    a.Waste.ByReason[filetree.Metadata],
			Identical:   a.Waste.ByReason[filetree.Identical],
		},
		Duplicates: each(a.Waste.Duplicates, duplicateOf),
		Scanners:   append([]string{}, a.Families...),
		Findings:   each(a.Findings, findingOf),
		Checks:     each(a.Checks, checkOf),
		Score:      scoreOf(a.Score),
		History:    each(a.Steps, stepOf),
		Policy:     m.Policy,
	}
	for i := range a.Layers {
		r.Layers[i] = layerOf(&a.Layers[i])
		r.Layers[i].FromBase = known(i < a.BaseLayers(), a.BaseLayers() >= 0)
	}
	if len(a.Attached.Artifacts) > 0 {
		r.Attached = each(a.Attached.Artifacts, attachedOf)
	}
	if m.Inventory != nil {
		r.Inventory, r.Packages = new(inventoryOf(m.Inventory)), packagesOf(a, m.Inventory)
		r.Scanners = append(r.Scanners, ScanPackages)
	}
	if raw := a.Image.RawConfig; len(raw) > 0 {
		if config, ok := object(raw); ok {
			r.Config = config
			if m.Unsearched {
				r.Config = withoutValues(config)
			}
		} else {
			r.Notes = append(r.Notes, "the config is no JSON object and is left out")
		}
	}
	if m.Unsearched {
		for i := range r.History {
			r.History[i].CreatedBy = withoutSetting(r.History[i].CreatedBy)
		}
		for i := range r.Layers {
			r.Layers[i].CreatedBy = withoutSetting(r.Layers[i].CreatedBy)
		}
		r.Notes = append(r.Notes, "files were not searched for secrets (--scanners): a value that only a file tells to be one is not masked, and labels and the values of environment variables are left out")
	}
	return r
}

// withoutValues is a config without its labels, and with the names alone of its
// environment variables.
func withoutValues(config json.RawMessage) json.RawMessage {
	var doc map[string]any
	if json.Unmarshal(config, &doc) != nil {
		return nil
	}
	for _, part := range []string{"config", "container_config"} {
		run, ok := doc[part].(map[string]any)
		if !ok {
			continue
		}
		delete(run, "Labels")
		if env, ok := run["Env"].([]any); ok {
			for i := range env {
				name, _, _ := strings.Cut(fmt.Sprint(env[i]), "=")
				env[i] = name
			}
		}
	}
	steps, _ := doc["history"].([]any)
	for i := range steps {
		if step, ok := steps[i].(map[string]any); ok {
			if by, ok := step["created_by"].(string); ok {
				step["created_by"] = withoutSetting(by)
			}
		}
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return nil
	}
	return out
}

// withoutSetting is a build step without the values that ENV and LABEL set.
func withoutSetting(createdBy string) string {
	word, rest, _ := strings.Cut(text.Instruction(createdBy), " ")
	if word != "ENV" && word != "LABEL" {
		return createdBy
	}
	name, _, _ := strings.Cut(strings.TrimSpace(rest), "=")
	name, _, _ = strings.Cut(name, " ")
	return word + " " + name
}

// each is never nil: an empty list is a fact, and [] in JSON.
func each[S, T any](list []S, f func(S) T) []T {
	out := make([]T, len(list))
	for i := range list {
		out[i] = f(list[i])
	}
	return out
}

// object is raw as it stands, but for bytes that JSON cannot carry, if it is
// one JSON object.
func object(raw []byte) (json.RawMessage, bool) {
	if !json.Valid(raw) || bytes.TrimLeft(raw, " \t\r\n")[0] != '{' {
		return nil, false
	}
	return bytes.ToValidUTF8(raw, []byte("\ufffd")), true
}

func errorsOf(a *analyzer.Analysis) []Error {
	list := []Error{}
	unread := 0
	for i := range a.Layers {
		switch l := &a.Layers[i]; l.State {
		case analyzer.Failed:
			list = append(list, Error{Layer: &l.Number, Message: message(l.Err)})
		case analyzer.Queued, analyzer.Reading:
			unread++
		}
	}
	if unread > 0 {
		list = append(list, Error{Message: fmt.Sprintf("the reading was stopped before %d of %d layers were read", unread, len(a.Layers))})
	}
	return list
}

func message(err error) string {
	if err == nil {
		return "the layer could not be read"
	}
	return err.Error()
}

func imageOf(a *analyzer.Analysis) Image {
	img := a.Image
	out := Image{
		Reference:       img.Reference,
		Source:          string(img.Kind),
		Location:        img.Location,
		Name:            img.Name,
		Attempts:        []Attempt{},
		Platform:        img.Platform.String(),
		ManifestDigest:  img.ManifestDigest,
		ConfigDigest:    img.ConfigDigest,
		SizeBytes:       a.Size(),
		CompressedBytes: known(a.Compressed()),
		WastedBytes:     a.Waste.Wasted,
		LayerCount:      len(a.Layers),
		FileCount:       a.Files(),
		WithheldFiles:   a.Withheld(),
	}
	out.BaseLayers = known(a.BaseLayers(), a.BaseLayers() >= 0)
	out.Base = baseOf(a)
	if !a.Partial() { // neither is a bound of what it would be
		out.Efficiency, out.UserWastedPercent = &a.Waste.Efficiency, a.Waste.UserPercent
	}
	for _, g := range a.Waste.Duplicates {
		out.DuplicateBytes += g.Extra()
	}
	if len(img.Names) > 1 {
		out.Names = img.Names
	}
	for _, t := range img.Attempts {
		at := Attempt{Source: string(t.Kind), Asked: t.What}
		if t.Err != nil {
			at.Error = message(t.Err)
		}
		out.Attempts = append(out.Attempts, at)
	}
	if img.Config != nil {
		out.Created = timestamp(img.Config.Created.Time)
	}
	return out
}

func known[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}

// timestamp is RFC 3339 in UTC, "" for no time.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func layerOf(l *analyzer.Layer) Layer {
	read := l.State == analyzer.Read
	out := Layer{
		Index: l.Number, DiffID: l.DiffID, Digest: l.Digest, MediaType: l.MediaType,
		CompressedBytes: known(l.Compressed, l.Compressed > 0 || read),
		CreatedBy:       l.CreatedBy, Created: timestamp(l.Created),
		State: l.State.String(), Problems: []Problem{},
	}
	if l.State == analyzer.Failed {
		out.Error = message(l.Err)
	}
	if l.Index != nil {
		out.Compression = l.Index.Compression
		out.TarBytes = known(l.Index.TarBytes, read)
	}
	// Of a layer that failed before its first entry, nothing is known.
	if merged := l.Stat.Merged && (read || l.Index != nil && len(l.Index.Entries) > 0); merged {
		s := l.Stat
		out.SizeBytes, out.WastedBytes, out.KillsBytes = &s.Size, &s.Wasted, &s.Kills
		out.FileCount, out.Added, out.Modified, out.Removed, out.Rewritten = &s.Files, &s.Added, &s.Modified, &s.Removed, &s.Rewritten
	}
	for _, p := range l.Problems {
		out.Problems = append(out.Problems, Problem{What: p.What, Count: p.Count, First: text.UTF8(p.First)})
	}
	return out
}

func wasteOf(it waste.Item) Waste {
	return Waste{
		Path: text.UTF8(it.Path), Bytes: it.Bytes, Reason: it.Reason.String(),
		Layer: it.Layer, KilledBy: it.KilledBy, MovedTo: text.UTF8(it.MovedTo),
	}
}

func causeOf(c waste.Cause) Cause {
	return Cause{
		Layer: c.Layer, KilledBy: c.KilledBy, Reason: c.Reason.String(), Bytes: c.Bytes, Count: c.Count,
		Top:  each(c.Top, func(it waste.Item) TopPath { return TopPath{text.UTF8(it.Path), it.Bytes} }),
		Hint: Hint(c.Fix()),
	}
}

func duplicateOf(g waste.Group) Duplicate {
	return Duplicate{
		Digest: g.Digest.String(), Bytes: g.Bytes, ExtraBytes: g.Extra(),
		Paths: each(g.Paths, text.UTF8), Layers: g.Layers,
	}
}

func stepOf(s analyzer.Step) Step {
	out := Step{
		Created: timestamp(s.Created.Time), CreatedBy: s.CreatedBy,
		Author: s.Author, Comment: s.Comment, EmptyLayer: s.EmptyLayer,
	}
	if s.Layer != filetree.None {
		out.Layer = &s.Layer
	}
	return out
}
