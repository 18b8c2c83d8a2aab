# Two commands do everything on a fresh Debian 12: `make demo` and `make test`.
SHELL := /bin/bash
.DEFAULT_GOAL := help
ANDON_HOME ?= $(CURDIR)/.andon
export ANDON_HOME
# Some containers forbid it: each process would then compile all it imports anew, over a second of the processor.
unexport PYTHONDONTWRITEBYTECODE
VENV := $(CURDIR)/.venv
ANDON := $(VENV)/bin/andon
PIN := --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

.PHONY: help demo serve setup setup-test web lock documents check test test-quick test-survival test-long bench openapi format clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 16

setup: ## install what Andon needs to run: Python environment, web page, Asterisk
	@deploy/bootstrap run

setup-test: ## and what its tests need: Chromium, sipp, sox, the development tools
	@deploy/bootstrap test

demo: setup ## install, start everything with a simulated town of callers, print address and log-ins
	@exec $(ANDON) demo

serve: setup ## start everything without the town
	@exec $(ANDON) serve

web: ## build the pages
	@deploy/bootstrap web

check: setup-test ## the laws: lint, format, types, import rows, both languages
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	cd web && npm run --silent check

test: setup-test ## every test, against real Asterisk, PostgreSQL and Chromium
	cd web && npm run --silent test
	$(VENV)/bin/pytest --numprocesses 3 --dist loadscope --no-loadscope-reorder --durations 25

test-quick: ## pure logic only, seconds
	$(VENV)/bin/pytest -m "unit"

test-survival: setup-test ## the long forms of the survival tests
	ANDON_LONG=1 $(VENV)/bin/pytest -m survival

test-long: setup-test ## the long forms of the tests of calls: hundreds of callers
	ANDON_LONG=1 $(VENV)/bin/pytest -n0 tests/telephony/test_call_walks.py

bench: setup-test ## figures as ratios, ours beside the known designs
	$(VENV)/bin/python -m bench

lock: ## pin what pyproject.toml asks for: exact versions and digests, whatever mirror they come from
	cd requirements && $(VENV)/bin/uv pip compile -q $(PIN) --group ../pyproject.toml:dev ../pyproject.toml -o dev.txt
	cd requirements && $(VENV)/bin/uv pip compile -q $(PIN) -c dev.txt ../pyproject.toml -o run.txt

documents: ## rewrite the documents generated from the code
	$(VENV)/bin/python -m andon.entrypoints.documents

openapi: ## write web/openapi.json and the client generated from it
	$(VENV)/bin/python -m andon.entrypoints.openapi > web/openapi.json
	cd web && npm run --silent generate

format: ## format everything
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .
	cd web && npm run --silent format

clean: ## remove what was built (not the data)
	rm -rf web/dist web/node_modules .venv .cache .mypy_cache .ruff_cache .pytest_cache
