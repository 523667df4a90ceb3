package secrets

import (
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"peel/analyzer/finding"
)

// assignmentPlaces put NAME=value wherever a config or a history holds one.
var assignmentPlaces = map[string]func(kv string) *v1.ConfigFile{
	"Env": func(kv string) *v1.ConfigFile { return &v1.ConfigFile{Config: v1.Config{Env: []string{kv}}} },
	"OnBuild": func(kv string) *v1.ConfigFile {
		return &v1.ConfigFile{Config: v1.Config{OnBuild: []string{"ARG " + kv}}}
	},
	"ENV":      step("ENV %"),
	"ARG":      step("ARG %"),
	"ARG list": step("ARG A % B=1"),
	"classic":  step("/bin/sh -c #(nop)  ARG %"),
	"buildkit": step("RUN |1 % /bin/sh -c make # buildkit"),
	"builder":  step("|2 A=1 % /bin/sh -c make"),
	"export":   step("RUN /bin/sh -c export % && make # buildkit"),
	"command":  step("RUN /bin/sh -c % python manage.py collectstatic # buildkit"),
	"option":   step("RUN /bin/sh -c docker build --build-arg % ."),
}

func step(format string) func(kv string) *v1.ConfigFile {
	return func(kv string) *v1.ConfigFile {
		s := ""
		for _, c := range format {
			if c == '%' {
				s += kv
			} else {
				s += string(c)
			}
		}
		return &v1.ConfigFile{History: []v1.History{{CreatedBy: s}}}
	}
}

// gravest is the highest severity of what is found in a config.
func gravest(t *testing.T, c *v1.ConfigFile) (worst finding.Severity) {
	for _, f := range scanner(t).Assemble(Image{Config: c, Base: NoBase}).Findings {
		worst = max(worst, f.Severity)
	}
	return worst
}

// TestAssignmentsWithoutSecret guards that a name without a value, a reference and
// a word that was made up for a build step are no secrets, wherever they stand.
func TestAssignmentsWithoutSecret(t *testing.T) {
	for _, kv := range []string{
		"GITHUB_TOKEN", "DB_PASSWORD", "NPM_TOKEN=", `AWS_SECRET_ACCESS_KEY=""`, "API_KEY=$API_KEY", "API_KEY=${API_KEY}", "API_KEY=${API_KEY:-}", "API_KEY=${API_KEY:?unset}",
		"DB_PASSWORD=%DB_PASSWORD%", "DB_PASSWORD=<password>", "DB_PASSWORD=<your-password>", "DB_PASSWORD=$(cat /run/secrets/db)", "DB_PASSWORD=`cat /run/secrets/db`", "DB_PASSWORD=/run/secrets/db",
		"DB_PASSWORD=changeme", "API_TOKEN=none", "API_TOKEN=null", "API_TOKEN=xxxxxxxx", "SECRET_KEY={{secret}}", "SECRET_KEY=__SECRET_KEY__", "DB_PASSWORD=$env:DB_PASSWORD", "DB_PASSWORD=!DB_PASSWORD!",
	} {
		for place, config := range assignmentPlaces {
			if s := gravest(t, config(kv)); s > finding.Info {
				t.Errorf("%s %s: %v", place, kv, s)
			}
		}
	}
	for _, kv := range []string{"DJANGO_SECRET_KEY=build-time", "SECRET_KEY_BASE=dummy", "SECRET_KEY=collectstatic", "APP_SECRET=unused", "DB_PASSWORD=build", "DB_PASSWORD=postgres", "API_TOKEN=not-used", "JWT_SECRET=insecure"} {
		for place, config := range assignmentPlaces {
			if s := gravest(t, config(kv)); s > finding.Low {
				t.Errorf("%s %s: %v", place, kv, s)
			}
		}
	}
}

// TestAssignmentsWithSecret is the other side: what a person has chosen needs no digit.
func TestAssignmentsWithSecret(t *testing.T) {
	for _, kv := range []string{"DB_PASSWORD=copper-lantern", "DB_PASSWORD=Hkmqpzrtyx", "API_TOKEN=q7fk2m9xw4", "DJANGO_SECRET_KEY=k3v9x2q8m5w7z1", "APP_SECRET=velvet-anchor", "API_KEY=${API_KEY:-q7fk2m9xw4}"} {
		for place, config := range assignmentPlaces {
			if s := gravest(t, config(kv)); s < finding.High {
				t.Errorf("%s %s: %v", place, kv, s)
			}
		}
	}
}
