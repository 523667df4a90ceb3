// Package place says what the place of a user's stores depends on.
package place

import (
	"os"
	"path/filepath"
)

// Place is where a program runs, and as whom.
type Place struct {
	UID    int
	Home   string
	Getenv func(string) string
	System string // "/", below which /etc and /var lie
}

// Here is that of this process.
func Here() Place {
	home, _ := os.UserHomeDir()
	return Place{UID: os.Getuid(), Home: home, Getenv: os.Getenv, System: "/"}
}

// Data is the directory of what the user's programs keep (XDG base directory
// specification, version 0.8).
func (p Place) Data() string { return p.own("XDG_DATA_HOME", ".local/share") }

// Config is the directory of the user's configuration.
func (p Place) Config() string { return p.own("XDG_CONFIG_HOME", ".config") }

func (p Place) own(variable, below string) string {
	if dir := p.Getenv(variable); dir != "" {
		return dir
	}
	return filepath.Join(p.Home, below)
}
