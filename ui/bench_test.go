package ui

import (
	"context"
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/source"
	"peel/source/layer"
	"peel/source/oci"
)

// largeImage has three layers and about n paths.
func largeImage(n int) *source.Image {
	cfg := &v1.ConfigFile{}
	img := &source.Image{Reference: "large", Config: cfg}
	add := func(what string, entries []layer.Entry) {
		cfg.History = append(cfg.History, v1.History{CreatedBy: what})
		img.Layers = append(img.Layers, &source.Layer{Blob: oci.Blob{
			DiffID: fmt.Sprint(len(img.Layers)), Index: &layer.Index{Entries: entries, Complete: true},
		}})
	}
	var base, change, gone []layer.Entry
	for i := range n {
		dir := fmt.Sprintf("usr/lib/node%d/pkg%d", i%97, i%1013)
		e := layer.Entry{
			Path: fmt.Sprintf("%s/file-%d.js", dir, i), Type: layer.Regular, Size: int64(i * 37 % 100_003), Mode: 0o644,
		}
		e.Digest[0], e.Digest[1], e.Digest[2] = byte(i), byte(i>>8), byte(i>>16)
		base = append(base, e)
		if i%10 == 0 {
			e.Mode = 0o755
			change = append(change, e)
		}
		if i%1000 == 7 {
			gone = append(gone, layer.Entry{Path: e.Path, Type: layer.Whiteout})
		}
	}
	add("COPY . /", base)
	add("RUN chmod", change)
	add("RUN rm", gone)
	return img
}

// largeModel shows the image on a wide screen, all directories open.
func largeModel(tb testing.TB) *Model {
	tb.Helper()
	img := largeImage(90_000)
	m := newModel(context.Background(), Options{
		Reference: "large",
		Open:      func(context.Context) (*source.Image, error) { return img, nil },
		Analyze: func(ctx context.Context, img *source.Image) *analyzer.Session {
			s := analyzer.Start(ctx, img, analyzer.Options{})
			<-s.Done()
			return s
		},
	})
	m.Update(tea.WindowSizeMsg{Width: 140, Height: 50})
	m.openImage()
	m.Update(openedMsg{generation: m.generation, image: img})
	m.Update(press("tab"))
	m.Update(press("E"))
	if n := len(m.explore().tree.list.rows); n < 90_000 {
		tb.Fatalf("%d rows", n)
	}
	return m
}

func frames(b *testing.B, keys ...string) {
	m := largeModel(b)
	m.View()
	b.ReportMetric(float64(len(m.explore().tree.list.view.Tree.Nodes)), "nodes")
	b.ResetTimer()
	for i := range b.N {
		m.Update(press(keys[i%len(keys)]))
		m.View()
	}
}

func BenchmarkCursor(b *testing.B)      { frames(b, "down", "down", "down", "up", "pgdown") }
func BenchmarkLayerChange(b *testing.B) { frames(b, "[", "[", "]", "]") }

// Only the first visit of a layer computes its view.
func BenchmarkFirstLayerChange(b *testing.B) {
	m := largeModel(b)
	m.View()
	b.ResetTimer()
	for i := range b.N {
		m.explore().tree.views = viewCache{}
		m.Update(press([]string{"[", "]"}[i%2]))
		m.View()
	}
}

func BenchmarkFoldAll(b *testing.B) { frames(b, "E", "E") }
func BenchmarkFoldOne(b *testing.B) { frames(b, "space", "space") }
func BenchmarkSort(b *testing.B)    { frames(b, "s") }
func BenchmarkFlat(b *testing.B)    { frames(b, "t") }

func BenchmarkFilterLetter(b *testing.B) {
	m := largeModel(b)
	m.Update(press("f"))
	m.View()
	b.ResetTimer()
	for i := range b.N {
		m.Update(press([]string{"f", "i", "l", "e", "-", "9", "ctrl+u"}[i%7]))
		m.View()
	}
}

func BenchmarkFilterRegexp(b *testing.B) {
	m := largeModel(b)
	m.Update(press("f"))
	m.Update(press("~"))
	m.View()
	b.ResetTimer()
	for i := range b.N {
		m.Update(press([]string{"9", "9", ".", "j", "s", "$", "backspace"}[i%7]))
		m.View()
	}
}

func BenchmarkFindNext(b *testing.B) {
	m := largeModel(b)
	m.Update(press("/"))
	for _, r := range "99.js" {
		m.Update(press(string(r)))
	}
	m.Update(press("enter"))
	m.View()
	b.ResetTimer()
	for range b.N {
		m.Update(press("n"))
		m.View()
	}
}

// The first look at the flat list sorts all files at once.
func BenchmarkFirstFlat(b *testing.B) {
	m := largeModel(b)
	m.View()
	b.ResetTimer()
	for range b.N {
		m.explore().tree.list.flat = nil
		m.Update(press("t"))
		m.View()
		b.StopTimer()
		m.Update(press("t"))
		b.StartTimer()
	}
}

// A key in the list of images, with as many as an engine may have and the tags of
// a busy repository.
func BenchmarkPickerKey(b *testing.B) {
	p := &pickerPane{query: input{prompt: "> "}}
	for i := range 2000 {
		n := fmt.Sprintf("registry.example.com/team-%d/service-%d:1.%d", i%50, i%400, i)
		p.listing.Entries = append(p.listing.Entries, source.Entry{Reference: "docker:" + n, Name: n, Kind: source.Docker})
	}
	p.tags.repo = "example.com/app"
	for i := range 50_000 {
		n := fmt.Sprintf("example.com/app:1.%d.%d-build", i%100, i)
		p.tags.entries = append(p.tags.entries, source.Entry{Reference: "registry:" + n, Name: n, Kind: source.Registry})
	}
	for _, line := range []string{"service", "example.com/app:1.7"} {
		b.Run(line, func(b *testing.B) {
			p.query.Set(line)
			_, p.tags.partial, _ = strings.Cut(line, ":")
			for b.Loop() {
				p.match()
			}
		})
	}
}
