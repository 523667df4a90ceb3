package storage

import (
	"archive/tar"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	tarsplit "github.com/vbatts/tar-split/tar/storage"

	"peel/source/layer"
	"peel/source/oci"
)

const (
	// contentsKey is the big data of a layer of which podman has fetched only what
	// it lacked: the table of contents of zstd:chunked and of eStargz
	// (containers/storage, pkg/chunked, bigDataKey).
	contentsKey = "zstd-chunked-manifest"
	// maxContents bounds such a table; podman itself takes no more than 150 MB.
	maxContents = 256 << 20
)

// landmarks are files that eStargz adds to a layer, which nobody unpacks.
var landmarks = map[string]bool{".prefetch.landmark": true, ".no.prefetch.landmark": true, "stargz.index.json": true}

// contentsEntry is an entry of a table of contents, as far as it is of use.
type contentsEntry struct {
	Type     string            `json:"type"`
	Name     string            `json:"name"`
	Linkname string            `json:"linkName"`
	Mode     int64             `json:"mode"`
	Size     int64             `json:"size"`
	UID      int               `json:"uid"`
	GID      int               `json:"gid"`
	ModTime  time.Time         `json:"modtime"`
	Devmajor int64             `json:"devMajor"`
	Devminor int64             `json:"devMinor"`
	Xattrs   map[string]string `json:"xattrs"` // values in base64
	Digest   string            `json:"digest"` // of the content; "" for an empty file
}

var contentsTypes = map[string]byte{
	"reg": tar.TypeReg, "hardlink": tar.TypeLink, "char": tar.TypeChar, "block": tar.TypeBlock,
	"dir": tar.TypeDir, "fifo": tar.TypeFifo, "symlink": tar.TypeSymlink,
}

// contents makes a list of files, as tar-split has it, of a table of contents.
// The tar that comes of it says the same as the one that was packed, but is
// another: of that one only the table was kept.
type contents struct {
	table *json.Decoder
	next  []*tarsplit.Entry // to be given before the table is read on
	ended bool
}

var _ tarsplit.Unpacker = (*contents)(nil)

// openContents gives the list of a layer without tar-split.
func (l *layerRecord) openContents() (*contents, io.Closer, error) {
	name := "=" + base64.StdEncoding.EncodeToString([]byte(contentsKey))
	f, err := os.Open(filepath.Join(l.store.root, l.store.driver+"-layers", l.ID, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%w: the list of files of layer %.12s is not in the store", oci.ErrMissing, l.ID)
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := newContents(f)
	if err != nil {
		f.Close()
		return nil, nil, fmt.Errorf("%w: the table of contents of layer %.12s: %w", ErrDamaged, l.ID, err)
	}
	return c, f, nil
}

func newContents(table io.Reader) (*contents, error) {
	c := &contents{table: json.NewDecoder(io.LimitReader(table, maxContents))}
	return c, c.seek("entries")
}

// seek goes into the array that a member of the table's object is.
func (c *contents) seek(member string) error {
	if err := c.delim('{'); err != nil {
		return err
	}
	for c.table.More() {
		key, err := c.table.Token()
		if err != nil {
			return err
		}
		if key == member {
			return c.delim('[')
		}
		var other json.RawMessage
		if err := c.table.Decode(&other); err != nil {
			return err
		}
	}
	return fmt.Errorf("it has no %s", member)
}

func (c *contents) delim(want json.Delim) error {
	t, err := c.table.Token()
	if err == nil && t != want {
		err = fmt.Errorf("%v where %v should be", t, want)
	}
	return err
}

// Next implements tarsplit.Unpacker.
func (c *contents) Next() (*tarsplit.Entry, error) {
	for len(c.next) == 0 {
		if c.ended {
			return nil, io.EOF
		}
		err := c.fill()
		if errors.Is(err, io.EOF) { // in the middle of the table, not at its end
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
	}
	e := c.next[0]
	c.next = c.next[1:]
	return e, nil
}

// fill reads on in the table.
func (c *contents) fill() error {
	if !c.table.More() {
		if err := c.delim(']'); err != nil {
			return err
		}
		c.ended = true
		c.segment(make([]byte, 2*block))
		return nil
	}
	var e contentsEntry
	if err := c.table.Decode(&e); err != nil {
		return err
	}
	if e.Type == "chunk" || landmarks[e.Name] { // a piece of the file before it
		return nil
	}
	h, err := e.header()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := tar.NewWriter(&b).WriteHeader(h); err != nil {
		return fmt.Errorf("entry %q: %w", e.Name, err)
	}
	c.segment(b.Bytes())
	if h.Size == 0 {
		return nil
	}
	sum, err := hex.DecodeString(e.hash())
	if err != nil || len(sum) != len(layer.Digest{}) {
		return fmt.Errorf("entry %q has no digest", e.Name)
	}
	file := &tarsplit.Entry{Type: tarsplit.FileType, Size: h.Size, Payload: sum}
	file.SetName(e.Name)
	c.next = append(c.next, file)
	if pad := -h.Size & (block - 1); pad > 0 {
		c.segment(make([]byte, pad))
	}
	return nil
}

// block is what a tar is made of.
const block = 512

func (c *contents) segment(b []byte) {
	c.next = append(c.next, &tarsplit.Entry{Type: tarsplit.SegmentType, Payload: b})
}

// hash is the digest without its algorithm.
func (e *contentsEntry) hash() string {
	const algorithm = "sha256:"
	if len(e.Digest) < len(algorithm) || e.Digest[:len(algorithm)] != algorithm {
		return ""
	}
	return e.Digest[len(algorithm):]
}

func (e *contentsEntry) header() (*tar.Header, error) {
	kind, ok := contentsTypes[e.Type]
	if !ok {
		return nil, fmt.Errorf("entry %q has the unknown type %q", e.Name, e.Type)
	}
	h := &tar.Header{
		Typeflag: kind, Name: e.Name, Linkname: e.Linkname, Mode: e.Mode & 0o7777, Uid: e.UID, Gid: e.GID,
		ModTime: e.ModTime, Devmajor: e.Devmajor, Devminor: e.Devminor, Format: tar.FormatPAX,
	}
	if kind == tar.TypeReg {
		h.Size = e.Size
	}
	if len(e.Xattrs) > 0 {
		h.PAXRecords = map[string]string{}
	}
	for key, packed := range e.Xattrs {
		value, err := base64.StdEncoding.DecodeString(packed)
		if err != nil {
			return nil, fmt.Errorf("entry %q: attribute %q: %w", e.Name, key, err)
		}
		h.PAXRecords["SCHILY.xattr."+key] = string(value)
	}
	return h, nil
}
