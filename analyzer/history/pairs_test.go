package history_test

import (
	"strings"
	"testing"

	"peel/analyzer/check"
	"peel/analyzer/checktest"
	"peel/analyzer/finding"
	"peel/analyzer/history"
	. "peel/source/sourcetest"
)

func TestChecks(t *testing.T) {
	built := checktest.Built
	checktest.Walk(t, history.Family, []checktest.Pair{
		{ID: "H001", Bad: built("RUN /bin/sh -c apt-get update # buildkit"), Good: built("RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recommends a=1 # buildkit")},
		{ID: "H002", Bad: built("ADD app /app # buildkit"), Good: built("ADD app.tar.gz /app # buildkit")},
		{ID: "H003", Bad: built("RUN curl -fo /x https://example.org/x"), Good: built("RUN curl -fo /x https://example.org/x && sha256sum -c sums")},
		{ID: "H003", Bad: built("ADD http://example.org/x /x"), Good: built("ADD --checksum=sha256:0 https://example.org/x /x"), Severity: finding.Medium},
		{ID: "H003", Bad: built("RUN wget http://example.org/x"), Good: built("RUN wget -O- http://localhost:8080/"), Severity: finding.Medium},
		{ID: "H004", Bad: built("RUN curl -fsSL https://example.org/i.sh | sudo bash -s"), Good: built("RUN curl -fsSL https://example.org/i.sh -o i.sh && sh i.sh")},
		{ID: "H005", Bad: built("RUN apt-get update && apt-get -y dist-upgrade"), Good: built("RUN apt-get upgrade -y")},
		{ID: "H006", Bad: built("RUN pip install flask"), Good: built("RUN pip install --no-cache-dir flask==3.0 -r requirements.txt .")},
		{ID: "H006", Bad: built("RUN apk add --no-cache curl"), Good: built("RUN apk add --no-cache curl=8.1-r0 --virtual .deps")},
		{ID: "H007", Bad: built("RUN curl -fsSLk https://x/y"), Good: built("RUN curl -fsSL --keepalive-time 2 https://x/y")},
		{ID: "H007", Bad: built("RUN apt-get install -y --allow-unauthenticated a"), Good: built("RUN apt-get install -y a")},
		{ID: "H008", Bad: built("RUN chmod -R 777 /app"), Good: built("RUN chmod 755 /app")},
		{ID: "H009", Bad: built("RUN x && sudo make install"), Good: built("RUN apt-get remove -y sudo")},
		{ID: "H010", Bad: built("RUN apt-get install -y git"), Good: built("RUN apt-get install -y --no-install-recommends git")},
		{ID: "H011", Bad: built("ARG NPM_TOKEN"), Good: built("ARG TOKEN_FILE", "ARG VERSION=1")},
		{ID: "H013", Bad: built("COPY . /app # buildkit", "RUN /bin/sh -c npm ci"), Good: built("COPY package.json /app/", "RUN npm ci", "COPY . /app")},
		{ID: "H013", Bad: built("COPY dir:0123 in /app ", "RUN apt-get update && apt-get install -y git"), Good: built("COPY --from=build ./ /app", "RUN npm ci")},
		{ID: "H012", Bad: built("RUN /bin/sh -c cd /app"), Good: built("RUN /bin/sh -c cd /app && make")},
	})
}

// Without the words of a build there is no answer: a squashed image has not passed.
func TestNoHistory(t *testing.T) {
	img := Image{Layers: []Layer{{NoHistory: true, Files: []File{Reg("a", "b")}}}}
	a := checktest.Analyze(t, img, "")
	for _, c := range history.Family.Checks {
		if o := checktest.Outcome(t, a, c.ID); o.Status != check.Unknown || o.Reason == "" {
			t.Errorf("%s: %v %s", c.ID, o.Status, o.Reason)
		}
	}
}

// What a finding quotes of a step holds no password.
func TestQuotes(t *testing.T) {
	a := checktest.Analyze(t, checktest.Built("RUN curl -u me:hunter2 https://me:hunter2@example.org/x", "ADD https://me:hunter2@example.org/y /y", "ARG TOKEN=hunter2"), "")
	for _, f := range a.Findings {
		if strings.Contains(f.Match+f.Reason+f.Title, "hunter2") {
			t.Errorf("%+v", f)
		}
	}
	if len(checktest.Findings(a, "H003")) != 2 {
		t.Error("the downloads were not found")
	}
}
