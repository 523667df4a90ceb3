package analyzer

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// eachText replaces the strings of a config that may hold secrets. mask gets each
// with its place, as findings name it in Where. The config is changed: give it a
// copy of one that others read.
func eachText(c *v1.ConfigFile, mask func(where, s string) string) {
	list := func(where string, list []string) {
		for i := range list {
			list[i] = mask(where, list[i])
		}
	}
	numbered := func(where string, list []string) {
		for i := range list {
			list[i] = mask(fmt.Sprintf("%s[%d]", where, i), list[i])
		}
	}
	c.Author = mask("author", c.Author)
	g := &c.Config
	numbered("config.Env", g.Env)
	numbered("config.OnBuild", g.OnBuild)
	list("config.Cmd", g.Cmd)
	list("config.Entrypoint", g.Entrypoint)
	list("config.Shell", g.Shell)
	if g.Healthcheck != nil {
		list("config.Healthcheck", g.Healthcheck.Test)
	}
	for _, k := range slices.Sorted(maps.Keys(g.Labels)) {
		g.Labels[k] = mask("config.Labels["+strconv.Quote(k)+"]", g.Labels[k])
	}
	for i := range c.History {
		eachTextOfStep(i, &c.History[i], mask)
	}
}

// eachTextOfStep is eachText for entry i of the history.
func eachTextOfStep(i int, h *v1.History, mask func(where, s string) string) {
	where := fmt.Sprintf("history[%d].", i)
	h.CreatedBy = mask(where+"created_by", h.CreatedBy)
	h.Comment = mask(where+"comment", h.Comment)
	h.Author = mask(where+"author", h.Author)
}

// through is what a writer makes of bytes; nil if it fails.
func through(raw []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var b bytes.Buffer
	w := writer(&b)
	if _, err := w.Write(raw); err != nil || w.Close() != nil {
		return nil // a buffer does not fail
	}
	return b.Bytes()
}
