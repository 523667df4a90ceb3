package redact

// jsonState follows JSON text: which bytes are inside a string, and where in it
// a character begins, escaped or not.
type jsonState struct {
	inside  bool
	open    int  // offset of the string's first byte
	slashed bool // the last byte began an escape
	digits  int  // hex digits of \uXXXX still to come
	starts  [2 * blockLen]bool
}

// next reads the byte at offset pos.
func (j *jsonState) next(c byte, pos int) {
	j.starts[pos%len(j.starts)] = !j.slashed && j.digits == 0
	switch {
	case !j.inside:
		if c == '"' {
			j.inside, j.open = true, pos+1
		}
	case j.slashed:
		j.slashed = false
		if c == 'u' {
			j.digits = 4
		}
	case j.digits > 0:
		j.digits--
	case c == '\\':
		j.slashed = true
	case c == '"':
		j.inside = false
	}
}

// allows is true where the text from an offset up to here is of whole
// characters of one string.
func (j *jsonState) allows(from int) bool {
	return j.inside && !j.slashed && j.digits == 0 && from >= j.open && j.starts[from%len(j.starts)]
}
