// Package url stands in for go-getter's parser of addresses.
package url

import "net/url"

// Parse is that of net/url.
func Parse(s string) (*url.URL, error) { return url.Parse(s) }
