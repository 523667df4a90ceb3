package structured

import (
	"crypto/aes"
	"crypto/cipher"
	"strings"
)

// rcloneKey is the key that rclone obscures passwords with. It is in rclone's
// source, and the same for all.
var rcloneKey = []byte{
	0x9c, 0x93, 0x5b, 0x48, 0x73, 0x0a, 0x55, 0x4d, 0x6b, 0xfd, 0x7c, 0x63, 0xc8, 0x86, 0xa9, 0x2b,
	0xd3, 0x90, 0x19, 0x8e, 0xb8, 0x12, 0x8a, 0xfb, 0xf4, 0xde, 0x16, 0x2b, 0x8b, 0x95, 0xf6, 0x38,
}

// reveal undoes what rclone obscure does: base64 of an IV and AES-CTR.
func reveal(s string) (string, bool) {
	b, ok := decode64(s)
	if !ok || len(b) <= aes.BlockSize || len(b) > 4096 {
		return "", false
	}
	block, err := aes.NewCipher(rcloneKey)
	if err != nil {
		return "", false
	}
	out := b[aes.BlockSize:]
	cipher.NewCTR(block, b[:aes.BlockSize]).XORKeyStream(out, out)
	return string(out), printable(out)
}

// parseRclone reads rclone.conf. An encrypted one has no sections.
func parseRclone(f *file) {
	if strings.Contains(f.text, "RCLONE_ENCRYPT_V0:") {
		return
	}
	walkINI(f.text, "=", func(e entry) {
		title := "rclone " + clip(e.key, 40) + " of [" + clip(e.section, 40) + "]"
		switch e.key {
		case "pass", "password", "password2", "key_file_pass", "pass2":
			h := f.secret("S029", title, e.off, e.value)
			if clear, ok := reveal(e.value); ok && h != nil {
				h.Value, h.Raw = clear, e.value
				h.sure("obscured only: it can be read back with a key that is public")
			}
		case "token":
			walkJSON(e.value, func(n *node) {
				if n.key() == "access_token" || n.key() == "refresh_token" {
					f.secret("S029", "rclone "+n.key()+" of ["+clip(e.section, 40)+"]", e.off, n.value)
				}
			})
		case "service_account_credentials", "user", "type":
		default:
			if isSecretName(e.key) || e.key == "key" || e.key == "account_key" {
				f.secret("S029", title, e.off, e.value)
			}
		}
	})
}
