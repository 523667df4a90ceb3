package inflate

import (
	"errors"
	"fmt"
	"io"
)

// The faults a gzip stream can have. Reader returns them inside an *Error
// that adds the place of the fault; test for them with errors.Is. A stream
// that stops before its end is io.ErrUnexpectedEOF instead.
var (
	// ErrHeader says that a member header is not a gzip header
	// (RFC 1952, section 2.3), or that its CRC-16 does not match. Bytes
	// other than zero padding after the last member are the same fault.
	ErrHeader = errors.New("inflate: invalid gzip header")

	// ErrCorrupt says that the compressed data is not valid DEFLATE
	// (RFC 1951).
	ErrCorrupt = errors.New("inflate: corrupt compressed data")

	// ErrChecksum says that the data of a member decoded, but that its
	// CRC-32 or its length is not what the trailer states (RFC 1952,
	// section 2.3.1).
	ErrChecksum = errors.New("inflate: gzip checksum mismatch")

	// ErrClosed is returned by a Reader that was read after Close.
	ErrClosed = errors.New("inflate: reader is closed")
)

// Error is a fault and its place. The faults of the format, a stream that
// ends too soon (io.ErrUnexpectedEOF) and the errors of the underlying reader
// all come in an *Error.
type Error struct {
	// Offset is in bytes from the start of the compressed stream, the first
	// byte that was not decoded when the fault was found.
	Offset int64

	// Err is the fault.
	Err error
}

// Error returns the fault with its offset.
func (e *Error) Error() string {
	return fmt.Sprintf("%v at compressed offset %d", e.Err, e.Offset)
}

// Unwrap returns the fault without its offset.
func (e *Error) Unwrap() error { return e.Err }

// noEOF turns the end of the input into the fault that it is in the middle of
// a member, and leaves other errors as they are.
func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
