package check_test

import (
	"context"
	"errors"
	"io"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer"
	"peel/analyzer/check"
	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	"peel/source"
	. "peel/source/sourcetest"
)

// Guards against calling fine, or broken, what was not read: one layer of the
// image cannot be.
func TestPartialImage(t *testing.T) {
	img := Image{
		Config: func(c *v1.ConfigFile) { c.Config.Entrypoint, c.Config.User = []string{"/app"}, "app" },
		Layers: []Layer{
			{CreatedBy: "RUN a", Files: []File{Reg("bin/x", "\x7fELF").Mode(0o4755)}},
			{CreatedBy: "RUN b", Files: []File{Reg("app", "x")}},
		},
	}
	a := checktest.AnalyzeWith(t, img, func(i *source.Image) {
		i.Layers[1].Open = func(context.Context) (io.ReadCloser, error) { return nil, errors.New("gone") }
	})
	for id, want := range map[string]check.Status{
		"P001": check.Unknown, "P003": check.Unknown, "M037": check.Unknown, "M042": check.Unknown, "P012": check.Unknown, "P010": check.Fail,
		"M030": check.Fail, "M036": check.Pass,
	} {
		if o := checktest.Outcome(t, a, id); o.Status != want || want == check.Unknown && o.Reason == "" {
			t.Errorf("%s is %v (%s), want %v", id, o.Status, o.Reason, want)
		}
	}
	if f := checktest.Findings(a, "P010"); len(f) != 1 || f[0].Confidence != finding.Likely || f[0].Reason == "" {
		t.Errorf("a finding in a part is sure of itself: %+v", f)
	}
	if a.Score == nil || a.Score.Unknown == 0 {
		t.Errorf("the score hides what is unknown: %+v", a.Score)
	}
}

// Guards against passing without the contents: the image was read without a
// collector.
func TestContentsNotCollected(t *testing.T) {
	img := checktest.Image(func(c *v1.ConfigFile) { c.Config.User = "app" }, Reg("etc/passwd", "app:x:0:0::/:/bin/sh\n"), Reg("app", "\x7fELF").Mode(0o755))
	a := checktest.AnalyzeWith(t, img, func(i *source.Image) {
		plain, err := analyzer.Start(t.Context(), i, analyzer.Options{}).Wait()
		if err != nil {
			t.Fatal(err)
		}
		i.Layers[0].Index = plain.Layers[0].Index
	})
	for _, id := range []string{"P001", "P020", "P021", "P022", "P029", "P033", "M042"} {
		if o := checktest.Outcome(t, a, id); o.Status != check.Unknown {
			t.Errorf("%s is %v (%s)", id, o.Status, o.Reason)
		}
	}
}

func TestScore(t *testing.T) {
	outcome := func(id, family string, s check.Status) check.Outcome {
		return check.Outcome{ID: id, Family: family, Status: s}
	}
	outcomes := []check.Outcome{
		outcome("P001", "permissions", check.Fail), outcome("P020", "permissions", check.Fail), outcome("P010", "permissions", check.Fail),
		outcome("H001", "history", check.Unknown), outcome("M005", "metadata", check.Fail), outcome("M030", "metadata", check.Fail),
	}
	found := []finding.Finding{
		{ID: "P020", Severity: finding.Critical, Fingerprint: "a"}, {ID: "P001", Severity: finding.High, Fingerprint: "b"},
		{ID: "P010", Severity: finding.High, Fingerprint: "c"}, {ID: "P010", Severity: finding.High, Fingerprint: "d"},
		{ID: "M005", Severity: finding.Low, Fingerprint: "e"}, {ID: "M030", Severity: finding.Info, Fingerprint: "f"},
	}
	s := check.ScoreOf(outcomes, found)
	// 40 + 15, then 5 of 15 for the family has 60, then 1.
	if s.Value != 39 || s.Unknown != 1 || len(s.Families) != 3 {
		t.Errorf("%+v", s)
	}
	sum := 0
	for _, l := range s.Lost {
		sum += l.Points
	}
	if sum != 100-s.Value || len(s.Lost) != 4 || s.Lost[2].Fingerprint != "c" || s.Lost[2].Points != 5 {
		t.Errorf("%+v", s.Lost)
	}
	if check.ScoreOf(nil, nil) != nil {
		t.Error("there is a score of nothing")
	}
	if s := check.ScoreOf(outcomes[:1], nil); s.Value != 100 || len(s.Lost) != 0 {
		t.Errorf("%+v", s)
	}
}

// Guards against printing a password hash: none leaves the reading.
func TestHashesAreNotKept(t *testing.T) {
	const hash = "$6$abcdefgh$0123456789"
	img := checktest.Image(nil, Reg("etc/passwd", "root:x:0:0::/:/bin/sh\n"), Reg("etc/shadow", "root:"+hash+":1::::::\n"))
	a := checktest.Analyze(t, img, "")
	list := checktest.Findings(a, "P021")
	if len(list) != 1 || list[0].Match != "root, sha512" || list[0].Line != 1 {
		t.Fatalf("%+v", list)
	}
}
