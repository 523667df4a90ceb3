package registry

// notes are what a reader of the report should know about how the image was
// got: whether anybody could have changed it, and that soon nothing may come.
func (s *store) notes() []string {
	var notes []string
	switch {
	case s.wire.scheme == "http" && !loopback(s.wire.host):
		notes = append(notes, s.host+" was asked by plain HTTP, which anybody on the way can change")
	case s.insecure && !loopback(s.wire.host):
		notes = append(notes, "the certificate of "+s.host+" was not checked")
	}
	if s.quota.low() {
		notes = append(notes, s.host+": "+s.quota.String())
	}
	return notes
}
