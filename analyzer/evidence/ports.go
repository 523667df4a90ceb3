package evidence

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Port is one word of EXPOSE: a port or a range of them.
type Port struct {
	Word     string // as the config has it, "8080/tcp"
	From, To int    // the same for one port
	Proto    string // "tcp", "udp" or "sctp"; tcp where the word has none
	OK       bool   // false for what is no port; only Word counts then
}

// Ports are the words of EXPOSE, in their order.
func (img *Image) Ports() (list []Port) {
	for _, word := range slices.Sorted(maps.Keys(img.Run().ExposedPorts)) {
		number, proto, _ := strings.Cut(word, "/")
		first, last, ranged := strings.Cut(number, "-")
		if !ranged {
			last = first
		}
		if proto == "" {
			proto = "tcp"
		}
		p := Port{Word: word, Proto: strings.ToLower(proto)}
		var err1, err2 error
		p.From, err1 = strconv.Atoi(first)
		p.To, err2 = strconv.Atoi(last)
		p.OK = err1 == nil && err2 == nil && p.From > 0 && p.To >= p.From && p.To <= 65535 &&
			slices.Contains([]string{"tcp", "udp", "sctp"}, p.Proto)
		list = append(list, p)
	}
	return list
}
