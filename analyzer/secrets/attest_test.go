package secrets

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"peel/analyzer/finding"
	"peel/source/oci"
)

// provenanceOf is what buildkit writes of a build in mode=max: v0.2 by default,
// and v1.
func provenanceOf(version, dockerfile string, args map[string]string, env []string) []byte {
	type object = map[string]any
	source := object{"infos": []object{{"filename": "Dockerfile", "language": "Dockerfile", "data": base64.StdEncoding.EncodeToString([]byte(dockerfile))}}}
	llb := []object{{"id": "step1", "op": object{"Op": object{"exec": object{"meta": object{"args": []string{"/bin/sh", "-c", "make"}, "env": env}}}}}}
	var predicate object
	if version == "v1" {
		predicate = object{
			"buildDefinition": object{
				"externalParameters": object{"request": object{"frontend": "gateway.v0", "args": args}},
				"internalParameters": object{"buildConfig": object{"llbDefinition": llb}},
			},
			"runDetails": object{"metadata": object{"buildkit_metadata": object{"source": source}}},
		}
	} else {
		predicate = object{
			"buildConfig": object{"llbDefinition": llb},
			"invocation":  object{"parameters": object{"frontend": "gateway.v0", "args": args}},
			"metadata":    object{"https://mobyproject.org/buildkit@v1#metadata": object{"source": source}},
		}
	}
	b, err := json.Marshal(object{"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "https://slsa.dev/provenance/" + version, "predicate": predicate})
	if err != nil {
		panic(err)
	}
	return b
}

func TestAttestations(t *testing.T) {
	inArg, inEnv, inFile := signed("ghp_", "a"+random30[1:]), signed("ghp_", "b"+random30[1:]), signed("ghp_", "c"+random30[1:])
	dockerfile := "FROM debian\nRUN curl \\\n  -H 'Authorization: token " + inFile + "' https://x.org\nARG DB_PASSWORD=letmeinplease\nARG VERSION=1.2.3\nENV TOKEN=${TOKEN}\n"
	args := map[string]string{"build-arg:TOKEN": inArg, "build-arg:API_SECRET": "correcthorse", "build-arg:TAG": "1.2.3", "label:a.b": "text", "cmdline": "docker/dockerfile:1"}
	for version, want := range map[string]map[string]string{
		"v1": {
			inArg:           `attestation[0].predicate.buildDefinition.externalParameters.request.args["build-arg:TOKEN"]`,
			"correcthorse":  `attestation[0].predicate.buildDefinition.externalParameters.request.args["build-arg:API_SECRET"]`,
			inEnv:           `attestation[0].predicate.buildDefinition.internalParameters.buildConfig.llbDefinition[0].op.Op.exec.meta.env[1]`,
			inFile:          `attestation[0].predicate.runDetails.metadata.buildkit_metadata.source.infos[0].data, line 2`,
			"letmeinplease": `attestation[0].predicate.runDetails.metadata.buildkit_metadata.source.infos[0].data, line 4`,
		},
		"v0.2": {
			inArg:           `attestation[0].predicate.invocation.parameters.args["build-arg:TOKEN"]`,
			"correcthorse":  `attestation[0].predicate.invocation.parameters.args["build-arg:API_SECRET"]`,
			inEnv:           `attestation[0].predicate.buildConfig.llbDefinition[0].op.Op.exec.meta.env[1]`,
			inFile:          `attestation[0].predicate.metadata["https://mobyproject.org/buildkit@v1#metadata"].source.infos[0].data, line 2`,
			"letmeinplease": `attestation[0].predicate.metadata["https://mobyproject.org/buildkit@v1#metadata"].source.infos[0].data, line 4`,
		},
	} {
		raw := provenanceOf(version, dockerfile, args, []string{"PATH=/usr/bin:/bin", "TOKEN=" + inEnv, "AGAIN=" + inEnv})
		doc := oci.Attestation{PredicateType: "https://slsa.dev/provenance/" + version, Raw: raw}
		list := scanner(t).Assemble(Image{Base: NoBase, Attestations: []oci.Attestation{doc}}).Findings
		if len(list) != len(want) {
			t.Errorf("%s: %d findings, want %d", version, len(list), len(want))
		}
		for _, f := range list {
			if f.ID != "S052" || f.Where != want[f.Secret] || f.Severity < finding.High {
				t.Errorf("%s: %s %v at %s, want %s", version, f.ID, f.Severity, f.Where, want[f.Secret])
			}
			if f.Secret == inEnv && !strings.Contains(f.Reason, "1 more place") {
				t.Errorf("nothing is said of the second place: %q", f.Reason)
			}
		}
	}
}

// TestInventories guards that of an SBOM what has a form of its own is found,
// and nothing by the names that its lists of packages are full of.
func TestInventories(t *testing.T) {
	tok := signed("ghp_", random30)
	sbom := `{"packages":[{"name":"password-store","versionInfo":"1.7.4","checksums":[{"algorithm":"SHA1","checksumValue":"85ed0817af83a24ad8da68c2b5094de69833983c"}]},
		{"name":"x","downloadLocation":"git+https://ci:` + tok + `@github.com/a/b","token":"aB3dE5gH7jK9mN1pQ3sT5vW7"}]}`
	doc := oci.Attestation{PredicateType: "https://spdx.dev/Document", Raw: []byte(sbom)}
	list := scanner(t).Assemble(Image{Base: NoBase, Attestations: []oci.Attestation{doc}}).Findings
	if len(list) != 1 || list[0].Secret != tok || list[0].Where != "attestation[0].packages[1].downloadLocation" {
		t.Errorf("%+v", list)
	}
}

func TestBrokenAttestation(t *testing.T) {
	deep := strings.Repeat("[", maxStatementDepth+1)
	for _, raw := range []string{"{", "no JSON", deep, `{"a":`} {
		res := scanner(t).Assemble(Image{Base: NoBase, Attestations: []oci.Attestation{{Raw: []byte(raw)}}})
		if len(res.Notes) != 1 {
			t.Errorf("%.20q: notes %q", raw, res.Notes)
		}
	}
}

func FuzzAttestation(f *testing.F) {
	s := scanner(f)
	f.Add("https://slsa.dev/provenance/v1", provenanceOf("v1", "FROM a\nARG B=c \\\n d\n# x\nENV E f\n", map[string]string{"build-arg:A": "b"}, []string{"A=b"}))
	f.Add("https://spdx.dev/Document", []byte(`{"a":[{"b":"c"},1,null,true],"d":{}}`))
	f.Fuzz(func(t *testing.T, predicate string, raw []byte) {
		res := s.Assemble(Image{Base: NoBase, Attestations: []oci.Attestation{{PredicateType: predicate, Raw: raw}}})
		for _, x := range res.Findings {
			if x.ID != "S052" || !strings.HasPrefix(x.Where, "attestation[0]") || x.Secret == "" {
				t.Errorf("%+v", x)
			}
		}
	})
}
