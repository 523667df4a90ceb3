package rpmdb

import (
	"encoding/binary"
	"fmt"
)

// SUSE's format, "New Database": slots of 16 bytes fill the first pages and tell
// where the packages are. RPM, lib/backend/ndb/rpmpkg.c.
const (
	ndbMagic     = "RpmP"
	ndbHead      = 32
	ndbPage      = 4096
	ndbBlock     = 16
	ndbBlob      = "BlbS"
	ndbSlot      = "Slot"
	maxSlotPages = 2048 // half a million packages
)

func inNDB(db string, visit func([]byte) bool) error {
	if len(db) < ndbHead || le32(db, 4) != 0 {
		return fmt.Errorf("%w: its version is none that is known", errDamaged)
	}
	pages := le32(db, 12)
	if pages == 0 || pages > maxSlotPages || int(pages)*ndbPage > len(db) {
		return fmt.Errorf("%w: %d pages of slots in %d bytes", errDamaged, pages, len(db))
	}
	left := len(db) // no byte belongs to two packages
	for at := ndbHead; at < int(pages)*ndbPage; at += ndbBlock {
		if db[at:at+4] != ndbSlot {
			return fmt.Errorf("%w: no slot at %d", errDamaged, at)
		}
		if le32(db, at+4) == 0 {
			continue // free
		}
		blob, ok := ndbBlobAt(db, int64(le32(db, at+8))*ndbBlock, le32(db, at+4))
		if left -= len(blob); !ok || left < 0 {
			return fmt.Errorf("%w: no package where slot %d says", errDamaged, at)
		}
		if !visit([]byte(blob)) {
			return nil
		}
	}
	return nil
}

// ndbBlobAt is the package with a number, at an offset.
func ndbBlobAt(db string, at int64, number uint32) (string, bool) {
	if at+ndbBlock > int64(len(db)) || db[at:at+4] != ndbBlob || le32(db, int(at)+4) != number {
		return "", false
	}
	size := int64(le32(db, int(at)+12))
	at += ndbBlock
	if size > int64(len(db))-at {
		return "", false
	}
	return db[at : at+size], true
}

func le32(s string, at int) uint32 { return binary.LittleEndian.Uint32([]byte(s[at : at+4])) }
