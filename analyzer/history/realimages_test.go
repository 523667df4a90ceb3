package history_test

import (
	"slices"
	"testing"

	"peel/analyzer/checktest"
)

// Steps as people write them, and what they are hints of.
func TestStepsOfRealImages(t *testing.T) {
	for step, want := range map[string]string{
		"RUN /bin/sh -c curl -fsSL https://deb.nodesource.com/setup_20.x | bash - # buildkit":   "H004",
		"RUN /bin/sh -c curl -sSL https://install.python-poetry.org | python3 -":                "H004",
		"RUN /bin/sh -c bash -c \"$(curl -fsSL https://x.org/install.sh)\"":                     "H004",
		"RUN /bin/sh -c bash <(curl -fsSL https://x.org/install.sh)":                            "H004",
		"RUN /bin/sh -c V=$(curl -fsSL https://x.org/v | python3 -c 'import json') && echo $V":  "",
		"RUN /bin/sh -c curl -fsSL https://x.org/v | python3 -m json.tool":                      "",
		"RUN /bin/sh -c apt update -y":                                                          "H001",
		"RUN /bin/sh -c zypper update -y":                                                       "",
		"RUN /bin/sh -c yum -y update && yum clean all":                                         "H005",
		"RUN /bin/sh -c yum update -y httpd":                                                    "",
		"RUN /bin/sh -c apt-get update && apt-get -y upgrade":                                   "",
		"RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends upgrade=1": "",
		"RUN /bin/sh -c git -c http.sslVerify=false clone https://x.org/a":                      "H007",
	} {
		var ids []string
		for _, f := range checktest.Analyze(t, checktest.Built(step), "").Findings {
			if slices.Contains([]string{"H001", "H004", "H005", "H007"}, f.ID) {
				ids = append(ids, f.ID)
			}
		}
		if !slices.Equal(ids, slices.DeleteFunc([]string{want}, func(s string) bool { return s == "" })) {
			t.Errorf("%s: %v, want %q", step, ids, want)
		}
	}
}
