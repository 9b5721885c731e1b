# Everything that a developer does often. `make help` lists it.
.PHONY: help run test race lint generate fuzz bench million crash faults ci image

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOSEC       = github.com/securego/gosec/v2/cmd/gosec@v2.30.0
GOLANGCI    = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: ## serve on an embedded database under ./data
	go run .

test: ## all tests
	go test ./...

race: ## all tests under the race detector
	go test -race ./...

lint: ## vet, staticcheck, gosec and (slow to build) golangci-lint
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(GOSEC) -quiet -exclude=G115 ./...
	go run $(GOLANGCI) run ./...

generate: ## write again what is generated
	go generate ./...

fuzz: ## each fuzz target for a minute
	@for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			go test -run '^$$' -fuzz "^$$f$$" -fuzztime 60s $$pkg || exit 1; \
		done; \
	done

bench: ## the benchmarks beside the code
	go test -run '^$$' -bench . -benchmem ./...

million: ## the plans of PostgreSQL's hot queries with a million rows in each table (three minutes)
	CAREBELL_TEST_ROWS=1000000 go test -run HotPaths -v -timeout 20m ./store/postgres

crash: ## the kill -9 test, twenty times
	go test -run TestKills -count 20 -v ./internal/campaign

faults: ## each line of docs/reliability.md and its mutants (an hour; CAREBELL_TEST_PROGRESS=file to go on after a stop)
	CAREBELL_TEST_FAULTS=long CAREBELL_TEST_POSTGRES=required go test -count=1 -v -timeout 4h ./internal/campaign

ci: ## what a submission must pass
	bash .ci/run

image: ## a container image
	docker build -t carebell .
