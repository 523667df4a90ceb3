//go:build !linux

package realtest

import "testing"

func TestRealWorld(t *testing.T) {
	t.Skip("the real world of these tests is Linux: buildah, podman, dockerd, umoci")
}
