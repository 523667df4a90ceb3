package main

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// plant puts a secret into a text: as it is for {}, encoded for {base64}, {hex},
// {percent} and {basic}, which is the base64 of a user and the secret.
func plant(text, secret string) string {
	return strings.NewReplacer(
		"{}", secret,
		"{base64}", base64.StdEncoding.EncodeToString([]byte(secret)),
		"{basic}", base64.StdEncoding.EncodeToString([]byte("svc:"+secret)),
		"{hex}", hex.EncodeToString([]byte(secret)),
		"{percent}", url.PathEscape(secret),
	).Replace(text)
}
