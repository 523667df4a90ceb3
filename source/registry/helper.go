package registry

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"time"

	"github.com/docker/cli/cli/config/types"
	"github.com/docker/docker-credential-helpers/client"
	helpers "github.com/docker/docker-credential-helpers/credentials"
	"github.com/google/go-containerregistry/pkg/name"
)

// askHelper runs docker-credential-NAME, which may wait for a keyring to be
// unlocked: it is ended when ctx is.
func (c *credentials) askHelper(ctx context.Context, helper, path string, repo name.Repository) bool {
	program := "docker-credential-" + helper
	c.asked = append(c.asked, program)
	if _, err := exec.LookPath(program); err != nil {
		c.problems = append(c.problems, fmt.Errorf("%s, which %s names, cannot be run: %w", program, path, errors.Unwrap(err)))
		return false
	}
	run := func(args ...string) client.Program {
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.WaitDelay = helperDelay
		return &helperRun{cmd}
	}
	for _, key := range helperKeys(repo) {
		found, err := client.Get(run, key)
		switch {
		case helpers.IsErrCredentialsNotFound(err):
			continue
		case err != nil:
			c.problems = append(c.problems, fmt.Errorf("%s, which %s names, failed: %s", program, path, helperWords(err)))
			return false
		}
		a := types.AuthConfig{Username: found.Username, Password: found.Secret}
		if found.Username == tokenUser {
			a = types.AuthConfig{IdentityToken: found.Secret}
		}
		if c.take(a, program+" ("+path+")") {
			return true
		}
	}
	return false
}

// tokenUser is how helpers mark that the secret is an identity token.
const tokenUser = "<token>"

// helperDelay is how long what a helper has started may live on after it.
const helperDelay = time.Second

// helperRun is client.Program. What the program prints on stderr would end on
// the screens.
type helperRun struct{ cmd *exec.Cmd }

func (h *helperRun) Output() ([]byte, error) { return h.cmd.Output() }
func (h *helperRun) Input(in io.Reader)      { h.cmd.Stdin = in }

// helperWords leaves out what a helper printed, which may be what it keeps.
func helperWords(err error) string {
	words, _, _ := strings.Cut(err.Error(), ", out:")
	return strings.TrimPrefix(words, "error getting credentials - err: ")
}
