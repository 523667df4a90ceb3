package attached

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// intoto is an in-toto statement (in-toto attestation, spec/v1/statement.md).
type intoto struct {
	PredicateType string `json:"predicateType"`
	Subject       []struct {
		Name   string            `json:"name"`
		Digest map[string]string `json:"digest"`
	} `json:"subject"`
	Predicate json.RawMessage `json:"predicate"`
}

func predicateOf(raw []byte) string {
	var st struct {
		PredicateType string `json:"predicateType"`
	}
	_ = json.Unmarshal(raw, &st)
	return st.PredicateType
}

// subjectsOf are the sha256 digests that a statement is about.
func subjectsOf(raw []byte) (list []string) {
	var st intoto
	if json.Unmarshal(raw, &st) != nil {
		return nil
	}
	for _, s := range st.Subject {
		if d := s.Digest["sha256"]; d != "" {
			list = append(list, "sha256:"+d)
		}
	}
	return list
}

// statement reads an in-toto statement; predicate is its type if it does not say
// so itself.
func (a *Artifact) statement(s Subject, raw []byte, predicate string) {
	var st intoto
	if err := json.Unmarshal(raw, &st); err != nil {
		a.Kind, a.Format, a.Problem = kindOf(predicate), predicate, "it cannot be read: it is no JSON object of a statement"
		return
	}
	predicate = first(st.PredicateType, predicate)
	a.Kind, a.Format = kindOf(predicate), predicate
	switch a.Kind {
	case SBOM:
		a.document(st.Predicate, predicate)
	case Provenance:
		a.provenance(st.Predicate)
	}
	if subjects := subjectsOf(raw); len(subjects) > 0 && !slices.ContainsFunc(subjects, s.is) {
		a.Problem = "it is about another image: " + subjects[0]
	} else if len(subjects) == 0 {
		a.Problem = "it does not say which image it is about"
	}
}

func kindOf(predicate string) Kind {
	p := strings.ToLower(predicate)
	switch {
	case strings.HasPrefix(p, cosignSignedType):
		return Signature
	case strings.Contains(p, "spdx"), strings.Contains(p, "cyclonedx"), strings.Contains(p, "syft"):
		return SBOM
	case strings.Contains(p, "provenance"):
		return Provenance
	}
	return Statement
}

// document reads a list of what is in the image, whatever it is wrapped in.
func (a *Artifact) document(raw []byte, mediaType string) {
	a.Kind, a.Format = Other, mediaType
	if kindOf(mediaType) == SBOM {
		a.Kind = SBOM
	}
	var doc struct {
		SPDX         string            `json:"spdxVersion"`
		Name         string            `json:"name"`
		Packages     []json.RawMessage `json:"packages"`
		CreationInfo struct {
			Creators []string `json:"creators"`
			Created  string   `json:"created"`
		} `json:"creationInfo"`

		BOMFormat   string            `json:"bomFormat"`
		SpecVersion string            `json:"specVersion"`
		Components  []json.RawMessage `json:"components"`
		Metadata    struct {
			Timestamp string          `json:"timestamp"`
			Tools     json.RawMessage `json:"tools"`
		} `json:"metadata"`

		Artifacts  []json.RawMessage `json:"artifacts"`
		Descriptor struct {
			Name string `json:"name"`
		} `json:"descriptor"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		if a.Kind == SBOM && len(raw) > 0 && (raw[0] == '{' || raw[0] == '[') {
			a.Problem = "it cannot be read as JSON"
		}
		return
	}
	switch {
	case doc.SPDX != "":
		a.Kind, a.Format = SBOM, doc.SPDX
		a.claim("packages", strconv.Itoa(len(doc.Packages)))
		for _, c := range doc.CreationInfo.Creators {
			if tool, ok := strings.CutPrefix(c, "Tool: "); ok {
				a.claim("made by", tool)
			}
		}
		a.claim("made at", doc.CreationInfo.Created)
	case doc.BOMFormat != "":
		a.Kind, a.Format = SBOM, strings.TrimSpace(doc.BOMFormat+" "+doc.SpecVersion)
		a.claim("packages", strconv.Itoa(len(doc.Components)))
		a.claim("made at", doc.Metadata.Timestamp)
	case doc.Descriptor.Name == "syft":
		a.Kind, a.Format = SBOM, "syft"
		a.claim("packages", strconv.Itoa(len(doc.Artifacts)))
	case a.Kind == SBOM:
		a.Problem = "it is neither SPDX nor CycloneDX nor syft's"
	}
}

// provenance reads who built the image, of what (SLSA provenance v0.2 and v1).
func (a *Artifact) provenance(raw []byte) {
	var p struct {
		Builder struct { // v0.2
			ID string `json:"id"`
		} `json:"builder"`
		BuildType  string `json:"buildType"`
		Invocation struct {
			ConfigSource source `json:"configSource"`
		} `json:"invocation"`
		Materials []source `json:"materials"`

		Definition struct { // v1
			BuildType    string   `json:"buildType"`
			Dependencies []source `json:"resolvedDependencies"`
			External     struct {
				ConfigSource source `json:"configSource"`
			} `json:"externalParameters"`
		} `json:"buildDefinition"`
		Run struct {
			Builder struct {
				ID string `json:"id"`
			} `json:"builder"`
		} `json:"runDetails"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		a.Problem = "its predicate cannot be read"
		return
	}
	a.claim("built by", first(p.Run.Builder.ID, p.Builder.ID))
	a.claim("as", first(p.Definition.BuildType, p.BuildType))
	for _, s := range []source{p.Definition.External.ConfigSource, p.Invocation.ConfigSource} {
		if s.URI != "" {
			a.claim("from", s.String())
			break
		}
	}
	if n := len(p.Definition.Dependencies) + len(p.Materials); n > 0 {
		a.claim("materials", strconv.Itoa(n))
	}
}

// source is something a build took in.
type source struct {
	URI    string            `json:"uri"`
	Digest map[string]string `json:"digest"`
}

func (s source) String() string {
	for _, alg := range []string{"sha1", "gitCommit", "sha256"} {
		if d := s.Digest[alg]; d != "" && !strings.Contains(s.URI, d) {
			return fmt.Sprintf("%s at %s", s.URI, d)
		}
	}
	return s.URI
}
