package main

import (
	"time"

	"peel/source/sourcetest"
)

// The layers above the application. Like buildkit's they hold the parent
// directories of what they change.

// minute is the time of a step, counted from the start of the build.
func minute(n int) time.Time { return buildTime.Add(time.Duration(n) * time.Minute) }

// copiedBinary is layer 4: the content of /app/bin/resize at a second path.
func copiedBinary() []sourcetest.File {
	return at(minute(6),
		dir("usr", 0o755), dir("usr/local", 0o755), dir("usr/local/bin", 0o755),
		reg("usr/local/bin/resize", resize()).Mode(0o755),
	)
}

// copiedStatic is layer 5: the very files that layer 3 has.
func copiedStatic() []sourcetest.File {
	return at(sourceTime, append([]sourcetest.File{dir("app", 0o755)}, static()...)...)
}

// newCatalog is layer 6. ADD from an URL gives mode 0600.
func newCatalog() []sourcetest.File {
	return at(minute(8),
		dir("app", 0o755), dir("app/data", 0o755),
		reg("app/data/catalog.json", catalog(640, 2)).Mode(0o600),
	)
}

// deletions is layer 7.
func deletions() []sourcetest.File {
	return at(minute(9),
		dir("app", 0o755),
		sourcetest.Whiteout("app/.env"),
		sourcetest.Whiteout("app/deploy_key.pem"),
		dir("app/node_modules", 0o755),
		sourcetest.Whiteout("app/node_modules/.cache"),
	)
}

// backupTool is layer 8: a setuid program with two names.
func backupTool() []sourcetest.File {
	const tool = "usr/local/bin/shop-backup"
	return at(minute(10),
		dir("usr", 0o755), dir("usr/local", 0o755), dir("usr/local/bin", 0o755),
		program(tool, 32_000, 400).Mode(0o4755),
		sourcetest.Hardlink("usr/local/bin/shop-restore", tool).Mode(0o4755),
	)
}

// emptiedUploads is layer 9: overlayfs records rm -rf and mkdir of one
// directory in one step as an opaque one.
func emptiedUploads() []sourcetest.File {
	return at(minute(11),
		dir("app", 0o755),
		dir("app/uploads", 0o777),
		sourcetest.Opaque("app/uploads"),
	)
}

// groupWritable is layer 10: the bytes of layer 3, with other modes. chmod
// changes no modification time.
func groupWritable() []sourcetest.File {
	return at(sourceTime, append([]sourcetest.File{dir("app", 0o755)}, natives(0o775, 0o664)...)...)
}
