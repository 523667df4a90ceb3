package sourcetest

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
)

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// randomReader uses ChaCha8 because its output is specified: unlike the top
// level functions of math/rand it is the same in every Go release.
func randomReader(seed uint64) io.Reader {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return rand.NewChaCha8(key)
}
