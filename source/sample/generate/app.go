package main

import (
	"strings"
	"time"

	"peel/source/sourcetest"
)

// sourceTime is when the files of the build context were last changed.
var sourceTime = time.Date(2026, 1, 14, 16, 30, 0, 0, time.UTC)

// application is layer 3: the whole build context, for want of a
// .dockerignore.
func application(containerfile string) []sourcetest.File {
	files := []sourcetest.File{dir("app", 0o755)}
	files = append(files, secrets()...)
	files = append(files, gitFolder()...)
	files = append(files, reg("app/Containerfile", containerfile))
	files = append(files, natives(0o755, 0o644)...)
	files = append(files, dir("app/data", 0o755), reg("app/data/catalog.json", catalog(600, 1)))
	files = append(files, nodeModules()...)
	files = append(files, python()...)
	files = append(files, static()...)
	files = append(files,
		dir("app/uploads", 0o755),
		reg("app/uploads/example-1.jpg", jpeg(70_000, 330)),
		reg("app/uploads/example-2.jpg", jpeg(50_000, 331)),
	)
	return at(sourceTime, files...)
}

// natives is /app/bin and /app/lib, which layer 10 writes again with other modes.
func natives(executables, libraries int64) []sourcetest.File {
	return []sourcetest.File{
		dir("app/bin", executables),
		reg("app/bin/resize", resize()).Mode(executables),
		dir("app/lib", executables),
		library("app/lib/libimage.so", 64_000, 311).Mode(libraries),
		library("app/lib/libpdf.so", 38_000, 312).Mode(libraries),
	}
}

// resize is the program that layer 4 copies to /usr/local/bin.
func resize() string { return elf(executable, 48_000, 310) }

func nodeModules() []sourcetest.File {
	const cache = "app/node_modules/.cache"
	return []sourcetest.File{
		dir("app/node_modules", 0o755),
		dir(cache, 0o755),
		dir(cache+"/bundler", 0o755),
		reg(cache+"/bundler/0a1f.js", prose(120_000, 320)),
		reg(cache+"/bundler/77c2.js", prose(110_000, 321)),
		reg(cache+"/bundler/index.pack", string(pattern(90_000, 322))),
		dir("app/node_modules/widgets", 0o755),
		reg("app/node_modules/widgets/index.js", prose(14_000, 323)),
		reg("app/node_modules/widgets/package.json", "{\n  \"name\": \"widgets\",\n  \"version\": \"2.0.4\",\n  \"license\": \"MIT\"\n}\n"),
	}
}

func python() []sourcetest.File {
	pyc := func(size int, seed uint64) string {
		// The magic number of Python 3.11, then flags, time and size.
		return "\xa7\r\r\n" + strings.Repeat("\x00", 12) + string(pattern(size-16, seed))
	}
	return []sourcetest.File{
		reg("app/requirements.txt", "# the standard library is enough\n"),
		reg("app/server.py", serverSource),
		dir("app/shop", 0o755),
		reg("app/shop/__init__.py", ""),
		dir("app/shop/__pycache__", 0o755),
		reg("app/shop/__pycache__/cart.cpython-311.pyc", pyc(6_000, 340)),
		reg("app/shop/__pycache__/orders.cpython-311.pyc", pyc(8_000, 341)),
		reg("app/shop/cart.py", pythonModule("cart", 5_000, 342)),
		reg("app/shop/orders.py", pythonModule("orders", 7_000, 343)),
	}
}

const serverSource = `"""The web server of the shop."""

import http.server

if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("", 8080), http.server.SimpleHTTPRequestHandler).serve_forever()
`

// static is the folder that layer 5 copies a second time.
func static() []sourcetest.File {
	return []sourcetest.File{
		dir("app/static", 0o755),
		reg("app/static/app.js", prose(60_000, 350)),
		reg("app/static/logo.png", "\x89PNG\r\n\x1a\n"+string(pattern(24_000-8, 351))),
		reg("app/static/style.css", prose(26_000, 352)),
	}
}

func jpeg(size int, seed uint64) string {
	const start, end = "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00", "\xff\xd9"
	return start + string(pattern(size-len(start)-len(end), seed)) + end
}

// gitFolder is what is left of the repository: no working tree needs it here.
func gitFolder() []sourcetest.File {
	const pack = "app/.git/objects/pack/pack-5f1c0e8a7d3b2946c1f0a9e8d7b6c5a4938271f0"
	return []sourcetest.File{
		dir("app/.git", 0o755),
		reg("app/.git/HEAD", "ref: refs/heads/main\n"),
		reg("app/.git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n[remote \"origin\"]\n\turl = https://git.example.com/acme/shop.git\n"),
		dir("app/.git/logs", 0o755),
		reg("app/.git/logs/HEAD", strings.Repeat("0", 40)+" 5d41402abc4b2a76b9719d911017c592aabbccdd A Developer <dev@example.com> 1768408200 +0000\tcommit (initial): shop\n"),
		dir("app/.git/objects", 0o755),
		dir("app/.git/objects/pack", 0o755),
		sourcetest.Random(pack+".pack", 4_000, 360).Mode(0o444),
	}
}
