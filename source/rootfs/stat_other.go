//go:build !unix

package rootfs

import (
	"io/fs"
	"os"
)

func deviceOf(fs.FileInfo) uint64 { return 0 }

func inodeOf(fs.FileInfo) (id inode, several bool) { return inode{}, false }

func openFile(path string) (*os.File, error) { return os.Open(path) }
