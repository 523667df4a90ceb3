package analyzer

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/redact"
)

// places mask ordinary words that are secrets at the places of the config and the
// history where they were found: elsewhere they are words like any other.
type places map[string]*redact.Redactor

func ownPlaces(found map[string][]string) places {
	p := places{}
	for where, words := range found {
		p[where] = redact.New(words)
	}
	return p
}

// config is a copy of a config with its own places masked.
func (p places) config(c *v1.ConfigFile) *v1.ConfigFile {
	if len(p) == 0 || c == nil {
		return c
	}
	c = c.DeepCopy()
	all := func(where string, list []string) {
		for i := range list {
			list[i] = p[where].String(list[i])
		}
	}
	each := func(where string, list []string) {
		for i := range list {
			list[i] = p[fmt.Sprintf("%s[%d]", where, i)].String(list[i])
		}
	}
	g := &c.Config
	each("config.Env", g.Env)
	each("config.OnBuild", g.OnBuild)
	all("config.Cmd", g.Cmd)
	all("config.Entrypoint", g.Entrypoint)
	if g.Healthcheck != nil {
		all("config.Healthcheck", g.Healthcheck.Test)
	}
	for k, v := range g.Labels {
		g.Labels[k] = p["config.Labels["+strconv.Quote(k)+"]"].String(v)
	}
	c.Author = p["author"].String(c.Author)
	for i := range c.History {
		c.History[i] = p.history(i, c.History[i])
	}
	return c
}

// steps is a copy of the history with its own places masked. Steps are in its order.
func (p places) steps(list []Step) []Step {
	list = slices.Clone(list)
	for i := range list {
		list[i].History = p.history(i, list[i].History)
	}
	return list
}

func (p places) history(i int, h v1.History) v1.History {
	h.CreatedBy = p[fmt.Sprintf("history[%d].created_by", i)].String(h.CreatedBy)
	h.Comment = p[fmt.Sprintf("history[%d].comment", i)].String(h.Comment)
	h.Author = p[fmt.Sprintf("history[%d].author", i)].String(h.Author)
	return h
}

// raw is a config as it is written, in which those strings are masked that are
// others in masked than in c.
func (p places) raw(raw []byte, c, masked *v1.ConfigFile) []byte {
	if len(p) == 0 || len(raw) == 0 {
		return raw
	}
	changed := map[string]string{}
	pair := func(before, after []string) {
		for i := range before {
			if before[i] != after[i] {
				changed[before[i]] = after[i]
			}
		}
	}
	pair(textsOf(c), textsOf(masked))
	var b bytes.Buffer
	w := redact.Strings(&b, func(s string) string {
		if m, ok := changed[s]; ok {
			return m
		}
		return s
	})
	if _, err := w.Write(raw); err != nil || w.Close() != nil {
		return nil // a buffer does not fail
	}
	return b.Bytes()
}

// textsOf are the strings of a config that may hold secrets, in a fixed order.
func textsOf(c *v1.ConfigFile) []string {
	g := &c.Config
	list := append([]string{c.Author}, g.Env...)
	for _, more := range [][]string{g.OnBuild, g.Cmd, g.Entrypoint} {
		list = append(list, more...)
	}
	if g.Healthcheck != nil {
		list = append(list, g.Healthcheck.Test...)
	}
	for _, k := range sortedKeys(g.Labels) {
		list = append(list, g.Labels[k])
	}
	for _, h := range c.History {
		list = append(list, h.CreatedBy, h.Comment, h.Author)
	}
	return list
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
