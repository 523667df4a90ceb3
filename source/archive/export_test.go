package archive

// What looks at files, for tests that have none.
var (
	RecogniseReader = recognise
	ListReader      = list
)
