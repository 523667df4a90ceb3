package main

import (
	_ "embed"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"peel/analyzer/finding"
	"peel/analyzer/secrets"
)

// formats.txtar has a file of each format, with {} where a secret stands and
// {base64} where its base64 does.
//
//go:embed formats.txtar
var formatFiles []byte

// measureFormats plants one secret after the other in each format: random
// characters, and a passphrase of two words.
func measureFormats(s *secrets.Scanner, verbose bool) {
	files := txtar.Parse(formatFiles).Files
	for _, kind := range []struct {
		name string
		make func(drawer) string
	}{
		{"random value", func(d drawer) string { return d.value(20) }},
		{"two words", drawer.passphrase},
	} {
		d := drawer{rand.New(rand.NewPCG(3, 4))}
		var hit score
		missed := map[string][]string{}
		for _, f := range files {
			secret := kind.make(d)
			text := plant(string(f.Data), secret)
			hit.all++
			if found(s.Scan(f.Name, []byte(text)), secret) {
				hit.hit++
			} else {
				missed[f.Name] = append(missed[f.Name], text)
			}
		}
		fmt.Printf("formats with a planted %-18s %v\n", kind.name, hit)
		if verbose {
			show("missed", missed)
		}
	}
}

// found reports whether a planted secret is told, at medium or above.
func found(list []finding.Finding, secret string) bool {
	for _, f := range list {
		for _, v := range append([]string{f.Secret}, f.Secrets...) {
			if f.Severity >= finding.Medium && strings.Contains(v, secret) {
				return true
			}
		}
	}
	return false
}
