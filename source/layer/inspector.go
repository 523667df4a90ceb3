package layer

// An Inspector looks at the contents of files while a layer is read for other
// reasons, so that nobody has to read it twice. One value serves all layers of
// an image and must tolerate concurrent calls of Begin.
type Inspector interface {
	// Name is that under which its facts are found, with FactsOf. Of two inspectors
	// with one name, one counts.
	Name() string
	// Begin is called once for each layer.
	Begin() LayerInspector
}

// A LayerInspector sees the regular files of one layer one after the other,
// from one goroutine.
type LayerInspector interface {
	// Open announces a regular file; it may already know all but Digest and
	// Kind. It reports whether Write and Close shall be called for this file.
	// i is the entry's index in Index.Entries; e is valid until Close returns.
	Open(i int, e *Entry) bool
	// Write shows the file's next bytes, which are valid during the call only.
	// When it is given the last of them, Digest and Kind are set.
	Write(p []byte)
	// Close ends the file.
	Close(i int, e *Entry)
	// Facts is called after the last file: what was found, as a value of its own that
	// nothing changes any more; nil for nothing.
	Facts() any
}

// Withholder is implemented by readers of layers that cannot read the contents
// of some files: they give zeros in their place.
type Withholder interface {
	// Withheld reports whether the content that begins at this offset of the tar
	// was not read, and gives what stands for its digest: equal ones are of
	// equal contents, different ones tell nothing.
	Withheld(offset int64) (Digest, bool)
}

// Remaker is implemented by readers of layers that may put a tar together from
// what is known of its entries: its bytes are others than those of the diffID.
type Remaker interface {
	Remade() bool
}

// Skipper is implemented by readers of layers that may lack the contents of what
// unpackers skip, for which IsSkipped is true: they give zeros in their place.
type Skipper interface {
	// Skipped reports, after the last Read, whether that was so.
	Skipped() bool
}
