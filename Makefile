# Two commands matter: `make demo` and `make test`. Both make .venv on a bare machine with python3 and a package index.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# The tests start the bot more than a hundred times: each start reads what the first one compiled.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test slow oldest check collected format lint types contracts audit requirements rights mutants screenshots clean

demo: .venv/run  ## a local Slack workspace, a small CRM and a project board, with the real bot in it
	@$(BIN)/python -m sandbox $(ARGS)

test: .venv/dev  ## everything but what is marked slow; no network, warnings are errors
	$(BIN)/pytest -q -n 6 --dist loadfile $(ARGS)

slow: .venv/dev  ## kills, months, bursts, bad days, browsers
	$(BIN)/pytest -q -m slow -n 4 --dist loadfile --no-loadscope-reorder $(ARGS)

oldest: .venv/dev  ## what PostgreSQL stores, on the oldest server that Baton runs on: Debian's postgresql-15
	BATON_TEST_POSTGRES=/usr/lib/postgresql/15/bin $(BIN)/pytest -q -n 2 --dist loadfile tests/store -k postgres $(ARGS)

check: .venv/dev  ## what needs one core side by side, then the tests
	@$(MAKE) -j 3 format lint types contracts audit collected
	@$(MAKE) test

format: .venv/dev
	$(BIN)/ruff format --check .

lint: .venv/dev
	$(BIN)/ruff check .

collected: .venv/dev  ## compiles the tests once, before six processes would each do it for themselves
	@$(BIN)/pytest -q --collect-only -p no:cacheprovider >/dev/null || true  # the tests themselves will say why

types: .venv/dev
	$(BIN)/mypy

contracts: .venv/dev
	$(BIN)/lint-imports

audit: .venv/dev  ## the locked packages against known vulnerabilities; says so when it cannot reach the advisories
	$(BIN)/python -m tests.house.audit

requirements: .venv/dev  ## writes docs/requirements.md: each requirement, its state, the tests that prove it
	$(BIN)/python -m tests.house.requirements

rights: .venv/dev  ## writes docs/rights.md: who may see and do what, from the table that the code asks
	$(BIN)/python -m tests.house.rights

mutants: .venv/dev  ## 400 small slips in the rules, one at a time: which of them does a test see?
	$(BIN)/python -m benchmarks.mutants $(ARGS)

screenshots: .venv/dev  ## the browser walks the whole road and keeps its pictures under docs/img
	BATON_SCREENSHOTS=docs/img $(BIN)/pytest -q -m slow tests/stories/test_browser.py

.venv/run: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Baton needs Python 3.11 or newer. Name one: make demo PYTHON=python3.11")'
	@test -d .venv || $(PYTHON) -m venv .venv
	@echo "Installing what Baton needs (about 20 seconds, once)…"
	@$(BIN)/pip install -q --require-hashes -r requirements.lock
	@touch $@

.venv/dev: requirements-dev.lock
	@test -d .venv || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	@touch $@ .venv/run

clean:
	rm -rf .venv .demo .pytest_cache .mypy_cache .ruff_cache
