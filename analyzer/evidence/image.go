package evidence

import (
	"encoding/json"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/filetree"
	"peel/analyzer/redact"
	"peel/analyzer/waste"
	"peel/source/layer"
	"peel/source/oci"
)

// Parts are what an Image is made of.
type Parts struct {
	Tree        *filetree.Tree
	Layers      []*layer.Index // bottom first; nil for one that was not read
	MediaTypes  []string       // of the layers, bottom first; "" for one that has none
	Config      *v1.ConfigFile // nil: nothing is known of it
	Flaws       []oci.Flaw     // of the config, and of the manifest with "manifest." before the field
	StepLayer   []int          // the layer of each step of Config.History, or filetree.None
	RawManifest []byte         // nil if there is none
	Reference   string         // as the user wrote it
	Named       bool           // Reference is a name that a registry or an engine resolved
	// FromRegistry says that the layers are stored as a registry has them.
	FromRegistry bool
	Partial      bool           // layers are missing from Tree
	Waste        *waste.Summary // of Tree; nil if nobody computed it
	Now          time.Time
	// RequiredLabels are the keys, without "org.opencontainers.image.", that an
	// image must have.
	RequiredLabels []string
	Supply         Supply
	// Mask masks the contents of files; nil leaves them as they are.
	Mask *redact.Redactor
}

// Image is what checks look at. It is read by one goroutine.
type Image struct {
	Parts
	Annotations map[string]string // of the manifest
	HasManifest bool
	// Collected says that a Collector saw all layers of the tree.
	Collected bool

	Accounts  []Account
	Groups    []Group
	Passwords []Password
	// PasswdState and the like say whether these files could be read.
	PasswdState, GroupState, ShadowState Presence
	Distro                               Distro

	facts map[*layer.Entry]*File
	made  map[any]any
}

// Once gives what make makes of the image. Checks that go by the same thing ask
// for it by the same key, and make is called for the first of them alone.
func Once[T any](img *Image, key any, make func(*Image) T) T {
	if v, ok := img.made[key]; ok {
		return v.(T)
	}
	v := make(img)
	img.made[key] = v
	return v
}

// New puts an image together.
func New(p Parts) *Image {
	img := &Image{Parts: p, facts: map[*layer.Entry]*File{}, made: map[any]any{}, Collected: true}
	if img.Now.IsZero() {
		img.Now = time.Now()
	}
	for _, idx := range p.Layers {
		img.collect(idx)
	}
	var m struct {
		Annotations map[string]string `json:"annotations"`
	}
	if len(p.RawManifest) > 0 && json.Unmarshal(p.RawManifest, &m) == nil {
		img.Annotations, img.HasManifest = m.Annotations, true
	}
	img.accounts()
	img.distro()
	return img
}

func (img *Image) collect(idx *layer.Index) {
	if idx == nil {
		return
	}
	if f, ok := layer.FactsOf[*Facts](idx, FactsName); ok {
		for i, file := range f.files {
			img.facts[&idx.Entries[i]] = file
		}
		return
	}
	img.Collected = img.Collected && len(idx.Entries) == 0
}

func (img *Image) accounts() {
	var text []byte
	if text, img.PasswdState = img.Read("etc/passwd"); img.PasswdState == Present {
		img.Accounts = parsePasswd(text)
	}
	if text, img.GroupState = img.Read("etc/group"); img.GroupState == Present {
		img.Groups = parseGroup(text)
	}
	if text, img.ShadowState = img.Read("etc/shadow"); img.ShadowState == Present {
		img.Passwords = parseShadow(text)
	}
}

// Distro is what os-release says (os-release(5)).
type Distro struct {
	ID      string   // "debian"; "" if there is no os-release
	Like    []string // ID_LIKE
	Version string   // VERSION_ID
	Name    string   // PRETTY_NAME
}

func (img *Image) distro() {
	text, state := img.Read("etc/os-release")
	if state != Present {
		if text, state = img.Read("usr/lib/os-release"); state != Present {
			return
		}
	}
	for line := range strings.SplitSeq(string(text), "\n") {
		k, v, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		v = strings.Trim(v, `"'`)
		switch k {
		case "ID":
			img.Distro.ID = strings.ToLower(v)
		case "ID_LIKE":
			img.Distro.Like = strings.Fields(strings.ToLower(v))
		case "VERSION_ID":
			img.Distro.Version = v
		case "PRETTY_NAME":
			img.Distro.Name = v
		}
	}
}

// Run is what the image says of the container's process. Never nil.
func (img *Image) Run() *v1.Config {
	if img.Config == nil {
		return new(v1.Config)
	}
	return &img.Config.Config
}

// Env gives the value of an environment variable; the last one counts.
func (img *Image) Env(name string) (value string, ok bool) {
	for _, kv := range img.Run().Env {
		if k, v, _ := strings.Cut(kv, "="); k == name {
			value, ok = v, true
		}
	}
	return value, ok
}

// IsWindows reports whether the image is not of the kind that these checks know.
func (img *Image) IsWindows() bool { return img.Config != nil && img.Config.OS == "windows" }

// HasHistory reports whether the config tells of the build steps. A squashed
// image, or one of kaniko, bazel, nix or ko, has none, or steps without words.
func (img *Image) HasHistory() bool {
	if img.Config == nil {
		return false
	}
	for _, h := range img.Config.History {
		if h.CreatedBy != "" {
			return true
		}
	}
	return false
}
