package check

import (
	"fmt"
	"strings"
)

// Peer is a check of another tool.
type Peer struct {
	ID    string
	Title string // in few words
	// Left says why no check of ours is it; "" if one is.
	Left string
}

// PeerTool is a tool whose checks are compared with ours.
type PeerTool struct {
	Name  string
	About string // which of its checks are meant
	Looks string // at what they look
	Peers []Peer
}

// Why checks of build files have no kin here.
const (
	leftNoTrace = "it leaves no trace in an image: look at the build file"
	leftFails   = "the build fails, or the builder takes the last: the image shows nothing"
)

// PeerTools are the ones that people come from. Which of our checks is a peer's
// kin stands in that check's Peers.
var PeerTools = []PeerTool{
	{
		Name: "dockle", About: "all checkpoints of dockle (CHECKPOINT.md)",
		Looks: "dockle looks at the image, and for most at the text of its history.",
		Peers: []Peer{
			{ID: "CIS-DI-0001", Title: "create a user for the container"},
			{ID: "CIS-DI-0002", Title: "use trusted base images", Left: "whom to trust is the user's to say: M024 tells whether the base is recorded; dockle looks at a variable of the machine that it runs on"},
			{ID: "CIS-DI-0003", Title: "no unnecessary packages (dockle does not support it)"},
			{ID: "CIS-DI-0004", Title: "scan and rebuild for security patches (dockle does not support it)", Left: "vulnerabilities are for scanners with a database; M021 tells how old the image is"},
			{ID: "CIS-DI-0005", Title: "content trust"},
			{ID: "CIS-DI-0006", Title: "HEALTHCHECK"},
			{ID: "CIS-DI-0007", Title: "no update instruction alone"},
			{ID: "CIS-DI-0008", Title: "setuid and setgid files"},
			{ID: "CIS-DI-0009", Title: "COPY instead of ADD"},
			{ID: "CIS-DI-0010", Title: "no secrets"},
			{ID: "CIS-DI-0011", Title: "verified packages only (dockle does not support it)"},
			{ID: "DKL-DI-0001", Title: "no sudo"},
			{ID: "DKL-DI-0002", Title: "no sensitive directory as volume"},
			{ID: "DKL-DI-0003", Title: "no apt-get dist-upgrade, apk upgrade"},
			{ID: "DKL-DI-0004", Title: "apk add --no-cache"},
			{ID: "DKL-DI-0005", Title: "clear the caches of apt-get"},
			{ID: "DKL-DI-0006", Title: "no tag latest"},
			{ID: "DKL-LI-0001", Title: "no empty password"},
			{ID: "DKL-LI-0002", Title: "unique user and group IDs"},
			{ID: "DKL-LI-0003", Title: "only necessary files"},
		},
	},
	{
		Name: "trivy", About: "all checks of trivy config and trivy image --image-config-scanners misconfig for Dockerfiles (trivy-checks, checks/docker)",
		Looks: "trivy looks at the build file, or at one that it guesses from the history.",
		Peers: []Peer{
			{ID: "DS-0001", Title: "tag latest"},
			{ID: "DS-0002", Title: "root user"},
			{ID: "DS-0004", Title: "port 22 exposed"},
			{ID: "DS-0005", Title: "ADD instead of COPY"},
			{ID: "DS-0006", Title: "COPY --from of its own stage", Left: leftFails},
			{ID: "DS-0007", Title: "several ENTRYPOINTs", Left: leftFails},
			{ID: "DS-0008", Title: "port out of range"},
			{ID: "DS-0009", Title: "WORKDIR not absolute"},
			{ID: "DS-0010", Title: "sudo in RUN"},
			{ID: "DS-0011", Title: "COPY of several files to what is no directory", Left: leftFails},
			{ID: "DS-0012", Title: "stage named twice", Left: leftFails},
			{ID: "DS-0013", Title: "RUN cd instead of WORKDIR"},
			{ID: "DS-0014", Title: "both wget and curl", Left: "it is a matter of taste; P030 tells which of them are in the image"},
			{ID: "DS-0015", Title: "yum clean all missing"},
			{ID: "DS-0016", Title: "several CMDs", Left: leftFails},
			{ID: "DS-0017", Title: "update alone"},
			{ID: "DS-0019", Title: "dnf clean all missing"},
			{ID: "DS-0020", Title: "zypper clean missing"},
			{ID: "DS-0021", Title: "apt-get without -y", Left: "without it the build fails, so that there is no image"},
			{ID: "DS-0022", Title: "MAINTAINER is deprecated"},
			{ID: "DS-0023", Title: "several HEALTHCHECKs", Left: leftFails},
			{ID: "DS-0024", Title: "apt-get dist-upgrade"},
			{ID: "DS-0025", Title: "apk add without --no-cache"},
			{ID: "DS-0026", Title: "no HEALTHCHECK"},
			{ID: "DS-0027", Title: "microdnf clean all missing"},
			{ID: "DS-0029", Title: "apt-get without --no-install-recommends"},
			{ID: "DS-0030", Title: "WORKDIR on a system directory"},
			{ID: "DS-0031", Title: "secrets in build arguments, variables and copied files"},
			{ID: "DS-0032", Title: "pipe without pipefail", Left: leftNoTrace + "; H004 tells of downloads that are piped into a shell"},
		},
	},
}

// Kin are our checks that name an id of another tool's as their peer.
func Kin(peer string) (ids []string) {
	for _, f := range families {
		for i := range f.Checks {
			for p := range strings.SplitSeq(f.Checks[i].Peers, ",") {
				if strings.TrimSpace(p) == peer {
					ids = append(ids, f.Checks[i].ID)
				}
			}
		}
	}
	return ids
}

// maxKin is how many are named one by one; a peer that stands for a whole family
// has more.
const maxKin = 6

// PeersPage compares the checks with those of other tools, in Markdown.
func PeersPage() string {
	var b strings.Builder
	b.WriteString("# Peers\n\nWhich checks of other tools peel has, under which id, and which it left out and why. This page is made from the catalogue by `make generate`; the pages of the checks name their peers too, hadolint's (DL) among them. peel looks at the effect: a cache is the bytes that are there, not a step without an option.\n")
	for _, t := range PeerTools {
		have := 0
		for _, p := range t.Peers {
			if p.Left == "" {
				have++
			}
		}
		fmt.Fprintf(&b, "\n## %s\n\n%d of %d: %s. %s\n\n| %s | | peel |\n|---|---|---|\n", t.Name, have, len(t.Peers), t.About, t.Looks, t.Name)
		for _, p := range t.Peers {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", p.ID, p.Title, p.answer())
		}
	}
	return b.String()
}

func (p Peer) answer() string {
	if p.Left != "" {
		return "left out: " + p.Left
	}
	ids := Kin(p.ID)
	if n := len(ids); n > maxKin {
		return fmt.Sprintf("[%s](%s.md) to [%s](%s.md), %d checks", ids[0], ids[0], ids[n-1], ids[n-1], n)
	}
	links := make([]string, len(ids))
	for i, id := range ids {
		links[i] = fmt.Sprintf("[%s](%s.md)", id, id)
	}
	return strings.Join(links, ", ")
}
