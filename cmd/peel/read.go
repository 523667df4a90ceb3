package main

import (
	"context"

	"peel/analyzer"
)

// prepare checks what all ways to read an image have in common, and makes the
// scanner for secrets.
func (o *rootOptions) prepare() (err error) {
	if err := o.checkLimits(); err != nil {
		return err
	}
	if err := o.scan.check(); err != nil {
		return usage(err)
	}
	if o.secrets, err = o.scan.secrets(); err != nil {
		return usage(err)
	}
	return nil
}

// read opens the image and reads it, with a line of progress. Of a nil analysis
// err tells why the image could not be opened, else readErr what could not be
// read of it.
func (o *rootOptions) read(ctx context.Context) (a *analyzer.Analysis, readErr, err error) {
	return o.readThen(ctx, func(*analyzer.Analysis, *meter) error { return nil })
}

// readThen is read, and has something done before the line of progress goes.
func (o *rootOptions) readThen(ctx context.Context, then func(*analyzer.Analysis, *meter) error) (a *analyzer.Analysis, readErr, err error) {
	show := newMeter(o.streams)
	defer show.stop()
	o.waiting = show.wait
	show.opening(o.reference)
	img, base, err := o.openImage(ctx, o.reference, show.progress)
	if err != nil {
		return nil, nil, err
	}
	defer img.Close()
	session := analyzer.Start(ctx, img, o.analysis(base))
	show.reading(session, img)
	a, readErr = session.Wait()
	return a, readErr, then(a, show)
}
