//go:build !linux

package storage

import (
	"errors"
	"os"
)

// Child does nothing here: user namespaces are Linux's.
func Child() {}

type child struct{}

func startChild() (*child, error) { return nil, errors.New("user namespaces are Linux's") }

func (*child) open(string, string) (*os.File, error) { return nil, os.ErrPermission }
func (*child) close() error                          { return nil }

func openBeneath(dir *os.File, name string) (*os.File, error) {
	root, err := os.OpenRoot(dir.Name())
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	return regular(f)
}
