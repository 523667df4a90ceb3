package structured

import "strings"

// parseTFState reads a Terraform state: it has the passwords and keys of all
// that Terraform made, in clear.
func parseTFState(f *file) {
	walkJSON(f.text, func(n *node) {
		key := n.key()
		if key == "value" && n.under("outputs") {
			key = n.up(1)
		}
		if !n.quoted || len(n.value) < 4 || strings.Contains(n.value, pemBegin) {
			return
		}
		switch {
		case isSecretName(key), key == "secret_string", key == "secret_data", key == "result" && n.under("attributes") && len(n.value) < 200, key == "primary_connection_string", key == "kube_config_raw":
			f.json("S029", "Terraform attribute "+clip(key, 60), n)
		}
	})
}

// parseTFVars reads variables of Terraform in HCL.
func parseTFVars(f *file) {
	walkINI(f.text, "=", func(e entry) {
		if isSecretName(e.key) && !strings.HasPrefix(e.value, "{") && !strings.HasPrefix(e.value, "[") {
			f.secret("S029", "Terraform variable "+clip(e.key, 60), e.off, e.value)
		}
	})
	f.urls("S029", "URL with a password", f.text, 0)
}

// parseSecretJSON reads JSON by the names of its keys.
func parseSecretJSON(f *file) {
	walkJSON(f.text, func(n *node) {
		if isSecretName(n.key()) {
			f.json("S029", "value of "+clip(n.key(), 60), n)
		}
	})
}

// parseTerraformRC reads the command line's configuration, HCL or JSON.
func parseTerraformRC(f *file) {
	if strings.HasSuffix(f.base, ".json") {
		parseSecretJSON(f)
		return
	}
	walkINI(f.text, "=", func(e entry) {
		if e.key == "token" {
			f.secret("S029", "Terraform token", e.off, e.value).verify(strings.Contains(e.value, ".atlasv1."), "the form of a token of HCP Terraform")
		}
	})
}
