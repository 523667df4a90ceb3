package harden

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"peel/analyzer/text"
)

// A document is built of nodes: the encoder then quotes whatever an image has
// put into a string.

func str(s string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(strings.ToValidUTF8(s, "\ufffd"))
	return n
}

// quoted is a string that YAML would else take for something else, or that
// looks like it.
func quoted(s string) *yaml.Node {
	n := str(s)
	n.Style = yaml.DoubleQuotedStyle
	return n
}

func number[T int | int64 | uint32](v T) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(int64(v), 10)}
}

func boolean(v bool) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: strconv.FormatBool(v)}
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Content: items}
}

// flow is a list on one line.
func flow(items ...*yaml.Node) *yaml.Node {
	n := list(items...)
	n.Style = yaml.FlowStyle
	return n
}

func words(list []string) (nodes []*yaml.Node) {
	for _, s := range list {
		nodes = append(nodes, quoted(s))
	}
	return nodes
}

// pair is a key with its value, and why it is so.
type pair struct {
	key   string
	value *yaml.Node
	why   string // beside it
	head  string // above it
}

// mapping leaves pairs without a value out.
func mapping(pairs ...pair) *yaml.Node {
	m := &yaml.Node{Kind: yaml.MappingNode}
	for _, p := range pairs {
		if p.value == nil {
			continue
		}
		key := str(p.key)
		key.HeadComment = comment(p.head)
		if p.why != "" {
			if p.value.Kind == yaml.ScalarNode || p.value.Style == yaml.FlowStyle {
				p.value.LineComment = comment(p.why)
			} else {
				key.LineComment = comment(p.why)
			}
		}
		m.Content = append(m.Content, key, p.value)
	}
	return m
}

// because gives a node a comment beside it.
func because(n *yaml.Node, why string) *yaml.Node {
	n.LineComment = comment(why)
	return n
}

// comment cleans what an image may have brought into it, and marks each line.
func comment(s string) string {
	if s == "" {
		return ""
	}
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight("# "+text.Clean(lines[i]), " ")
	}
	return strings.Join(lines, "\n")
}

// encode writes documents, with what is to be said of all of them above.
func encode(w io.Writer, head []string, docs ...*yaml.Node) error {
	var b bytes.Buffer
	for _, line := range head {
		b.WriteString(comment(line) + "\n")
	}
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	for _, d := range docs {
		if err := e.Encode(d); err != nil {
			return fmt.Errorf("encoding YAML: %w", err)
		}
	}
	if err := e.Close(); err != nil {
		return fmt.Errorf("encoding YAML: %w", err)
	}
	// The escapes of Clean are YAML's too, and foreign strings are all quoted.
	for line := range strings.Lines(b.String()) {
		if _, err := io.WriteString(w, text.Clean(strings.TrimSuffix(line, "\n"))+"\n"); err != nil {
			return err
		}
	}
	return nil
}
