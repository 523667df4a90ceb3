package layer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// Limits that a hostile layer runs into. The first two are defaults of Options.
const (
	// DefaultMaxBytes bounds what one layer may unpack to. The largest real
	// layers (CUDA, model weights) have about 20 GB.
	DefaultMaxBytes = 64 << 30
	// DefaultMaxEntries bounds the entries of one image; the largest real
	// layers have about half a million. An entry costs about 300 bytes of memory.
	DefaultMaxEntries = 3_000_000
	// maxNameBytes bounds the names, link targets and xattrs of one layer
	// together, for a PAX record may hold a megabyte of each.
	maxNameBytes = 512 << 20
	// maxZstdWindow is what `zstd --long=27` asks for, the most that its own
	// decoder grants unasked.
	maxZstdWindow = 128 << 20
)

// Errors of Scan, to be told apart with errors.Is.
var (
	ErrDigest  = errors.New("digest mismatch")      // the bytes are not those that were asked for
	ErrLimit   = errors.New("limit exceeded")       // one of the limits of Options
	ErrCorrupt = errors.New("corrupt layer")        // the compressed stream or the tar cannot be read
	ErrFormat  = errors.New("unsupported encoding") // the stored bytes are in a format that peel does not read
)

// Options say what is expected of a layer and who wants to see it.
type Options struct {
	Digest string // expected of the stored bytes, "sha256:…"; "" if unknown
	DiffID string // expected of the uncompressed tar; "" if unknown
	Size   int64  // expected number of stored bytes; 0 or less if unknown

	MaxBytes   int64 // uncompressed; 0 means DefaultMaxBytes
	MaxEntries int   // 0 means DefaultMaxEntries
	// Entries counts those of all layers of an image, which MaxEntries bounds
	// together; nil: of this layer alone.
	Entries *atomic.Int64

	Inspectors []Inspector
	Progress   *Progress // may be nil

	// Checkpoints asks for places where a later reading of the layer can begin.
	Checkpoints bool
}

// Progress tells how far a reading is. It may be read at any time.
type Progress struct {
	Stored  atomic.Int64 // bytes read of the layer as stored
	Tar     atomic.Int64 // bytes of the uncompressed tar
	Entries atomic.Int64
}

func (o *Options) setDefaults() {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if o.MaxEntries <= 0 {
		o.MaxEntries = DefaultMaxEntries
	}
	if o.Entries == nil {
		o.Entries = new(atomic.Int64)
	}
	if o.Progress == nil {
		o.Progress = new(Progress)
	}
}

// maxStored is where the reading of the stored bytes ends: one byte later than
// promised, so that more of them show. A stream that decompresses to nothing
// has no end that MaxBytes would set.
func (o *Options) maxStored() int64 {
	if o.Size > 0 {
		return o.Size + 1
	}
	return o.MaxBytes + 1
}

// Scan reads one layer to its end. The compression is recognised by its magic
// number: none, gzip or zstd.
//
// The Index is never nil: with an error it holds what was read until there and
// its Complete is false. A layer whose tar can be walked but whose digest, size
// or diffID is not the expected one gives ErrDigest.
//
// blob may be a Withholder, a Remaker or a Skipper; the diffID is then not verified
// if it withholds or skips anything, or is remade.
//
// blob is read from another goroutine, which has ended when Scan returns, so a
// Read that blocks must end when ctx does.
func Scan(ctx context.Context, blob io.Reader, opts Options) (*Index, error) {
	opts.setDefaults()
	p := newPipe(ctx, blob, &opts)
	w := newWalker(ctx, p, &opts)
	w.withholder, _ = blob.(Withholder)
	r, _ := blob.(Remaker)
	remade := r != nil && r.Remade()
	if remade {
		w.problem(ProblemRemade, "")
	}
	walkErr := w.walk()
	sums := p.wait()
	k, _ := blob.(Skipper)
	skipped := k != nil && k.Skipped()
	if skipped {
		w.problem(ProblemSkipped, "")
	}
	idx := w.index()
	if remade || idx.Withheld > 0 || skipped {
		// What was summed up has zeros for contents, or headers of its own.
		sums.diffID, sums.digest = opts.DiffID, cmp.Or(opts.Digest, opts.DiffID)
	}
	idx.Digest, idx.DiffID = sums.digest, sums.diffID
	idx.Compression, idx.StoredBytes, idx.TarBytes = sums.compression, sums.stored, sums.tar
	if p.places != nil {
		idx.Checkpoints, idx.Marks = p.places.checkpoints, p.places.marks
	}
	err := verdict(ctx, walkErr, sums, &opts)
	idx.Complete = err == nil
	return idx, err
}

// verdict picks the error that explains the others: a read that failed before
// all else, then bytes that are not what they should be, then a broken tar.
func verdict(ctx context.Context, walkErr error, s sums, opts *Options) error {
	if err := context.Cause(ctx); err != nil {
		return err
	}
	if s.readErr != nil {
		return s.readErr
	}
	if opts.Size <= 0 && s.stored > opts.MaxBytes {
		return fmt.Errorf("%w: the layer is stored in more than %d bytes", ErrLimit, opts.MaxBytes)
	}
	for _, e := range []error{walkErr, s.decodeErr} {
		if errors.Is(e, ErrLimit) || errors.Is(e, ErrFormat) {
			return e // stopped on purpose: the sums are of a part
		}
	}
	if err := s.check(opts); err != nil {
		return err
	}
	if s.decodeErr != nil {
		return s.decodeErr
	}
	return walkErr
}

// check compares what was read with what was promised.
func (s sums) check(opts *Options) error {
	diffID := opts.DiffID
	if s.decodeErr != nil {
		diffID = "" // of a part only
	}
	idx := Index{Digest: s.digest, DiffID: s.diffID, StoredBytes: s.stored}
	return idx.Verify(opts.Digest, diffID, opts.Size)
}

// Explain is Verify for a layer whose reading has ended with err: it picks what
// explains the other. Of bytes that cannot be read to their end, the diffID
// tells nothing.
func (idx *Index) Explain(err error, digest, diffID string, size int64) error {
	if err == nil {
		return idx.Verify(digest, diffID, size)
	}
	if errors.Is(err, ErrCorrupt) {
		if wrong := idx.Verify(digest, "", size); wrong != nil {
			return wrong
		}
	}
	return err
}

// Verify compares a layer that was read to its end with what is promised of
// it: digest and size of the stored bytes, diffID of the tar. An empty or zero
// promise is none. What differs gives ErrDigest.
func (idx *Index) Verify(digest, diffID string, size int64) error {
	switch {
	case size > 0 && idx.StoredBytes < size:
		return fmt.Errorf("%w: the layer ends after %d of %d bytes", ErrDigest, idx.StoredBytes, size)
	case size > 0 && idx.StoredBytes > size:
		return fmt.Errorf("%w: the layer has more than the %d bytes promised", ErrDigest, size)
	case digest != "" && idx.Digest != digest:
		return fmt.Errorf("%w: the stored bytes have %s, promised was %s", ErrDigest, idx.Digest, digest)
	case diffID != "" && idx.DiffID != diffID:
		return fmt.Errorf("%w: the uncompressed layer has diffID %s, the config says %s", ErrDigest, idx.DiffID, diffID)
	}
	return nil
}
