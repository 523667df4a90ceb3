// Package secrettest makes secrets for tests: nobody has ever issued them.
package secrettest

import "hash/crc32"

const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// Token is the nth token of a code host, with a right checksum.
func Token(n int) string {
	b := make([]byte, 30)
	seed := uint32(n)*2654435761 + 12345
	for i := range b {
		seed = seed*1664525 + 1013904223
		b[i] = digits[seed>>16%62]
	}
	sum := crc32.ChecksumIEEE(b)
	var tail [6]byte
	for i := len(tail) - 1; i >= 0; i-- {
		tail[i] = digits[sum%62]
		sum /= 62
	}
	return "ghp_" + string(b) + string(tail[:])
}
