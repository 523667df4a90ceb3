package source_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"peel/analyzer"
	"peel/source/layer"
	. "peel/source/sourcetest"
)

// score is dive's score of an image.
type score struct {
	efficiency    float64
	wasted, total int64
}

// diveScore computes what dive v0.13.1 does, and the way it does it
// (dive/filetree/efficiency.go). With corrected, a deleted directory counts as a
// deletion of each file in it, where dive counts a file of the directory's size.
func diveScore(a *analyzer.Analysis, corrected bool) score {
	type file struct {
		size int64
		dir  bool
	}
	stack := map[string]file{}
	least, sum, times := map[string]int64{}, map[string]int64{}, map[string]int{}
	count := func(path string, size int64) {
		if times[path] == 0 || size < least[path] {
			least[path] = size
		}
		sum[path] += size
		times[path]++
	}
	var s score
	for _, l := range a.Layers {
		names := map[string]file{} // the layer's tree; the later entry of a name replaces the earlier
		gone := map[string]bool{}
		for _, e := range l.Index.Entries {
			switch e.Type {
			case layer.Opaque: // dropped
			case layer.Whiteout:
				gone[e.Path] = true
			default:
				names[e.Path] = file{e.Size, e.Type == layer.Directory}
			}
			s.total += e.Size
		}
		for path, f := range names {
			if isLeaf(path, names, gone) {
				count(path, f.size)
			}
		}
		for path := range gone {
			var below int64
			for p, f := range stack {
				if !stack[path].dir || !strings.HasPrefix(p, path+"/") {
					continue
				}
				below += f.size
				if corrected && !f.dir {
					count(p, 0)
				}
			}
			if !corrected || !stack[path].dir {
				count(path, below)
			}
		}
		for path := range gone {
			for p := range stack {
				if p == path || strings.HasPrefix(p, path+"/") {
					delete(stack, p)
				}
			}
		}
		for path, f := range names {
			stack[path] = f
		}
	}
	var min, all int64
	for path := range times {
		min += least[path]
		all += sum[path]
		if times[path] > 1 {
			s.wasted += sum[path]
		}
	}
	s.efficiency = 1
	if all > 0 {
		s.efficiency = float64(min) / float64(all)
	}
	return s
}

func isLeaf[T any](path string, names map[string]T, gone map[string]bool) bool {
	for p := range names {
		if strings.HasPrefix(p, path+"/") {
			return false
		}
	}
	for p := range gone {
		if strings.HasPrefix(p, path+"/") {
			return false
		}
	}
	return true
}

const epsilon = 1e-12

// TestDiveSamples holds the score against what dive publishes for its own
// samples, and names the one difference.
func TestDiveSamples(t *testing.T) {
	dir := moduleDir(t, "github.com/wagoodman/dive@v0.13.1")
	for name, want := range map[string]score{
		"test-docker-image.tar":     {0.9844212134184309, 32025, 1220598},
		"test-oci-docker-image.tar": {0.9930406165921993, 50845, 4363240}, // Docker 25.0.0's shuffled layers
		"test-kaniko-image.tar":     {0.9793688490216431, 46245, 1326410},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := readImage(t, filepath.Join(dir, ".data", name))
			if err != nil {
				t.Fatal(err)
			}
			got := diveScore(a, false)
			if math.Abs(got.efficiency-want.efficiency) > epsilon || got.wasted != want.wasted || got.total != want.total {
				t.Errorf("dive's formula gives %v, dive %v", got, want)
			}
			if a.Waste.Size != want.total {
				t.Errorf("size %d, want %d", a.Waste.Size, want.total)
			}
			corrected := diveScore(a, true)
			if math.Abs(corrected.efficiency-a.Waste.Efficiency) > epsilon {
				t.Errorf("efficiency %v, dive's with deleted directories put right is %v", a.Waste.Efficiency, corrected.efficiency)
			}
			if corrected.efficiency == got.efficiency {
				t.Error("the samples delete directories: there should be a difference")
			}
		})
	}
}

// randomImage is an image of which dive is right: no directory is deleted,
// emptied or replaced, no name occurs twice in a layer, no whiteout dangles.
func randomImage(rnd *rand.Rand) Image {
	var img Image
	there := map[string]bool{}
	for range 2 + rnd.IntN(5) {
		l := Layer{CreatedBy: "RUN step"}
		var files []File
		used := map[string]bool{}
		for range 1 + rnd.IntN(12) {
			name := fmt.Sprintf("d%d/f%d", rnd.IntN(3), rnd.IntN(6))
			if used[name] {
				continue
			}
			used[name] = true
			switch k := rnd.IntN(10); {
			case k < 2 && there[name]:
				l.Files = append(l.Files, Whiteout(name))
				there[name] = false
				continue
			case k == 2:
				files = append(files, Symlink(name, "elsewhere"))
			default:
				files = append(files, Random(name, rnd.Int64N(3000), rnd.Uint64()))
			}
			there[name] = true
		}
		for d := range 3 {
			l.Files = append(l.Files, Dir(fmt.Sprintf("d%d", d), 0o755))
		}
		l.Files = append(l.Files, files...)
		img.Layers = append(img.Layers, l)
	}
	return img
}

func saveRandom(t *testing.T, rnd *rand.Rand) string {
	t.Helper()
	var b bytes.Buffer
	if err := DockerArchive20(&b, randomImage(rnd)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "image.tar")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestEfficiencyIsDives guards the claim that where dive is right the figure is
// the same.
func TestEfficiencyIsDives(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 150 {
		path := saveRandom(t, rnd)
		a, err := readImage(t, path)
		if err != nil {
			t.Fatal(err)
		}
		if want := diveScore(a, false).efficiency; math.Abs(a.Waste.Efficiency-want) > epsilon {
			t.Fatalf("efficiency %v, dive's formula gives %v", a.Waste.Efficiency, want)
		}
	}
}

// TestEfficiencyOfDive asks dive itself.
func TestEfficiencyOfDive(t *testing.T) {
	dive, err := exec.LookPath("dive")
	if err != nil {
		t.Skip("dive is not installed")
	}
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 8 {
		path := saveRandom(t, rnd)
		a, err := readImage(t, path)
		if err != nil {
			t.Fatal(err)
		}
		out := filepath.Join(t.TempDir(), "dive.json")
		cmd := exec.Command(dive, "--source", "docker-archive", path, "--json", out)
		cmd.Env = append(os.Environ(), "CI=")
		if msg, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, msg)
		}
		raw, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		var report struct {
			Image struct {
				SizeBytes        int64
				InefficientBytes int64
				EfficiencyScore  float64
			}
		}
		if err := json.Unmarshal(raw, &report); err != nil {
			t.Fatal(err)
		}
		got := report.Image
		formula := diveScore(a, false)
		if math.Abs(got.EfficiencyScore-a.Waste.Efficiency) > epsilon || got.SizeBytes != a.Waste.Size || got.InefficientBytes != formula.wasted {
			t.Errorf("dive says %+v; peel %v of %d, and the formula %v", got, a.Waste.Efficiency, a.Waste.Size, formula)
		}
	}
}
