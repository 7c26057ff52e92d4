# Two commands: `make run` starts a conversation on this machine, `make test` proves that it works.
.PHONY: run test test-python test-web lint types audit spec bench fuzz wheel clean help system system-test
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
STATIC := src/visavis/server/static/index.html
WEB_SOURCES := $(shell find web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
# What needs neither a browser nor sound in real time runs in two processes; the rest wants the machine to itself.
SIDE_BY_SIDE := $(addprefix tests/,cli conformance conversation layers media outbound protocol rooms server session testing weights)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

run: system $(VENV)/.installed $(STATIC)  ## set up, start the server and print a conversation's URL
	@$(BIN)/visavis models fetch
	@exec $(BIN)/visavis serve --open-conversation

test: system-test $(VENV)/.installed-dev $(STATIC) test-web test-python  ## the whole test suite

test-python: $(VENV)/.installed-dev $(STATIC)
	$(BIN)/visavis models fetch $$($(BIN)/python -m tests.models)
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile $(PYTEST_ARGS) $(SIDE_BY_SIDE)
	$(BIN)/python -m pytest $(PYTEST_ARGS) $(SIDE_BY_SIDE:%=--ignore=%)

test-web: web/node_modules/.installed
	cd web && npm test

lint: $(VENV)/.installed-dev web/node_modules/.installed  ## ruff and eslint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd web && npm run lint

types: $(VENV)/.installed-dev web/node_modules/.installed  ## mypy --strict and tsc
	$(BIN)/mypy
	cd web && npm run typecheck

audit: $(VENV)/.installed-dev  ## known vulnerabilities of what is installed
	./scripts/audit

spec: $(VENV)/.installed-dev web/node_modules/.installed  ## the published specification, from the models
	$(BIN)/python -m visavis.protocol.specification
	cd web && npm run --silent spec

bench: $(VENV)/.installed-dev $(STATIC)  ## the measurements of benchmarks/ (half an hour)
	$(BIN)/visavis models fetch
	$(BIN)/python -m benchmarks

fuzz: $(VENV)/.installed-dev  ## the protocol's parser, a million inputs
	$(BIN)/pip install --quiet --group fuzz
	$(BIN)/python fuzz/parse.py -runs=1000000 -max_len=4096 $(or $(FUZZ_CORPUS),.fuzz-corpus)

wheel: $(VENV)/.installed $(STATIC)  ## a wheel that carries the built page
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

system:
	@./scripts/check-system run

system-test:
	@./scripts/check-system test

# pip comes last: with it there, the environment was not left half made.
$(BIN)/pip:
	@echo "Making the virtual environment in $(VENV)"
	@"$$(./scripts/find-python)" -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/pip
	@echo "Installing visavis into $(VENV) (some minutes the first time)"
	@$(BIN)/pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	@$(BIN)/pip install --quiet --group dev
	@touch $@

web/node_modules/.installed: web/package.json web/package-lock.json
	@echo "Installing what builds the page"
	@cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STATIC): web/node_modules/.installed $(WEB_SOURCES)
	@echo "Building the page"
	@cd web && npm run --silent build
	@touch $@

clean:  ## remove what was built; models stay in the cache
	rm -rf $(VENV) web/node_modules web/packages/*/dist src/visavis/server/static dist

help:
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'
