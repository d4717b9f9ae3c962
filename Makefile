# Needs Go, git and a POSIX shell; `make test` also Python and Terraform.
# Everything made lies in bin/, dist/ and .venv/; `make clean` removes it.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

FUNCTIONS     := publisher drainer
ARCHITECTURES := arm64 amd64

PACKAGES := $(foreach f,$(FUNCTIONS),$(foreach a,$(ARCHITECTURES),dist/$(f)_linux_$(a).zip))

# A tag's name may hold quotes, semicolons and dollars. So neither make nor a shell reads what the version is: recipes have
# it in their environment. A fixed length, because git's own choice depends on what else the clone holds.
ifeq ($(origin VERSION),command line)
override VERSION := $(value VERSION)
else
VERSION := $(shell git describe --always --dirty --abbrev=12 2>/dev/null || echo dev)
endif
export VERSION

# Tests and lint must see neither a real account nor another machine's settings:
# with AWS_CA_BUNDLE the SDK refuses a client of our own, and Terraform complains
# about a configuration file that is not there.
unexport AWS_CA_BUNDLE AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ENDPOINT_URL
ifeq ($(wildcard $(TF_CLI_CONFIG_FILE)),)
unexport TF_CLI_CONFIG_FILE
endif

# The same compile flags for build, lint, tests and packages: they share the Go
# cache, and the AWS SDK compiles once instead of three times.
export CGO_ENABLED := 0
export GOFLAGS := $(strip $(GOFLAGS) -trimpath)

.PHONY: help
help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

## Build

.PHONY: build
build: ## bin/clusterscaler for this machine
	go build -ldflags "-X main.version=$$VERSION" -o bin/ ./cmd/clusterscaler

.PHONY: package
package: dist/SHA256SUMS ## the Lambda zips for arm64 and amd64, with checksums, in dist/

dist/SHA256SUMS: $(PACKAGES)
	@cd dist && { command -v sha256sum >/dev/null && sha256sum $(notdir $^) || shasum -a 256 $(notdir $^); } >.SHA256SUMS.$$$$ \
		&& mv .SHA256SUMS.$$$$ SHA256SUMS && cat SHA256SUMS

.PHONY: sbom
sbom: $(PACKAGES) ## a CycloneDX bill of materials beside each zip
	@GOFLAGS= GOWORK=off go run -C tools ./sbom -version "$$VERSION" $(abspath $^)

# Always asked, because only go build knows whether anything changed.
dist/%.zip: FORCE
	@tools/package.sh $@ "$$VERSION"

.PHONY: FORCE
FORCE:

## Test

TESTS := 'terraform: $(MAKE) test-terraform' 'go: $(MAKE) -k test-package test-go'

.PHONY: test
test: lab ## all tests: Terraform beside packages and Go
	@tools/side-by-side.sh $(TESTS)

# Faults in what changed since SINCE, committed or not, and what rests on nothing else.
.PHONY: quick
quick: bin/tools/golangci-lint ## in a minute: vet, lint of the packages that differ from SINCE=main, pure packages and docs
	@tools/side-by-side.sh 'vet: go vet ./...' 'lint: tools/lint-changed.sh $< $(or $(SINCE),main)' \
		'test: go test -short ./thresholds ./cluster ./placement ./scaler ./drain ./docs'

.PHONY: ci
ci: lab ## lint and a campaign beside all tests
	@tools/side-by-side.sh 'lint: $(MAKE) lint' 'campaign: $(MAKE) campaign' $(TESTS)

# -count 1: the modules' READMEs lie outside tools/terraform, where go's cache does not look.
.PHONY: test-go
test-go: lab ## the Go tests alone
	@go test -C tools . ./lambdazip/... ./sbom/... ./tested/... ./ties/...
	@go test -C tools/terraform -count 1 ./...
	@env -u MAKEFLAGS go test -timeout 20m ./...

.PHONY: race
race: lab ## the Go tests under the race detector
	@env -u MAKEFLAGS CGO_ENABLED=1 go test -race -timeout 20m ./...

.PHONY: properties
properties: ## CHECKS=2000 new cases of each property; SEED=n: those of one run again
	@go test -count 1 -timeout 60m $$(grep -rl --include='*_test.go' '"pgregory.net/rapid"' . | xargs -n 1 dirname | sort -u) \
		-rapid.seed '$(or $(SEED),0)' -rapid.checks '$(or $(CHECKS),2000)'

.PHONY: campaign
campaign: ## SEEDS=1000 random schedules FROM=1, each judged by promises; SEED=n: the story of one, made smaller
	@go run ./simulator/campaign/run $(if $(SEED),-seed '$(SEED)',-seeds '$(or $(SEEDS),1000)' -from '$(or $(FROM),1)') \
		$(if $(PLAN),-plan '$(PLAN)') $(if $(HEARTBEAT),-heartbeat '$(HEARTBEAT)')

.PHONY: campaign-proof
campaign-proof: ## break rules on purpose, one at a time: a campaign must see each
	@go run ./simulator/campaign/proof

.PHONY: mutants
mutants: ## break single lines of the simulated AWS, one at a time: a test must fail; ONLY='Alarms|Lifecycle hooks' tries those
	@go run ./simulator/mutants $(if $(ONLY),-only '$(ONLY)')

# One architecture, which the Go tests need anyway: the other costs a minute of
# compiling. CI's public workflow runs package-twice.
.PHONY: test-package
test-package: ## prove that two builds of the amd64 zips are byte-identical
	@tools/package-twice.sh "$$VERSION" $(filter %_amd64.zip,$(PACKAGES))

.PHONY: package-twice
package-twice: ## the same for all zips
	@tools/package-twice.sh "$$VERSION" $(PACKAGES)

.PHONY: test-terraform
test-terraform: need-terraform ## the Terraform checks alone
	@terraform/test.sh

.PHONY: need-terraform
need-terraform:
	@command -v terraform >/dev/null || { echo 'terraform (1.11 or later) is not on the PATH' >&2; exit 1; }

## Lint

.PHONY: lint
lint: ## everything below, every finding in one run
	@$(MAKE) -k lint-go lint-rules lint-house lint-tidy lint-terraform lint-workflows lint-scripts lint-paths

.PHONY: lint-go
lint-go: bin/tools/golangci-lint ## golangci-lint
	@bin/tools/golangci-lint run --allow-parallel-runners ./...

.PHONY: lint-rules
lint-rules: bin/tools/golangci-lint ## prove that depguard and forbidigo name planted violations
	@tools/lint-proof.sh $<

.PHONY: lint-tidy
lint-tidy: ## go.mod and go.sum are tidy
	@go mod tidy -diff

.PHONY: lint-house
lint-house: ## few ties between the files of drain/drainer; rule files have a test file of their name
	@GOFLAGS= GOWORK=off go run -C tools ./ties -max-pairs 35 -max-circle 2 ../drain/drainer
	@GOFLAGS= GOWORK=off go run -C tools ./tested -min 60 ../scaler ../drain ../placement ../thresholds ../cluster

.PHONY: lint-terraform
lint-terraform: need-terraform bin/tools/tflint ## terraform fmt, tflint
	@terraform fmt -check -diff -recursive terraform
	@bin/tools/tflint --chdir=terraform --recursive --config='$(CURDIR)/terraform/.tflint.hcl'

.PHONY: lint-workflows
lint-workflows: bin/tools/actionlint ## actionlint
	@bin/tools/actionlint

.PHONY: lint-scripts
lint-scripts: ## shell scripts parse
	@git ls-files '*.sh' .ci/run | xargs -n 1 bash -n

.PHONY: lint-paths
lint-paths: ## no file names somebody's own directory
	@tools/lint-paths.sh

.PHONY: fmt
fmt: bin/tools/golangci-lint need-terraform ## format Go and Terraform
	@bin/tools/golangci-lint fmt ./...
	@terraform fmt -recursive terraform

.PHONY: terraform-docs
terraform-docs: ## write the tables of inputs and outputs into the modules' READMEs
	@go run -C tools/terraform ./moduledocs -update $(wildcard $(CURDIR)/terraform/modules/*) '$(CURDIR)/terraform'

# golangci-lint and tflint build once, cold about 2 minutes each; each tool in its own module,
# so that none chooses another's dependencies.
bin/tools/golangci-lint: tools/go.mod tools/go.sum
bin/tools/actionlint: tools/actionlint/go.mod tools/actionlint/go.sum
bin/tools/tflint: tools/terraform/go.mod tools/terraform/go.sum
bin/tools/%:
	@mkdir -p $(@D)
	@GOFLAGS= GOWORK=off go build -C $(<D) -o '$(CURDIR)/$@' "$$(GOFLAGS= GOWORK=off go -C $(<D) list -f '{{.ImportPath}}' tool | grep '/$*$$')" && touch $@

## Try and measure

# An hour of an m5.xlarge in us-east-1 costs $0.192. A day of history first, because ours fit their headroom to it.
.PHONY: demo
demo: ## a day, a crowd and a lost zone: ours beside two alarm pairs and ECS managed scaling, as a table and as a page
	@mkdir -p dist
	@tools/build-aloud.sh -buildvcs=false -o dist/demo ./cmd/clusterscaler
	@dist/demo simulate diurnal flash-crowd az-outage --compare=gap,alarms-75,managed-100 --history 24h --price 0.192 --html dist/demo.html
	@echo 'The same as a page, minute by minute: dist/demo.html. Another load: dist/demo simulate fragmentation --compare --history 24h'

.PHONY: lab
lab: ## a Python with the pinned moto (.venv where python3 has none)
	@tools/lab.sh

.PHONY: demo-wire
demo-wire: lab ## run the real publisher on moto and read its metric back
	@go run ./internal/lab/demowire

# Without the commit in it, the binary is the same until its code changes, and so are the finished runs.
.PHONY: evaluate
evaluate: ## every policy on the traces in TRACES=folder and every scenario; QUICK=1: a day of each
	@test -n '$(TRACES)' || { echo 'make evaluate TRACES=folder: a folder with demand_*.csv, services_*.csv and tasks_*.csv' >&2; exit 1; }
	@tools/build-aloud.sh -buildvcs=false -o dist/evaluate ./cmd/clusterscaler
	@dist/evaluate evaluate --traces '$(TRACES)' $(if $(QUICK),--quick) $(EVALUATE)

.PHONY: bench
bench: ## all benchmarks, one package after the other; the simulated week of 1000 hosts is most of it
	go test -run '^$$' -bench . -benchmem -p 1 -timeout 60m ./...

.PHONY: clean
clean: ## remove everything made here
	rm -rf bin dist .venv coverage.out
