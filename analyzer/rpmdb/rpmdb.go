// Package rpmdb reads the databases of RPM, in each of the three formats that it
// has had, without trust in their bytes.
package rpmdb

import (
	"errors"
	"strings"
)

// Names are what the files of a database are called, in the directories that RPM
// keeps it in.
var Names = []string{"Packages", "Packages.db", "rpmdb.sqlite"}

// ErrUnknown is for bytes that no format begins with.
var ErrUnknown = errors.New("no format of RPM's databases begins so")

// errDamaged is for what no RPM has written.
var errDamaged = errors.New("the database is damaged")

// Headers visits the header of each package until visit returns false: what RPM's
// header format 3 calls the index and the data, without the magic number. They
// are good for the call alone. What it takes is linear in the size of db, but for
// SQLite, whose queries are ended after maxQuery.
func Headers(db string, visit func(header []byte) bool) error {
	switch {
	case strings.HasPrefix(db, sqliteMagic):
		return inSQLite(db, visit)
	case strings.HasPrefix(db, ndbMagic):
		return inNDB(db, visit)
	case isBerkeley(db):
		return inBerkeley(db, visit)
	}
	return ErrUnknown
}
