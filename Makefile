# make run    build peel and open the sample image, or IMAGE=… any other
# make test   install what the tests need, and run them all
# make bench  compare with dive, and the Go benchmarks
# make secrets-eval  recall and false positives of the secret scanner
# make lint   formatting, vet, golangci-lint, shellcheck; lists long functions
# make demo   screenshots of the sample image, as text and SVG, in dist/demo

IMAGE   ?= sample:
BIN     := dist/peel
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null)
GOFLAGS += -trimpath
LDFLAGS := -s -w -X main.release=$(VERSION)

export CGO_ENABLED ?= 0

.PHONY: run build test unit bench secrets-eval lint demo generate drift clean

run: build
	@$(BIN) $(IMAGE)

build:
	@go build $(GOFLAGS) -ldflags '$(LDFLAGS)' -o $(BIN) ./cmd/peel

# What the real servers and builders need is installed first, where that can be
# done; elsewhere the tests that need them say what they skip.
test:
	@./testdata/test.sh

unit:
	go test ./...

bench: build
	@./testdata/bench.sh
	go test -run '^$$' -bench . -benchtime 1x ./...

# How many secrets are found, and how many that are none: on the samples of
# gitleaks' own rules, and on clean trees of this machine.
secrets-eval:
	@./testdata/secretseval/eval.sh

lint:
	@./testdata/lint.sh

demo: build
	@go run ./testdata/demo -peel $(BIN) -out dist/demo

# Everything that is made from code, and must not drift from it.
generate:
	go generate ./...

drift: generate
	@git diff --exit-code -- source/sample analyzer/secrets/gitleaks analyzer/packages docs/checks || { echo 'generated files differ: commit what make generate wrote' >&2; exit 1; }

clean:
	rm -rf dist
