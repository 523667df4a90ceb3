package secrets

import "peel/analyzer/check"

// Family is the checks of this package in the catalogue. A Scanner answers them.
var Family = check.Register(check.Family{
	Name: "secrets", Letter: "S", Title: "credentials in files, config and history", Checks: described(),
})

func described() []check.Check {
	list := make([]check.Check, len(Checks))
	for i, c := range Checks {
		list[i] = check.Check{
			ID: c.ID, Title: c.Title, Severity: c.Severity, What: c.What, Why: c.Why,
			Fix: c.Fix, Before: c.Before, After: c.After, Reference: c.Link,
		}
		if c.Link == linkCIS {
			list[i].Peers = "CIS 4.10, CIS-DI-0010, DL3064, DS-0031"
		}
	}
	return list
}
