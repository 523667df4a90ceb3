package main

import (
	"fmt"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/source/sourcetest"
)

// baseTime is when the base image was made, buildTime when the build began.
var (
	baseTime  = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	buildTime = time.Date(2026, 1, 15, 9, 0, 0, 0, time.UTC)
)

// describe puts the history of the Containerfile and the files of each of its
// steps together.
func describe(containerfile string) (sourcetest.Image, error) {
	steps := []string{"ADD rootfs.tar.xz /", `CMD ["bash"]`}
	for line := range strings.Lines(containerfile) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "FROM ") {
			steps = append(steps, line)
		}
	}
	files := [][]sourcetest.File{
		rootfs(), installed(), application(containerfile), copiedBinary(), copiedStatic(),
		newCatalog(), deletions(), backupTool(), emptiedUploads(), groupWritable(),
	}
	layers, err := history(steps, files)
	if err != nil {
		return sourcetest.Image{}, err
	}
	return sourcetest.Image{
		Names:    []string{"sample"},
		Layers:   layers,
		Platform: &v1.Platform{OS: "linux", Architecture: "amd64"},
		Created:  layers[len(layers)-1].Created,
		Config: func(c *v1.ConfigFile) {
			// No User and no Labels: both are faults to be found.
			c.Config = v1.Config{
				Cmd:          []string{"/bin/sh", "-c", "python3 server.py"},
				Env:          []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONUNBUFFERED=1"},
				ExposedPorts: map[string]struct{}{"8080/tcp": {}},
				WorkingDir:   "/app",
			}
		},
	}, nil
}

// history gives each step its files; ENV and the like have none.
func history(steps []string, files [][]sourcetest.File) ([]sourcetest.Layer, error) {
	var layers []sourcetest.Layer
	next := 0
	for i, step := range steps {
		l := sourcetest.Layer{
			Comment:     "buildkit.dockerfile.v0",
			Created:     buildTime.Add(time.Duration(i) * time.Minute),
			Compression: sourcetest.Gzip,
		}
		var err error
		if l.CreatedBy, l.Empty, err = createdBy(step); err != nil {
			return nil, err
		}
		if !l.Empty {
			if next == len(files) {
				return nil, fmt.Errorf("step %q: no files are described for it", step)
			}
			l.Files = files[next]
			next++
		}
		layers = append(layers, l)
	}
	if next != len(files) {
		return nil, fmt.Errorf("%d layers are described, %d steps make one", len(files), next)
	}
	return layers, nil
}

// createdBy is how buildkit writes an instruction into the history.
func createdBy(instruction string) (text string, empty bool, err error) {
	verb, args, _ := strings.Cut(instruction, " ")
	switch verb {
	case "RUN":
		return "RUN /bin/sh -c " + args + " # buildkit", false, nil
	case "COPY", "ADD":
		return instruction + " # buildkit", false, nil
	case "EXPOSE":
		return "EXPOSE [" + args + "/tcp]", true, nil
	case "CMD":
		if !strings.HasPrefix(args, "[") {
			args = fmt.Sprintf(`["/bin/sh" "-c" %q]`, args)
		}
		return "CMD " + args, true, nil
	case "ENV", "WORKDIR":
		return instruction, true, nil
	}
	return "", false, fmt.Errorf("instruction %q: unknown", instruction)
}
