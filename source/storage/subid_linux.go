package storage

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxSubIDs bounds /etc/subuid, with room for 100,000 users.
	maxSubIDs = 8 << 20
	// maxRanges is more than newuidmap accepts (user_namespaces(7): 340).
	maxRanges = 300
)

// subordinates are the arguments of newuidmap and newgidmap that map the user
// to root, and the user's subordinate ids to those that follow.
func subordinates() (uids, gids []string, err error) {
	id := strconv.Itoa(os.Getuid())
	who := []string{id}
	if u, err := user.LookupId(id); err == nil {
		who = append(who, u.Username)
	}
	if uids, err = mapping("/etc/subuid", os.Getuid(), who); err != nil {
		return nil, nil, err
	}
	gids, err = mapping("/etc/subgid", os.Getgid(), who)
	return uids, gids, err
}

func mapping(path string, own int, who []string) ([]string, error) {
	b, err := readLimited(path, maxSubIDs)
	if err != nil {
		return nil, fmt.Errorf("reading the subordinate ids: %w", err)
	}
	ranges := subRanges(b, who)
	if len(ranges) == 0 {
		return nil, errors.New(path + " has no ids for this user")
	}
	args := []string{"0", strconv.Itoa(own), "1"}
	next := uint64(1)
	for _, r := range ranges {
		args = append(args, strconv.FormatUint(next, 10), strconv.FormatUint(r[0], 10), strconv.FormatUint(r[1], 10))
		next += r[1]
	}
	return args, nil
}

// subRanges reads the ranges of a user, first id and number, in a file of lines
// "user:first:number" (subuid(5)).
func subRanges(b []byte, who []string) (out [][2]uint64) {
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan() && len(out) < maxRanges; {
		f := strings.Split(lines.Text(), ":")
		if len(f) != 3 || !slices.Contains(who, f[0]) {
			continue
		}
		first, err1 := strconv.ParseUint(f[1], 10, 32)
		n, err2 := strconv.ParseUint(f[2], 10, 32)
		if err1 == nil && err2 == nil && n > 0 {
			out = append(out, [2]uint64{first, n})
		}
	}
	return out
}
