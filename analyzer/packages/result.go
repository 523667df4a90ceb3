package packages

import (
	"github.com/anchore/syft/syft/sbom"

	"peel/analyzer/inventory"
)

// Result is what Catalog found. It can be encoded as a bill of materials.
type Result struct {
	inventory.Inventory
	sbom    *sbom.SBOM      // of what is installed, as syft has it
	secrets map[string]bool // that were masked in the inventory
}
