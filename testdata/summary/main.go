// Command summary reads `go test -json` and says in few lines what passed, what
// failed with its output, and what was skipped and why.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

type key struct{ pkg, test string }

type summary struct {
	output  map[key][]string
	results map[string]int // of tests, by action
	failed  []key
	skips   map[string][]string // reason → tests
}

func main() {
	s := summary{output: map[key][]string{}, results: map[string]int{}, skips: map[string][]string{}}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		var e event
		if json.Unmarshal(in.Bytes(), &e) != nil {
			fmt.Println(in.Text()) // not of a test: say it as it is
			continue
		}
		s.take(e)
	}
	s.print()
	if len(s.failed) > 0 || in.Err() != nil {
		os.Exit(1)
	}
}

func (s *summary) take(e event) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "output", "build-output":
		s.output[k] = append(s.output[k], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.closePackage(e)
			return
		}
		s.results[e.Action]++
		switch e.Action {
		case "fail":
			s.failed = append(s.failed, k)
		case "skip":
			r := reason(s.output[k])
			s.skips[r] = append(s.skips[r], e.Test)
		}
		if e.Action != "fail" {
			delete(s.output, k)
		}
	case "build-fail":
		s.failed = append(s.failed, k)
	}
}

func (s *summary) closePackage(e event) {
	took := time.Duration(e.Elapsed * float64(time.Second)).Round(100 * time.Millisecond)
	if e.Action != "skip" { // a package without tests
		fmt.Printf("%-4s %s %s\n", e.Action, e.Package, took)
	}
	if e.Action == "fail" && !slices.ContainsFunc(s.failed, func(k key) bool { return k.pkg == e.Package }) {
		s.failed = append(s.failed, key{e.Package, ""})
	}
}

// reason is what a test gave to Skip.
func reason(output []string) string {
	for _, l := range output {
		l = strings.TrimSpace(l)
		if strings.HasPrefix(l, "===") || strings.HasPrefix(l, "---") || l == "" {
			continue
		}
		if _, why, ok := strings.Cut(l, ".go:"); ok {
			if _, why, ok = strings.Cut(why, ": "); ok {
				return why
			}
		}
		return l
	}
	return "no reason given"
}

func (s *summary) print() {
	for _, k := range s.failed {
		fmt.Printf("\nFAILED %s %s\n%s", k.pkg, k.test, strings.Join(s.output[k], ""))
	}
	for why, tests := range s.skips {
		fmt.Printf("skipped %d: %s\n", len(tests), why)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", s.results["pass"], max(s.results["fail"], min(len(s.failed), 1)), s.results["skip"])
}
