package packages

//go:generate go test -run TestWanted -update

// wants is what the catalogers ask an image for before they know anything of
// it: wanted is what they told when they were asked, so that no list of ours can
// lag behind theirs.
type wants struct {
	globs []string
	paths []string
	mimes []string
}
