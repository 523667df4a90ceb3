package source

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"peel/source/archive"
	"peel/source/containerd"
	"peel/source/daemon"
	"peel/source/layer"
	"peel/source/layout"
	"peel/source/oci"
	"peel/source/registry"
	"peel/source/storage"
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

// hints are offered by what went wrong.
var hints = []hint{
	{registry.ErrUnauthorized, "log in first, with docker login or podman login; or check the name: private and missing images answer alike"},
	{registry.ErrRefused, "log in again, with docker login or podman login, or as somebody who may read the image; log out if it is public"},
	{registry.ErrNotFound, "check the name and the tag"},
	{registry.ErrUnreachable, "check the network and the proxy settings, or read a file: peel ./image.tar"},
	{registry.ErrNotRegistry, "check the host's name and the proxy settings"},
	{registry.ErrBroken, "try again"},
	{registry.ErrRateLimit, "wait, or log in: registries allow more to those they know"},
	{registry.ErrCertificate, "put the certificate of the CA that signed it in one of these directories, as ca.crt; or read without checking: peel --tls-verify=false IMAGE"},
	{registry.ErrClientCert, "put the certificate that it asks for in one of these directories, as client.cert and client.key"},
	{registry.ErrPlain, "if that is as it should be, say insecure = true of it in registries.conf, or: peel --tls-verify=false IMAGE"},
	{registry.ErrProxy, "check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"},
	{registry.ErrBlocked, "change that file, or read from another registry"},
	{registry.ErrConfig, "mend that file: it may forbid what peel would do without it"},
	{oci.ErrPlatform, "choose one of them: peel --platform os/arch IMAGE"},
	{oci.ErrNotImage, "peel opens container images; other artifacts can be fetched with oras or crane"},
	{layout.ErrNotLayout, "name the directory that holds oci-layout and index.json"},
	{archive.ErrNotArchive, "write an archive with docker save, podman save or skopeo copy"},
	{io.ErrUnexpectedEOF, "the file was cut off: copy or save it again"},
	{layer.ErrDigest, "the bytes are not those that the image promises: fetch or save it again"},
	{storage.ErrAmbiguous, "name it in full"},
	{containerd.ErrAmbiguous, "name it in full"},
	{storage.ErrUnsupported, "write an archive with podman save or skopeo copy, and read that"},
	{oci.ErrMissing, "the image is not complete: save or fetch it again"},
	{os.ErrNotExist, "check the path"},
	{os.ErrPermission, "peel needs to read the file; it never needs root"},
}

// engineHints are offered if an engine alone was asked.
var engineHints = []hint{
	{daemon.ErrNoSocket, "start the engine, or say where it listens with DOCKER_HOST or CONTAINER_HOST; without the prefix the registry is asked too"},
	{storage.ErrNoStore, "nothing was built or pulled there yet; without the prefix other sources are asked too"},
	{storage.ErrNotFound, "podman images names those there are; without the prefix the registry is asked too"},
	{containerd.ErrNoStore, "nothing was pulled there yet; name another root as in containerd:[/srv/containerd]NAME"},
	{containerd.ErrNotFound, "ctr -n NAMESPACE images ls names those there are; without the prefix other sources are asked too"},
	{containerd.ErrClosed, "the store belongs to root: have it exported, ctr -n NAMESPACE images export app.tar NAME, and read app.tar; without the prefix other sources are asked too"},
	{daemon.ErrClosed, "the socket belongs to root: join its group (docker), or use a rootless engine; without the prefix other sources are asked too"},
	{daemon.ErrNotFound, "check the name; without the prefix the registry is asked too"},
}

func (e *OpenError) addHints() {
	hints := hints
	if len(e.Attempts) == 1 {
		hints = slices.Concat(engineHints, hints)
	}
	if host, ok := registryMeant(e.Reference); ok && errors.Is(e, daemon.ErrNoSocket) {
		e.Hints = append(e.Hints, "docker:// is Docker's engine here; the registry, which skopeo means by it, is: peel registry:"+host)
	}
	for _, h := range hints {
		if errors.Is(e, h.when) {
			e.Hints = append(e.Hints, strings.ReplaceAll(h.text, "IMAGE", e.Reference))
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
