// Package supply checks how an image comes from its build to whoever runs it:
// what is attached to it, its index, its digests and media types.
package supply

import (
	"peel/analyzer/check"
	"peel/analyzer/evidence"
	"peel/analyzer/finding"
)

// Name is the family's, as --scanners takes it.
const Name = "supply"

// Family is the checks of this package.
var Family = check.Register(check.Family{
	Name: Name, Letter: "X", Title: "signatures, SBOMs, provenance, digests and media types", Checks: checks,
	Inspector: evidence.Collector{}, Attached: true,
})

const refReferrers = "OCI distribution spec, \"Listing Referrers\""

var checks = []check.Check{
	{
		ID: "X001", Title: "no signature", Severity: finding.Low, Needs: check.Config, Run: signature,
		What:      "Nothing that is attached to the image or its index is a signature: cosign's tag and referrers, Sigstore bundles, notation. With --key, that no signature verifies with that key is high; without one they are attached, not verified.",
		Why:       "Whoever can push to the registry, or stands between it and the cluster, can put another image in the place of this one, and nobody can tell.",
		Fix:       "Sign the digest when the image is pushed, and let the cluster admit only what verifies.",
		Before:    "docker push registry.example.org/app:1",
		After:     "docker push registry.example.org/app:1\ncosign sign --key cosign.key registry.example.org/app@sha256:…",
		Reference: "cosign, SIGNATURE_SPEC; Notary Project, signature specification; " + refReferrers, Peers: "CIS 4.5, CIS-DI-0005",
	},
	{
		ID: "X002", Title: "no SBOM", Severity: finding.Low, Needs: check.Config, Run: sbom,
		What:      "Nothing that is attached to the image is a list of what is in it: SPDX, CycloneDX or syft, as attestation, referrer or cosign's tag.",
		Why:       "When a fault of a library becomes known, nobody can look up which images have it: each must be pulled and scanned, and statically linked code is not found even so.",
		Fix:       "Let the build attach one.",
		Before:    "docker buildx build --push -t registry.example.org/app:1 .",
		After:     "docker buildx build --push --sbom=true -t registry.example.org/app:1 .",
		Reference: "BuildKit, docs/attestations/sbom.md; NTIA, minimum elements of an SBOM",
	},
	{
		ID: "X003", Title: "no provenance", Severity: finding.Info, Needs: check.Config, Run: provenance,
		What:      "Nothing that is attached to the image says how it was built: SLSA provenance, as attestation or referrer.",
		Why:       "Nobody can tell from which source and by which builder it was made, so that an image that somebody built on a laptop looks like one of the pipeline.",
		Fix:       "Let the build attach it. Mode max holds the values of build arguments: see S052.",
		Before:    "docker buildx build --push --provenance=false -t registry.example.org/app:1 .",
		After:     "docker buildx build --push --provenance=mode=max -t registry.example.org/app:1 .",
		Reference: "SLSA v1.0, \"Provenance\"; BuildKit, docs/attestations/slsa-provenance.md",
	},
	{
		ID: "X004", Title: "index that says something else than its images", Severity: finding.Medium, Needs: check.Config, Run: index,
		What:      "The index gives the image another platform than its config has. That it names one platform twice is low; that entries have no platform and are no attestations is information.",
		Why:       "Machines choose by the index: they pull an image that does not run on them, or one of two that nobody told apart.",
		Fix:       "Build and push all platforms at once, so that the index is made of what was built.",
		Before:    "docker manifest annotate app:1 app:1-arm64 --arch amd64",
		After:     "docker buildx build --platform linux/amd64,linux/arm64 --push -t app:1 .",
		Reference: "OCI image spec, image-index.md, \"platform\"",
	},
	{
		ID: "X005", Title: "bytes that are not what was promised", Severity: finding.Critical, Needs: check.Config, Run: mismatch,
		What:      "Each layer was hashed as it was read, as stored and unpacked. One has not the digest that the manifest names, or not the diffID that the config names.",
		Why:       "The layer was damaged, or exchanged on the way: what runs is not what was built, signed and scanned. Runtimes that do not check unpack it all the same.",
		Fix:       "Do not run it. Push the image again from its build, and find out where the bytes were changed.",
		Before:    "# an archive or a layout that was edited by hand",
		After:     "docker buildx build --no-cache --push -t registry.example.org/app:1 .",
		Reference: "OCI image spec, descriptor.md, \"Verification\"",
	},
	{
		ID: "X006", Title: "media types that do not fit together", Severity: finding.Low, Needs: check.Config, Run: mediaTypes,
		What:      "The manifest mixes the types of Docker and of OCI, or a layer is stored in another compression than its type says (medium).",
		Why:       "Some registries and runtimes refuse such an image, others guess: it works where it was tested, and not elsewhere.",
		Fix:       "Let one tool write the whole image, in one format.",
		Before:    "# a tool that replaced layers and left their types",
		After:     "skopeo copy --format oci docker://app:1 docker://registry.example.org/app:1",
		Reference: "OCI image spec, media-types.md; layer.md, \"Layer Media Types\"",
	},
	{
		ID: "X007", Title: "SBOM inside the image", Severity: finding.Info, Needs: check.Files, Run: inside,
		What:      "A file of the image is a list of packages by its name: SPDX, CycloneDX or syft.",
		Why:       "Scanners take its word for what is in the image. It was made before the image was whole, often for the base image alone, and whoever writes the image can write it.",
		Fix:       "Attach the list to the finished image, and leave it out of the files.",
		Before:    "COPY sbom.spdx.json /usr/share/sbom/",
		After:     "# docker buildx build --sbom=true …",
		Reference: "CycloneDX and SPDX specifications, \"Recognized file patterns\"",
	},
	{
		ID: "X008", Title: "attached to an image that it is not about", Severity: finding.Medium, Needs: check.Config, Run: foreign,
		What:      "A signature or statement that is attached to the image names another digest, none, or cannot be read.",
		Why:       "It looks signed and documented, and is not: the image was changed after it was attached, or somebody copied what belongs to another one.",
		Fix:       "Make and attach it anew, from the digest that is in the registry.",
		Before:    "cosign copy registry.example.org/app:1 registry.example.org/other:1",
		After:     "cosign sign --key cosign.key registry.example.org/other@sha256:…",
		Reference: "in-toto attestation, spec/v1/statement.md, \"subject\"; cosign, SIGNATURE_SPEC, \"Payload\"",
	},
}
