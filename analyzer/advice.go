package analyzer

import (
	"peel/analyzer/secrets"
)

// Advice is what there is to say of all findings of one check. All of it is
// plain text; Before and After are lines of a Containerfile.
type Advice struct {
	ID, Title string
	What      string // what is wrong
	Why       string // to whom it matters
	Fix       string // what to do
	Before    string
	After     string
	Reference string
}

// Advise finds the advice of a check, of whatever family, by the id that its
// findings have.
func Advise(id string) (Advice, bool) {
	for i := range secrets.Checks {
		if c := &secrets.Checks[i]; c.ID == id {
			return Advice{
				ID: c.ID, Title: c.Title, What: c.What, Why: c.Why, Fix: c.Fix,
				Before: c.Before, After: c.After, Reference: c.Link,
			}, true
		}
	}
	return Advice{}, false
}

// Family is a group of checks that run together or not at all.
type Family struct {
	Name   string // as --scanners takes it
	Looks  string // what it looks at, for a sentence
	Checks int
	Ran    bool // or runs, while the image is still read
}

// Families are those that can have findings, and whether they were asked for.
func (a *Analysis) Families() []Family {
	return []Family{
		{Name: "secrets", Looks: "credentials in files, the configuration and the history", Checks: len(secrets.Checks), Ran: a.Examined},
	}
}
