package ui

import (
	"fmt"
	"testing"

	"peel/analyzer/secrets/secrettest"
	. "peel/source/sourcetest"
)

// manyFindings shows an image with a token in each of n files.
func manyFindings(b *testing.B, n int) *Model {
	b.Helper()
	var desc Image
	const layers = 5
	for l := range layers {
		var files []File
		for i := range n / layers {
			files = append(files, Reg(fmt.Sprintf("usr/lib/node%d/pkg%d/file-%d-%d.js", i%97, i%1013, l, i), "token = "+secrettest.Token(l*n+i)+"\n"))
		}
		desc.Layers = append(desc.Layers, Layer{CreatedBy: "COPY . /", Files: files})
	}
	m := opened(b, searchedDemo(b, image(b, desc, nil)), 140, 50)
	if got := len(m.analysis.Findings); got < n {
		b.Fatalf("%d findings", got)
	}
	m.Update(press("2"))
	m.View()
	b.ResetTimer()
	return m
}

// BenchmarkFindings tells how long a key takes on a list of 100,000 findings,
// until the screen is drawn.
func BenchmarkFindings(b *testing.B) {
	for _, c := range []struct {
		name string
		keys []string
	}{
		{"cursor", []string{"down", "down", "pgdown", "up"}},
		{"sort", []string{"s"}},
		{"reverse", []string{"S"}},
		{"filter", []string{"f", "n", "o", "d", "e", "9", "esc"}},
		{"find", []string{"/", "p", "k", "g", "9", "esc"}},
		{"visit", []string{"}", "}", "{"}},
		{"explore", []string{"1", "2"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			m := manyFindings(b, 100_000)
			if c.name == "visit" {
				m.Update(press("1"))
			}
			for i := range b.N {
				m.Update(press(c.keys[i%len(c.keys)]))
				m.View()
			}
		})
	}
}

// BenchmarkFindingsFirstSort sorts what was not sorted yet.
func BenchmarkFindingsFirstSort(b *testing.B) {
	m := manyFindings(b, 100_000)
	for range b.N {
		m.finds().sorted = [findingOrders][]int32{}
		m.Update(press("s"))
		m.View()
	}
}

// BenchmarkFindingsArrive takes in a new state of the analysis.
func BenchmarkFindingsArrive(b *testing.B) {
	m := manyFindings(b, 100_000)
	a := *m.analysis
	for range b.N {
		places := *a.Places
		a.Places = &places
		m.finds().visited = true
		m.finds().scroll.cursor = 90_000
		m.finds().Show(&a)
	}
}
