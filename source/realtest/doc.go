// Package realtest holds peel against the real world: images that buildah made,
// kept or served by docker-registry, podman, dockerd and containerd, and unpacked
// by umoci, which is the judge of the merged tree.
//
// The tests run if PEEL_REAL is 1, which make test sets once
// testdata/real/install.sh has found or installed the tools. What is missing
// then skips the tests that need it, or fails them if PEEL_REAL_REQUIRED is 1.
// PEEL_REAL_DIR is where testdata/real/fixtures.sh keeps what it built.
package realtest
