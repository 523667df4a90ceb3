// Command demo plays scenes of the sample image in a real terminal (tmux) and
// keeps each screen as text and as SVG. Any scene that peel does not survive,
// or whose expected words do not appear, fails: the demo is a test too.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// scene is a screen, and the keys that lead to it.
type scene struct {
	name   string
	width  int
	height int
	keys   []string // as tmux send-keys names them
	expect string   // words on the final screen
}

var scenes = []scene{
	{"explore", 80, 24, nil, "whole image"},
	{"explore-wide", 140, 40, []string{"Tab", "Down"}, "Worth doing first"},
	{"layer", 80, 24, []string{"Down", "Down", "Down", "c"}, "Layer 10"},
	{"file", 140, 40, []string{"Tab", "Down", "Right", "Down", "Right"}, "/app"},
	{"filter", 80, 24, []string{"f", "*.so", "Enter"}, "libimage.so"},
	{"flat", 80, 24, []string{"Tab", "t"}, "· flat"},
	{"packages", 140, 40, []string{"3"}, "packages ·"},
	{"history", 140, 40, []string{"4"}, "History"},
	{"help", 80, 24, []string{"?"}, "Keys"},
}

const (
	socket   = "peel-demo"
	patience = 10 * time.Second
)

func main() {
	peel := flag.String("peel", "dist/peel", "the program to show")
	out := flag.String("out", "dist/demo", "the folder to write to")
	flag.Parse()
	log.SetFlags(0)
	log.SetPrefix("demo: ")
	if _, err := exec.LookPath("tmux"); err != nil {
		log.Fatal("tmux is not installed: apt-get install tmux")
	}
	bin, err := filepath.Abs(*peel)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.MkdirAll(*out, 0o755); err != nil {
		log.Fatal(err)
	}
	for _, s := range scenes {
		if err := play(s, bin, *out); err != nil {
			log.Fatalf("%s: %v", s.name, err)
		}
		fmt.Println(filepath.Join(*out, s.name+".svg"))
	}
}

func tmux(args ...string) (string, error) {
	b, err := exec.Command("tmux", append([]string{"-L", socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, b)
	}
	return string(b), nil
}

func play(s scene, peel, out string) error {
	_, err := tmux("new-session", "-d", "-s", s.name, "-x", strconv.Itoa(s.width), "-y", strconv.Itoa(s.height),
		"env", "TERM=tmux-256color", "LANG=C.UTF-8", peel, "sample:")
	if err != nil {
		return err
	}
	defer tmux("kill-session", "-t", s.name)
	if err := wait(s.name, "efficiency", "waste"); err != nil {
		return err
	}
	for _, k := range s.keys {
		if _, err := tmux("send-keys", "-t", s.name, k); err != nil {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err := wait(s.name, s.expect); err != nil {
		return err
	}
	plain, err := tmux("capture-pane", "-p", "-t", s.name)
	if err != nil {
		return err
	}
	styled, err := tmux("capture-pane", "-p", "-e", "-t", s.name)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(out, s.name+".txt"), []byte(plain), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, s.name+".svg"), []byte(svg(styled, s.width, s.height)), 0o644)
}

// wait until one of the words is on the screen.
func wait(session string, words ...string) error {
	var screen string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		var err error
		if screen, err = tmux("capture-pane", "-p", "-t", session); err != nil {
			return err
		}
		for _, w := range words {
			if strings.Contains(screen, w) {
				return nil
			}
		}
	}
	return fmt.Errorf("%q did not appear on:\n%s", words, screen)
}
