package source

import (
	"peel/source/registry"
)

// registryStore is the registry that a name leads to. It is not searched: few
// registries tell what they have.
var registryStore = store{
	kind: Registry, gives: []Kind{Registry}, prefixes: []prefix{{"registry:", Registry}},
	takes: asksFor(Registry),
	open:  (*opener).registry,
	hints: []hint{
		{registry.ErrUnauthorized, "log in first, with docker login or podman login; or check the name: private and missing images answer alike"},
		{registry.ErrRefused, "log in again, with docker login or podman login, or as somebody who may read the image; log out if it is public"},
		{registry.ErrNotFound, "check the name and the tag"},
		{registry.ErrUnreachable, "check the network and the proxy settings, or read a file: peel ./image.tar"},
		{registry.ErrNotRegistry, "check the host's name and the proxy settings"},
		{registry.ErrBroken, "try again"},
		{registry.ErrRateLimit, "wait, or log in: registries allow more to those they know"},
		{registry.ErrCertificate, "put the certificate of the CA that signed it in one of these directories, as ca.crt; or read without checking: peel --tls-verify=false IMAGE"},
		{registry.ErrClientCert, "put the certificate that it asks for in one of these directories, as client.cert and client.key"},
		{registry.ErrPlain, "if plain HTTP is intended, set insecure = true for it in registries.conf, or: peel --tls-verify=false IMAGE"},
		{registry.ErrProxy, "check HTTP_PROXY, HTTPS_PROXY and NO_PROXY"},
		{registry.ErrBlocked, "change that file, or read from another registry"},
		{registry.ErrConfig, "correct that file: it may forbid what peel would do without it"},
	},
}

func (o *opener) registry() (*Image, string, error) {
	where := o.name.Context().RegistryStr()
	img, err := registry.Open(o.ctx, o.name, registry.Options{
		Platform: o.platform, Insecure: o.opts.Insecure, UserAgent: o.opts.UserAgent, Waiting: o.opts.Waiting,
	})
	if err != nil {
		return nil, where, err
	}
	out := &Image{Image: img.Image, Kind: Registry, Name: img.Reference.Name(), close: img.Close}
	out.selected(img.Selection)
	return out, img.Host, nil
}
