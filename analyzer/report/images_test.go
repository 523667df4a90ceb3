package report_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/analyzer/policy"
	"peel/analyzer/report"
	"peel/source"
	"peel/source/oci"
	"peel/source/sourcetest"
)

// open gives the image as a registry or a layout would.
func open(t testing.TB, img sourcetest.Image) *source.Image {
	t.Helper()
	made, err := sourcetest.V1(img)
	if err != nil {
		t.Fatal(err)
	}
	out := &source.Image{Reference: "example/app:1", Kind: source.OCIArchive, Location: "app.tar"}
	if out.RawConfig, err = made.RawConfigFile(); err != nil {
		t.Fatal(err)
	}
	if out.Config, err = made.ConfigFile(); err != nil {
		t.Fatal(err)
	}
	if out.RawManifest, err = made.RawManifest(); err != nil {
		t.Fatal(err)
	}
	manifest, err := made.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	digest, err := made.Digest()
	if err != nil {
		t.Fatal(err)
	}
	out.ManifestDigest, out.ConfigDigest = digest.String(), manifest.Config.Digest.String()
	out.Platform = v1.Platform{OS: out.Config.OS, Architecture: out.Config.Architecture}
	for _, l := range img.Layers {
		if l.Empty {
			continue
		}
		b, err := l.Build()
		if err != nil {
			t.Fatal(err)
		}
		desc := manifest.Layers[len(out.Layers)]
		out.Layers = append(out.Layers, &source.Layer{Blob: oci.Blob{
			Digest: b.Digest.String(), DiffID: b.DiffID.String(), MediaType: string(desc.MediaType), Size: desc.Size,
			Open: func(context.Context) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b.Blob)), nil },
		}})
	}
	return out
}

// archived makes it an image of a docker-archive, which promises next to nothing.
func archived(img *source.Image) *source.Image {
	img.Kind, img.Name = source.DockerArchive, "example/app:1"
	img.ManifestDigest, img.RawManifest = "", nil
	for _, l := range img.Layers {
		l.Digest, l.MediaType, l.Size = "", "", 0
	}
	return img
}

func unreadable(img *source.Image, layer int) *source.Image {
	img.Layers[layer].Open = func(context.Context) (io.ReadCloser, error) {
		return nil, errors.New("the connection was reset")
	}
	return img
}

// analyze reads the image; that some of it cannot be read is part of the tests.
func analyze(img *source.Image) *analyzer.Analysis {
	a, _ := analyzer.Start(context.Background(), img, analyzer.Options{}).Wait()
	return a
}

func evaluated(a *analyzer.Analysis, rules policy.Rules) *policy.Verdict {
	v := policy.Evaluate(rules, report.Figures(a))
	return &v
}

var strict = policy.Rules{
	LowestEfficiency:         policy.Threshold[float64]{Limit: 0.95, On: true},
	HighestWastedBytes:       policy.Threshold[int64]{Limit: 50, On: true},
	HighestUserWastedPercent: policy.Threshold[float64]{Limit: 0.1, On: true},
}

// wasteful has every kind of waste, and names that a terminal must not see.
func wasteful() sourcetest.Image {
	const app = "opt/app/bin"
	later := sourcetest.Epoch.Add(time.Hour)
	return sourcetest.Image{
		Names: []string{"example/app:1"},
		Layers: []sourcetest.Layer{
			{CreatedBy: "/bin/sh -c #(nop) ADD rootfs.tar / ", Compression: sourcetest.Gzip, Files: []sourcetest.File{
				sourcetest.Dir("etc", 0o755),
				sourcetest.Reg("etc/passwd", "root:x:0:0::/:/bin/sh\n"),
				sourcetest.Random("usr/lib/libold.so", 5000, 1),
				sourcetest.Hardlink("usr/lib/libold.so.1", "usr/lib/libold.so"),
				sourcetest.Random("usr/lib/again.so", 3000, 2),
				sourcetest.Random("var/cache/a", 1200, 3),
				sourcetest.Random("var/cache/b", 800, 4),
				sourcetest.Reg("etc/empty", ""),
			}},
			sourcetest.Step("ENV LANG=C.UTF-8 GREETING=<hello&bye>"),
			{CreatedBy: "COPY app /opt/app # buildkit", Compression: sourcetest.Zstd, Files: []sourcetest.File{
				sourcetest.Random(app, 20_000, 5),
				sourcetest.Random("tmp/model.bin", 9000, 6),
				sourcetest.Random("usr/share/one", 400, 7),
				sourcetest.Random("usr/share/two", 400, 7),
				sourcetest.Random("caf\xe9", 90, 8),
				sourcetest.Random(`caf\xe9`, 91, 9),
				sourcetest.Random("re\x1b[31md\u202egnp.exe", 92, 10),
			}},
			{
				CreatedBy: "RUN /bin/sh -c chmod 755 /" + app + " &&\n\tapt-get upgrade -y && rm -rf /var/cache && mv /tmp/model.bin /srv/model.bin && ln -sf usr/lib/libold.so /libold.so # buildkit",
				Created:   later,
				Files: []sourcetest.File{
					sourcetest.Random(app, 20_000, 5).Mode(0o755),
					sourcetest.Random("usr/lib/libold.so", 5500, 11),
					sourcetest.Random("usr/lib/libold.so.1", 5500, 11),
					sourcetest.Random("usr/lib/again.so", 3000, 2),
					sourcetest.Whiteout("var/cache"),
					sourcetest.Whiteout("tmp/model.bin"),
					sourcetest.Random("srv/model.bin", 9000, 6),
					sourcetest.Whiteout("not/there"),
					sourcetest.Reg("etc/empty", "").MTime(later),
					sourcetest.Whiteout("caf\xe9"),
					sourcetest.Whiteout(`caf\xe9`),
					sourcetest.Whiteout("re\x1b[31md\u202egnp.exe"),
				},
			},
			{CreatedBy: "WORKDIR /opt/app"},
		},
	}
}

// cases are one image for each shape of report.
var cases = []struct {
	name  string
	build func(testing.TB) *report.Report
}{
	{"waste", func(t testing.TB) *report.Report {
		a := analyze(open(t, wasteful()))
		return report.New(a, report.Meta{PeelVersion: "1.2.3", Policy: evaluated(a, strict)})
	}},
	{"onelayer", func(t testing.TB) *report.Report {
		img := archived(open(t, sourcetest.Image{Layers: []sourcetest.Layer{
			{CreatedBy: "COPY / /", Files: []sourcetest.File{sourcetest.Zeros("zero", 1_234_567)}},
		}}))
		img.Attempts = []source.Attempt{
			{Kind: source.Docker, What: "/var/run/docker.sock", Err: errors.New("no such file")},
			{Kind: source.DockerArchive, What: "app.tar"},
		}
		a := analyze(img)
		return report.New(a, report.Meta{PeelVersion: "1.2.3", Policy: evaluated(a, policy.Default())})
	}},
	{"partial", func(t testing.TB) *report.Report {
		in := wasteful()
		in.Layers = append(in.Layers, sourcetest.Layer{
			CreatedBy: "RUN true", DiffID: v1.Hash{Algorithm: "sha256", Hex: strings.Repeat("0", 64)},
			Files: []sourcetest.File{sourcetest.Zeros("lie", 10)},
		})
		a := analyze(unreadable(open(t, in), 1))
		return report.New(a, report.Meta{Policy: evaluated(a, strict)})
	}},
	{"stopped", func(t testing.TB) *report.Report {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		a, _ := analyzer.Start(ctx, open(t, wasteful()), analyzer.Options{}).Wait()
		return report.New(a, report.Meta{Policy: evaluated(a, policy.Default())})
	}},
	{"scratch", func(t testing.TB) *report.Report {
		return report.New(analyze(open(t, sourcetest.Image{Layers: []sourcetest.Layer{sourcetest.Step("ENV A=1")}})), report.Meta{})
	}},
	{"nohistory", func(t testing.TB) *report.Report {
		img := open(t, sourcetest.Image{Layers: []sourcetest.Layer{
			{NoHistory: true, Files: []sourcetest.File{sourcetest.Reg("../escape", "x"), sourcetest.Reg("/absolute", "y")}},
			{NoHistory: true},
		}})
		img.RawConfig = []byte(`[]`)
		img.Reference, img.Notes = "app\x1b]0;owned\a", []string{"the index has no platform"}
		return report.New(analyze(img), report.Meta{})
	}},
}
