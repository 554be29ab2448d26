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

fuzz: ## fuzz each decoder for 20 seconds, or FUZZTIME=...
	.ci/fuzz

generate: ## make the typed commands out of the dictionaries
	go generate work

lint: ## format, vet, lint, dictionaries, tests: what CI does
	.ci/run

.PHONY: help demo test race bench fuzz generate lint
