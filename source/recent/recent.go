// Package recent remembers which images were opened, in a file of the user's
// own. It holds references and what was learned of the images; never who asked.
//
// Load reads the file, Add puts an image on top.
package recent

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

const (
	// Max is how many images are remembered.
	Max = 50
	// maxFile bounds the file; one of ours has less than 50 kB.
	maxFile = 1 << 20
	// maxReference bounds what is remembered of one image: a longer reference is
	// none that anybody typed.
	maxReference = 4096

	version = 1
)

// ErrDamaged is given for a file that Add has not written. It is left alone.
var ErrDamaged = errors.New("not a list of recent images")

// Item is one image that was opened.
type Item struct {
	Reference string    `json:"reference"` // opens it from any directory
	Source    string    `json:"source"`    // kind of source that had it
	ID        string    `json:"id,omitempty"`
	Digest    string    `json:"digest,omitempty"`
	Platform  string    `json:"platform,omitempty"`
	Size      int64     `json:"size,omitempty"` // in bytes, of the stored layers
	Created   time.Time `json:"created,omitzero"`
	Opened    time.Time `json:"opened"`
}

// file is the document.
type file struct {
	Version int    `json:"version"`
	Images  []Item `json:"images"` // the last opened first
}

// Path is where a user's list is: below XDG_STATE_HOME (XDG base directory
// specification), or where its default would be. "" if there is no such place.
func Path(getenv func(string) string) string {
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "peel", "recent.json")
	}
	if runtime.GOOS == "windows" {
		if dir := getenv("LOCALAPPDATA"); filepath.IsAbs(dir) {
			return filepath.Join(dir, "peel", "recent.json")
		}
	}
	home, err := os.UserHomeDir()
	if err != nil || !filepath.IsAbs(home) {
		return ""
	}
	return filepath.Join(home, ".local", "state", "peel", "recent.json")
}

// Load reads the list, the last opened first. That there is none is no error.
func Load(path string) ([]Item, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	var doc file
	switch err := json.Unmarshal(b, &doc); {
	case len(b) > maxFile:
		return nil, fmt.Errorf("%w: %s has more than %d bytes", ErrDamaged, path, maxFile)
	case err != nil:
		return nil, fmt.Errorf("%w: %s: %w", ErrDamaged, path, err)
	case doc.Version != version:
		return nil, fmt.Errorf("%w: %s is of version %d, not %d", ErrDamaged, path, doc.Version, version)
	}
	doc.Images = slices.DeleteFunc(doc.Images, func(i Item) bool { return i.Reference == "" })
	return doc.Images[:min(len(doc.Images), Max)], nil
}

// Add puts an image on top of the list, and takes the oldest off a full one. The
// file is replaced as a whole; one that is damaged stays as it is.
func Add(path string, item Item) error {
	if item.Reference == "" || len(item.Reference) > maxReference {
		return fmt.Errorf("remembering an image: a reference of %d bytes", len(item.Reference))
	}
	items, err := Load(path)
	if err != nil {
		return err
	}
	items = slices.DeleteFunc(items, func(i Item) bool { return i.Reference == item.Reference })
	items = append([]Item{item}, items...)
	b, err := json.MarshalIndent(file{version, items[:min(len(items), Max)]}, "", "  ")
	if err != nil {
		return err
	}
	return replace(path, append(b, '\n'))
}

func replace(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".recent-*") // readable by the user alone
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
