package ui

import (
	"context"
	"errors"
	"testing"
	"time"

	"peel/source"
	. "peel/source/sourcetest"
)

// demo is an image with a bit of every waste.
func demo() Image {
	return Image{Layers: []Layer{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:1b2c in / ", Compression: Gzip, Files: []File{
			Dir("etc", 0o755), Reg("etc/passwd", "root:x:0:0::/root:/bin/sh\n"), Reg("etc/debian_version", "12.5\n"),
			Dir("usr", 0o755), Dir("usr/bin", 0o755), Random("usr/bin/node", 900_000, 1).Mode(0o755),
			Symlink("usr/bin/nodejs", "node"), Hardlink("usr/bin/node20", "usr/bin/node"),
			Dir("usr/lib", 0o755), Random("usr/lib/libssl.so.3", 610_000, 2), Random("usr/lib/libcrypto.so.3", 1_540_000, 3),
			Dir("var", 0o755), Dir("var/lib", 0o755), Dir("var/lib/apt", 0o755), Dir("var/lib/apt/lists", 0o755),
			Random("var/lib/apt/lists/mirror.example_debian_dists_bookworm_main", 410_000, 4),
			Dir("tmp", 0o777).Mode(0o1777),
		}},
		Step("/bin/sh -c #(nop)  ENV NODE_ENV=production"),
		{CreatedBy: "RUN /bin/sh -c apt-get update && apt-get upgrade -y && rm -rf /tmp/* # buildkit", Compression: Gzip, Files: []File{
			Random("usr/lib/libssl.so.3", 612_000, 5), Random("usr/lib/libcrypto.so.3", 1_544_000, 6),
		}},
		Step("WORKDIR /app"),
		{CreatedBy: "COPY . /app # buildkit", Compression: Gzip, Files: []File{
			Dir("app", 0o755), Reg("app/.env", "SECRET=1\n"), Random("app/server.js", 240_000, 7),
			Dir("app/node_modules", 0o755), Dir("app/node_modules/left-pad", 0o755), Random("app/node_modules/left-pad/index.js", 330_000, 8),
			Random("app/copy-of-node", 900_000, 1),
		}},
		{CreatedBy: "RUN |1 V=2 /bin/sh -c chmod 0755 /app/server.js # buildkit", Compression: Gzip, Files: []File{
			Random("app/server.js", 240_000, 7).Mode(0o755),
		}},
		{CreatedBy: "RUN /bin/sh -c rm -rf /app/node_modules /var/lib/apt/lists/* /app/.env # buildkit", Compression: Gzip, Files: []File{
			Whiteout("app/node_modules"), Whiteout("var/lib/apt/lists/mirror.example_debian_dists_bookworm_main"), Whiteout("app/.env"),
		}},
		Step(`CMD ["node" "app.js"]`),
	}}
}

// hostile is an image whose names want to do things to a terminal.
func hostile() Image {
	return Image{Layers: []Layer{
		{CreatedBy: "RUN \x1b]0;owned\x07 echo \x1b[2J\u202egnp.exe\nsecond line", Files: []File{
			Reg("plain.txt", "x"), Reg("\x1b[31mred\x1b[0m", "xy"), Reg("line\nbreak", "xyz"), Reg("tab\there", "1234"),
			Reg("photo\u202egpj.exe", "12345"), Reg("zero\u200bwidth", "123456"), Reg("bad\xff\xfeutf8", "1234567"),
			Reg("日本語のファイル名がとても長い時にも切られる.txt", "12345678"), Reg("e\u0301\u0301\u0301\u0301\u0301zalgo", "123456789"),
			Symlink("link", "\x1b[5mblink\r\n"), Dir("d\x07ir", 0o755), Reg("d\x07ir/\x9b31mcsi", "0123456789"),
		}},
	}}
}

func opens(img *source.Image) func(context.Context) (*source.Image, error) {
	return func(context.Context) (*source.Image, error) { return img, nil }
}

// show opens an image and waits until it is read.
func show(t *testing.T, desc Image, w, h int) *terminal {
	t.Helper()
	x := start(t, Options{Open: opens(image(t, desc, nil))}, w, h)
	x.until("")
	return x
}

// failing is the error of an image that nobody has.
func failing(context.Context) (*source.Image, error) {
	return nil, &source.OpenError{
		Reference: "acme/api:2.4",
		Attempts: []source.Attempt{
			{Kind: source.Docker, Err: errors.New("no socket at /var/run/docker.sock")},
			{Kind: source.Podman, Err: errors.New("not installed")},
			{Kind: source.Registry, What: "ghcr.io", Err: errors.New("401 UNAUTHORIZED: no credentials for ghcr.io \x1b[31min any of the files where they may be")},
		},
		Hints: []string{"log in first, with docker login or podman login", "or read a file: peel ./image.tar"},
	}
}

const second = time.Second
