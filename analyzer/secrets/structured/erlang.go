package structured

import "regexp"

// erlangTerm is {name, "value"} or {name, <<"value">>}, as the configuration of
// programs in Erlang has it.
var erlangTerm = regexp.MustCompile(`\{\s*'?(\w+)'?\s*,\s*(?:<<)?"([^"\n]*)"`)

// erlangTerms takes the secrets among the terms of a file.
func (f *file) erlangTerms() {
	for _, m := range erlangTerm.FindAllStringSubmatchIndex(f.text, maxHits) {
		if name := f.text[m[2]:m[3]]; isSecretName(name) {
			f.pair(m[0], name, f.text[m[4]:m[5]], true)
		}
	}
}
