package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/rogpeppe/go-internal/testscript"

	"peel/source/sourcetest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"peel": func() { os.Exit(Main()) }})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			// No engine, no credentials and no configuration but the script's.
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_RUNTIME_DIR", e.WorkDir+"/run")
			e.Setenv("DOCKER_HOST", "unix://"+e.WorkDir+"/no.sock")
			e.Setenv("CONTAINER_HOST", "unix://"+e.WorkDir+"/no.sock")
			return nil
		},
		Condition: func(cond string) (bool, error) {
			if cond == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": scriptExits,
			"image": scriptImage,
			"json":  scriptJSON,
		},
	})
}

// scriptExits is: exits CODE COMMAND [ARG...]
func scriptExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var code interface{ ExitCode() int }
		if !asExit(err, &code) {
			ts.Fatalf("running %s: %v", args[1], err)
		}
		got = code.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func asExit(err error, code *interface{ ExitCode() int }) (ok bool) {
	*code, ok = err.(interface{ ExitCode() int })
	return ok
}

// scriptImage is: image SHAPE FILE, where SHAPE is a key of shapes.
func scriptImage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || shapes[args[0]] == nil {
		ts.Fatalf("usage: image SHAPE FILE")
	}
	path := ts.MkAbs(args[1])
	if args[0] == "layout" {
		ts.Check(sourcetest.OCILayout(path, wasteful("example/app:1")))
		return
	}
	var b bytes.Buffer
	ts.Check(shapes[args[0]](&b))
	ts.Check(os.WriteFile(path, b.Bytes(), 0o600))
}

// unprivileged keeps an image from failing for what it may do.
func unprivileged(c *v1.ConfigFile) { c.Config.User = "65532" }

// wasteful overwrites 1000 of its 2100 bytes: efficiency 1100/2100, and 1000 of
// the 1100 bytes above the first layer are wasted.
func wasteful(names ...string) sourcetest.Image {
	return sourcetest.Image{Names: names, Config: unprivileged, Layers: []sourcetest.Layer{
		{CreatedBy: "ADD a /", Files: []sourcetest.File{sourcetest.Random("a", 1000, 1)}},
		{CreatedBy: "RUN change", Files: []sourcetest.File{sourcetest.Random("a", 1000, 2), sourcetest.Random("b", 100, 3)}},
	}}
}

// thrifty wastes nothing.
func thrifty(names ...string) sourcetest.Image {
	return sourcetest.Image{Names: names, Config: unprivileged, Layers: []sourcetest.Layer{
		{CreatedBy: "ADD c /", Files: []sourcetest.File{sourcetest.Random("c", 500, 4)}},
	}}
}

// leaking has a password in each of its layers, steps and variables. The first
// is the same however many there are.
func leaking(layers int) sourcetest.Image {
	passwords := []string{"Zx81kq99Lw", "Yw72jp88Kv"}
	var img sourcetest.Image
	var env []string
	for n := range layers {
		file := sourcetest.Reg(fmt.Sprintf("app/%d.conf", n), "dsn = postgres://app:"+passwords[n]+"@db.internal/app\n")
		img.Layers = append(img.Layers,
			sourcetest.Layer{CreatedBy: "RUN echo postgres://run:" + passwords[n] + "@db.internal/app", Files: []sourcetest.File{file}})
		env = append(env, fmt.Sprintf("DSN%d=postgres://env:%s@db.internal/app", n, passwords[n]))
	}
	img.Config = func(c *v1.ConfigFile) { c.Config.Env = env }
	return img
}

// signed is an image with a signature by the first key of supply.txtar.
func signed(w io.Writer) error {
	img := thrifty("1.0")
	h, err := sourcetest.Digest(img)
	if err != nil {
		return err
	}
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	sign := func(message []byte) []byte { return ed25519.Sign(key, message) }
	return sourcetest.OCIArchive(w, img, sourcetest.Signature(h, sourcetest.SimpleSigning(h), sign))
}

var shapes = map[string]func(io.Writer) error{
	"layout":   func(io.Writer) error { return nil },
	"wasteful": func(w io.Writer) error { return sourcetest.DockerArchive25(w, wasteful("example/app:1")) },
	"thrifty":  func(w io.Writer) error { return sourcetest.DockerArchive20(w, thrifty("example/small:1")) },
	"privileged": func(w io.Writer) error {
		img := thrifty("example/small:1")
		img.Config = nil
		return sourcetest.DockerArchive25(w, img)
	},
	"base":    func(w io.Writer) error { return sourcetest.DockerArchive25(w, leaking(1)) },
	"derived": func(w io.Writer) error { return sourcetest.OCIArchive(w, leaking(2)) },
	"signed":  signed,
	"oci":     func(w io.Writer) error { return sourcetest.OCIArchive(w, wasteful("1.0")) },
	"two": func(w io.Writer) error {
		return sourcetest.PodmanArchive(w, wasteful("example/app:1"), thrifty("example/small:2"))
	},
	"namedtwice": func(w io.Writer) error {
		return sourcetest.OCIArchive(w, wasteful("example/app:1", "example/app:latest"))
	},
	"savedtwice": func(w io.Writer) error {
		return sourcetest.PodmanArchive(w, wasteful("example/app:1"), wasteful("example/app:latest"))
	},
	"noname": func(w io.Writer) error { return sourcetest.PodmanArchive(w, wasteful(), thrifty("example/small:2")) },
	"platforms": func(w io.Writer) error {
		arm := thrifty()
		arm.Platform = &v1.Platform{OS: "linux", Architecture: "arm64"}
		return sourcetest.OCIArchive(w, sourcetest.Index{Entries: []sourcetest.Entry{wasteful(), arm}})
	},
	"junk":     func(w io.Writer) error { return sourcetest.OCIArchive(w, junk(5)) },
	"junkbase": func(w io.Writer) error { return sourcetest.OCIArchive(w, junk(3)) },
	"unsaid":   func(w io.Writer) error { return sourcetest.OCIArchive(w, unsaid(junk(5))) },
	// broken's second layer is not what the config promises.
	"broken": func(w io.Writer) error {
		img := wasteful("example/app:1")
		img.Layers[1].DiffID = v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)}
		return sourcetest.DockerArchive25(w, img)
	},
}

// junk was copied from a context with a repository and a log, on a base that has
// a log too; a stage has brought its own.
func junk(layers int) sourcetest.Image {
	return sourcetest.Image{Layers: []sourcetest.Layer{
		{CreatedBy: "/bin/sh -c #(nop) ADD file:0a1b in / ", Files: []sourcetest.File{sourcetest.Random("srv/base.log", 700, 1), sourcetest.Random("bin", 10, 9)}},
		sourcetest.Step("WORKDIR /srv"),
		{CreatedBy: "COPY --chown=1:1 web ./app # buildkit", Files: []sourcetest.File{
			sourcetest.Random("srv/app/.git/HEAD", 1500, 2), sourcetest.Random("srv/app/main", 10, 3), sourcetest.Random("srv/app/a/x.log", 20, 4), sourcetest.Random("srv/app/b/y.log", 30, 5)}},
		{CreatedBy: "COPY /out/debug.log /srv/ # buildkit", Files: []sourcetest.File{sourcetest.Random("srv/debug.log", 40, 6)}},
		{CreatedBy: "RUN make", Files: []sourcetest.File{sourcetest.Random("srv/made.log", 50, 7)}},
	}[:layers]}
}

// unsaid takes the history away.
func unsaid(img sourcetest.Image) sourcetest.Image {
	var layers []sourcetest.Layer
	for _, l := range img.Layers {
		if !l.Empty {
			l.NoHistory = true
			layers = append(layers, l)
		}
	}
	img.Layers = layers
	return img
}

// scriptJSON is: json FILE PATH [VALUE]. FILE may be stdout, PATH is like
// policy.rules.0.status; VALUE is JSON, and without it PATH must not be there.
func scriptJSON(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 || len(args) > 3 {
		ts.Fatalf("usage: json FILE PATH [VALUE]")
	}
	var v any
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	if err := dec.Decode(&v); err != nil {
		ts.Fatalf("%s is no JSON: %v", args[0], err)
	}
	if dec.More() {
		ts.Fatalf("%s holds more than one JSON value", args[0])
	}
	got, ok := lookup(v, strings.Split(args[1], "."))
	if len(args) == 2 {
		if ok {
			ts.Fatalf("%s is %v", args[1], got)
		}
		return
	}
	b, err := json.Marshal(got)
	ts.Check(err)
	if !ok || string(b) != args[2] {
		ts.Fatalf("%s is %s, want %s", args[1], b, args[2])
	}
}

func lookup(v any, path []string) (any, bool) {
	for _, key := range path {
		switch in := v.(type) {
		case map[string]any:
			next, ok := in[key]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(in) {
				return nil, false
			}
			v = in[i]
		default:
			return nil, false
		}
	}
	return v, true
}
