// Package sourcetest builds container images for tests from a readable
// description, in every shape that real tools write.
//
// Describe an [Image] with its [Layer]s and [File]s, then hand it to a writer:
//
//	img := sourcetest.Image{
//		Names: []string{"example/app:1"},
//		Layers: []sourcetest.Layer{
//			{CreatedBy: "ADD rootfs.tar /", Files: []sourcetest.File{
//				sourcetest.Dir("etc", 0o755),
//				sourcetest.Reg("etc/passwd", "root:x:0:0::/:/bin/sh\n").Owner(0, 42),
//			}},
//			sourcetest.Step("ENV A=1"),
//			{CreatedBy: "RUN rm /etc/passwd", Compression: sourcetest.Zstd,
//				Files: []sourcetest.File{sourcetest.Whiteout("etc/passwd")}},
//		},
//	}
//	err := sourcetest.OCIArchive(w, img)
//
// The writers are [DockerArchive20], [DockerArchive25], [PodmanArchive],
// [CraneArchive], [OCIArchive] and [OCILayout]; [Pack] has the same names with
// options for the tar around the image. [V1] and [V1Index] give the same image
// to a go-containerregistry client, for a push to a registry.
//
// The output is deterministic: one description always gives the same bytes.
// Everything is built in memory; keep the images of ordinary tests small.
package sourcetest
