package source

import (
	"context"
	"os"

	"peel/source/daemon"
)

// podmanStore is podman's service. Its store needs no service, so that is asked
// first: see podmanFirst.
var podmanStore = store{
	kind: Podman, gives: []Kind{Podman}, prefixes: []prefix{{"podman:", Podman}},
	takes: asksFor(Podman), names: true,
	open:   func(o *opener) (*Image, string, error) { return o.engine(Podman, daemon.Podman) },
	list:   func(ctx context.Context, _ ListOptions) Answer { return listEngine(ctx, Podman, daemon.Podman) },
	next:   engineNext,
	absent: engineAbsent,
	alone:  engineHints,
}

// podmanFirst reports whether the service is asked before its store, because
// somebody has named one on purpose.
func podmanFirst() bool { return os.Getenv(daemon.Podman.Env) != "" }
