# `make` shows what there is. `make reproduce` and `make test` need Go and make; XLA also a C compiler, python3 and pip.

# smoke (seconds, checks that all runs), quick (minutes), cpu (hours), paper (a GPU)
PRESET ?= quick

# Pure Go computes 3 to 4 times faster with it on amd64; elsewhere it changes nothing.
GOEXPERIMENT ?= simd
export GOEXPERIMENT

# How long make fuzz takes for each of its targets.
FUZZTIME ?= 10m

.DEFAULT_GOAL := help
.PHONY: help reproduce test build fmt lint unit outside notebooks kernel lab browser-test xla tools clean docker faults fuzz docker-test bundle bundle-test docs docs-test

help: ## this list
	@echo 'Two commands do everything:'
	@echo '  make reproduce               every figure and table, then results/index.html'
	@echo '  make test                    vet, lint, unit tests, notebooks'
	@echo 'All targets:'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-24s%s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo 'Settings:'
	@echo '  PRESET=smoke|quick|cpu|paper how much make reproduce runs (quick)'
	@echo '  FUZZTIME=10m                 how long make fuzz takes for each target'
	@echo '  VAPO_BACKEND=go|xla|auto     what computes (auto); see go doc ./vapo/backend'
	@echo '  VAPO_DATA=FOLDER             real images; without, elements that need them say so'
	@echo 'One element alone: go run ./experiments run fig1; go run ./experiments list'

reproduce: ## every figure and table at PRESET, then the report
	@scripts/fetch-xla || true
	go run ./experiments run --all --preset $(PRESET)
	go run ./experiments report

test: lint unit outside docker-test docs-test notebooks ## all checks; no network once the modules are there

build: ## compile everything
	go build ./...

fmt: ## format and sort imports
	go tool goimports -local vapoflow -w */

lint: ## gofmt, go vet and staticcheck, with XLA and without
	@unformatted=$$(gofmt -l */) && test -z "$$unformatted" || { echo "run make fmt, not formatted:" $$unformatted; exit 1; }
	go vet ./...
	go vet -tags noxla ./vapo/backend/...
	go tool staticcheck ./...
	go tool staticcheck -tags noxla ./vapo/backend/...

# Tests and notebooks spend most of XLA's time in LLVM, which compiles each graph for a few steps: without its optimisation they take half.
unit outside notebooks: export XLA_FLAGS += --xla_backend_optimization_level=0

unit: ## go test
	go test ./...

outside: ## a module that extends the library from outside passes the suites
	cd examples/outside && go vet ./... && go test ./...

docker-test: ## the Dockerfiles and compose.yaml, parsed and linted; a module of their own, for the parser is no dependency of the library
	cd docker && go vet ./... && go test ./...

docs: ## results/docs/index.html: guides, notebooks and packages as pages that open from disk; no network once its modules are there
	cd docs/site && go run . -root ../.. -out ../../results/docs

docs-test: ## every link of these pages leads somewhere; a module of their own, for Markdown and TeX are no dependencies of the library
	cd docs/site && go vet ./... && go test ./...

notebooks: ## run the notebooks headless at preset smoke; fails on any error of any cell
	go run ./notebooks/headless --check --jobs 2 --set preset=smoke notebooks/*.ipynb

kernel: ## install the notebook kernel "Go (VAPO)" for Jupyter, for this user
	@go run ./notebooks/kernel

lab: ## JupyterLab with that kernel, on 127.0.0.1; installs it in .cache/lab where there is none
	@scripts/lab

browser-test: ## notebooks in JupyterLab and results/index.html in headless Chromium, where it is installed
	cd notebooks/browser && go vet ./... && go test -count=1 -v -timeout 40m ./...

faults: ## kills, turned bits, full disks, company, hostile plugins and power cuts, thousands of each (most of an hour; root for disks)
	go run ./internal/faults

fuzz: ## every fuzz target for FUZZTIME
	@go list ./... | while read -r package; do \
		go test -list '^Fuzz' $$package | grep '^Fuzz' | while read -r target; do \
			echo "$$package $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package || exit 1; \
		done || exit 1; \
	done

docker: ## build the CPU image (needs a container engine; docker/README.md)
	docker build -t vapoflow:cpu -f docker/Dockerfile .

bundle: ## one archive for a machine without Go or a network (docker/BUNDLE.md)
	@scripts/bundle

bundle-test: ## the bundle in a root folder that holds nothing else (needs root)
	@scripts/bundle-test

xla: ## fetch the XLA CPU plugin once (Linux on x86-64, 63 MB, python3 with pip)
	@scripts/fetch-xla

.PHONY: notices vuln
notices: ## write THIRD_PARTY_NOTICES from go.mod and the module cache
	go run ./internal/notices

vuln: ## known vulnerabilities in what the command calls; skipped with a line where their database is out of reach
	@scripts/vuln

tools: ## gonb and goimports in .bin, for notebooks
	GOBIN=$(CURDIR)/.bin go install tool

clean: ## delete runs, reports and built tools; trained models (results/models) stay
	rm -rf .bin results/runs results/notebooks results/docs results/*.html results/*.md
