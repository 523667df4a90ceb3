package source

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"peel/source/layer"
	"peel/source/oci"
)

// OpenError says that no source had an image, what each of them answered, and
// what the user may do about it.
type OpenError struct {
	Reference string
	Attempts  []Attempt // in the order they were made
	Hints     []string  // sentences, the likeliest first
}

func (e *OpenError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "opening %s", e.Reference)
	if len(e.Attempts) == 1 {
		fmt.Fprintf(&b, ": %v", e.Attempts[0].Err)
		return b.String()
	}
	for _, a := range e.Attempts {
		fmt.Fprintf(&b, "; %s: %v", a.Kind, a.Err)
	}
	return b.String()
}

// Unwrap gives the errors of all attempts.
func (e *OpenError) Unwrap() []error {
	var errs []error
	for _, a := range e.Attempts {
		if a.Err != nil {
			errs = append(errs, a.Err)
		}
	}
	return errs
}

type hint struct {
	when error
	text string
}

// hints are offered by what went wrong, whichever store it was in.
var hints = []hint{
	{oci.ErrPlatform, "choose one of them: peel --platform os/arch IMAGE"},
	{oci.ErrNotImage, "peel opens container images; other artifacts can be fetched with oras or crane"},
	{layer.ErrDigest, "the bytes are not those that the image promises: fetch or save it again"},
	{oci.ErrMissing, "the image is not complete: save or fetch it again"},
}

// addHints collects what the stores that were asked have to say of their errors.
func (e *OpenError) addHints() {
	if host, ok := registryMeant(e.Reference); ok && isAny(e, dockerStore.absent) {
		e.Hints = append(e.Hints, "docker:// is Docker's engine here; the registry, which skopeo means by it, is: peel registry:"+host)
	}
	var all []hint
	if len(e.Attempts) == 1 {
		for _, s := range stores {
			all = append(all, s.alone...)
		}
	}
	all = append(all, hints...)
	for _, s := range slices.Backward(stores) {
		all = append(all, s.hints...)
	}
	for _, h := range all {
		text := strings.ReplaceAll(h.text, "IMAGE", e.Reference)
		if errors.Is(e, h.when) && !slices.Contains(e.Hints, text) {
			e.Hints = append(e.Hints, text)
		}
	}
}

// registryMeant is the name in a reference that may be skopeo's for an image in a
// registry: docker://HOST/NAME.
func registryMeant(reference string) (string, bool) {
	rest, ok := strings.CutPrefix(reference, "docker://")
	host, _ := cutHost(rest)
	return rest, ok && host != ""
}
