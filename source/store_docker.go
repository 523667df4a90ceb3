package source

import (
	"context"

	"peel/source/daemon"
)

// dockerStore is the engine that serves Docker's API, whichever it is.
var dockerStore = store{
	kind: Docker, gives: []Kind{Docker}, prefixes: []prefix{{"docker:", Docker}},
	takes: asksFor(Docker), names: true,
	open:   func(o *opener) (*Image, string, error) { return o.engine(Docker, daemon.Docker) },
	list:   func(ctx context.Context, _ ListOptions) Answer { return listEngine(ctx, Docker, daemon.Docker) },
	next:   engineNext,
	absent: engineAbsent,
	alone:  engineHints,
}

var (
	engineNext   = []error{daemon.ErrNoSocket, daemon.ErrNotFound, daemon.ErrClosed}
	engineAbsent = []error{daemon.ErrClosed, daemon.ErrNoSocket}
	engineHints  = []hint{
		{daemon.ErrNoSocket, "start the engine, or name its socket with DOCKER_HOST or CONTAINER_HOST; without the prefix the registry is asked too"},
		{daemon.ErrClosed, "the socket belongs to root: join its group (docker), or use a rootless engine; without the prefix other sources are asked too"},
		{daemon.ErrNotFound, "check the name; without the prefix the registry is asked too"},
	}
)

// engine opens what an engine saves.
func (o *opener) engine(k Kind, e daemon.Engine) (*Image, string, error) {
	img, where, err := daemon.Open(o.ctx, e, o.ref.Name, o.archiveOptions())
	if err != nil {
		return nil, where, err
	}
	out := fromArchive(img)
	out.Kind = k
	return out, where, nil
}

func listEngine(ctx context.Context, k Kind, e daemon.Engine) Answer {
	l, err := daemon.List(ctx, e)
	a := Answer{Where: l.Address, Err: err, podman: l.Podman}
	for _, i := range l.Images {
		a.add(k, i)
	}
	return a
}
