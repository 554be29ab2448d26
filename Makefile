.DEFAULT_GOAL := help

help: ## show this
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: ## run the main job: non-IP data both ways, with a ladder of every message
	go run ./examples/quickstart

test: ## run all tests
	go test work

race: ## run all tests with the race detector
	go test -race -count=1 work

bench: ## measure the chains against the floor
	cd bench && go test -run '^$$' -bench . -timeout 20m

fuzz: ## fuzz each decoder for half a minute
	@set -e; for d in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for f in $$(grep -h -o '^func Fuzz[A-Za-z0-9_]*' $$d/*_test.go | cut -c6-); do \
	    (cd $$d && go test -run '^$$' -fuzz "^$$f$$" -fuzztime 30s -fuzzminimizetime 1x .); done; done

generate: ## make the typed commands out of the dictionaries
	go generate ./...

lint: ## format, vet, lint, dictionaries, tests: what CI does
	.ci/run

.PHONY: help demo test race bench fuzz generate lint
