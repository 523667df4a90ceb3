// Package betterleaks holds rules of betterleaks as data: those that gitleaks has
// not, or has for an older form of the same credential.
//
// Rules are those of the module that go.mod names, as a table made by go generate; a
// test fails when the two differ. betterleaks writes what a rule does not mean as
// expressions: the few forms that these take are translated, and a rule with any
// other is left out by name.
package betterleaks

//go:generate go test -run TestTable -update
