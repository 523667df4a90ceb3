package metadata

import (
	"fmt"

	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

func wrongType(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for _, flaw := range img.Flaws {
		f := c.At(flaw.Field, flaw.Have)
		f.Reason = "it should be " + flaw.Want
		list = append(list, f)
	}
	return check.Found(list...)
}

func diffIDCount(c *check.Check, img *evidence.Image) check.Answer {
	have, want := len(img.Config.RootFS.DiffIDs), len(img.Layers)
	if have == want {
		return check.Passed()
	}
	return check.Found(c.At("rootfs.diff_ids", fmt.Sprintf("%d diffIDs, %d layers", have, want)))
}

func noPlatform(c *check.Check, img *evidence.Image) check.Answer {
	var list []finding.Finding
	for _, field := range []struct{ name, value string }{{"os", img.Config.OS}, {"architecture", img.Config.Architecture}} {
		if field.value == "" {
			f := c.Finding()
			f.Where = field.name
			list = append(list, f)
		}
	}
	return check.Found(list...)
}
