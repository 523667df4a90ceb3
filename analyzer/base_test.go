package analyzer

import (
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/finding"
	"peel/source"
)

// What a finding says of the config or a layer is the base's, if it is the same
// there; where that cannot be told nothing is said.
func TestAttribute(t *testing.T) {
	config := func(user string, env []string, labels map[string]string, steps ...string) *v1.ConfigFile {
		c := &v1.ConfigFile{Config: v1.Config{User: user, Env: env, Labels: labels}}
		for _, s := range steps {
			c.History = append(c.History, v1.History{CreatedBy: s})
		}
		return c
	}
	base := &Base{Config: config("root", []string{"A=1"}, map[string]string{"k": "v", "over": "1"}, "FROM")}
	img := &source.Image{}
	img.Config = config("root", []string{"B=2", "A=1"}, map[string]string{"k": "v", "over": "2"}, "FROM", "RUN x")
	layer := func(n int) *int { return &n }
	for _, c := range []struct {
		f    finding.Finding
		want string
	}{
		{finding.Finding{Layer: layer(0)}, "base"},
		{finding.Finding{Layer: layer(1)}, "own"},
		{finding.Finding{Where: "config.User"}, "base"},
		{finding.Finding{Where: "config.Env[0]"}, "own"},
		{finding.Finding{Where: "config.Env[1]"}, "base"},
		{finding.Finding{Where: "config.Env[7]"}, "unknown"},
		{finding.Finding{Where: `config.Labels["k"]`}, "base"},
		{finding.Finding{Where: `config.Labels["over"]`}, "own"},
		{finding.Finding{Where: "config.Labels"}, "own"},
		{finding.Finding{Where: "config.Healthcheck"}, "base"},
		{finding.Finding{Where: "history[0].created_by"}, "base"},
		{finding.Finding{Where: "history[1].created_by"}, "own"},
		{finding.Finding{Where: "reference"}, "unknown"},
	} {
		list := []finding.Finding{c.f}
		base.attribute(list, 1, img)
		got := "unknown"
		if from := list[0].FromBase; from != nil {
			got = map[bool]string{true: "base", false: "own"}[*from]
		}
		if got != c.want {
			t.Errorf("%q, layer %v: %s, want %s", c.f.Where, c.f.Layer, got, c.want)
		}
	}
	list := []finding.Finding{{Layer: layer(0)}}
	(&subject{img: img}).attribute(list)
	if list[0].FromBase != nil {
		t.Error("without a base something is said")
	}
}
