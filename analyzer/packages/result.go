package packages

import (
	"github.com/anchore/syft/syft/sbom"

	"peel/analyzer/inventory"
	"peel/analyzer/redact"
)

// Result is what Catalog found. It can be encoded as a bill of materials.
type Result struct {
	inventory.Inventory
	sbom    *sbom.SBOM       // of what is installed, as syft has it
	secrets map[string]bool  // that were masked in the inventory
	known   *redact.Redactor // masks what was found in the image itself
}
