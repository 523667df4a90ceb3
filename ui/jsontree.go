package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// jsonNode is one value of a JSON document. Nodes lie in preorder, like those
// of a file tree.
type jsonNode struct {
	key   string // in an object; "[3]" in a list; the document's name at the top
	raw   []byte // the value as it was written
	depth int
	end   int // the nodes below are those up to here
	kids  int
	kind  byte // '{', '[', or 0 for a plain value

	doc *docNode // of an attached document; nil for all other values
}

// docNode is what an attached document has besides.
type docNode struct {
	label  string // shown in place of the key
	words  string // in place of the number of fields
	n      int    // among the documents
	unread bool   // its nodes are not there yet
}

// maxJSONDepth bounds the nesting of a document, which is foreign.
const maxJSONDepth = 200

// parseJSON adds a document to nodes. What cannot be parsed becomes one value.
func parseJSON(nodes []jsonNode, name string, doc []byte) []jsonNode {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	p := &jsonParser{dec: dec, doc: doc, nodes: nodes, keys: map[string]string{}}
	if err := p.value(name, 0); err != nil {
		nodes = append(nodes, jsonNode{key: name, raw: doc, end: len(nodes) + 1})
		return nodes
	}
	return p.nodes
}

type jsonParser struct {
	dec   *json.Decoder
	doc   []byte
	nodes []jsonNode
	keys  map[string]string // each kept once: lists repeat those of their objects
}

func (p *jsonParser) value(key string, depth int) error {
	if depth > maxJSONDepth {
		return fmt.Errorf("nested deeper than %d", maxJSONDepth)
	}
	start := p.dec.InputOffset()
	tok, err := p.dec.Token()
	if err != nil {
		return err
	}
	at := len(p.nodes)
	p.nodes = append(p.nodes, jsonNode{key: key, depth: depth})
	if delim, ok := tok.(json.Delim); ok {
		p.nodes[at].kind = byte(delim)
		if err := p.members(at, depth); err != nil {
			return err
		}
	}
	n := &p.nodes[at]
	n.end = len(p.nodes)
	n.raw = bytes.Trim(p.doc[start:p.dec.InputOffset()], " \t\r\n:,")
	return nil
}

func (p *jsonParser) members(at, depth int) error {
	for i := 0; p.dec.More(); i++ {
		key := fmt.Sprintf("[%d]", i)
		if p.nodes[at].kind == '{' {
			tok, err := p.dec.Token()
			if err != nil {
				return err
			}
			key, _ = tok.(string)
			if have, ok := p.keys[key]; ok {
				key = have
			} else {
				p.keys[key] = key
			}
		}
		if err := p.value(key, depth+1); err != nil {
			return err
		}
		p.nodes[at].kids++
	}
	_, err := p.dec.Token() // the closing bracket
	return err
}
