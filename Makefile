PYTHON ?= python3
PORT ?= 8774
DATA ?= data
POSTGRESQL ?= postgresql://postgres@127.0.0.1:5432/kilonova
VENV := .venv
BIN := $(VENV)/bin
export KILONOVA_DATA = $(abspath $(DATA))

.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

$(VENV)/installed-distributed: $(VENV)/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[distributed]'
	@touch $@

$(VENV)/installed-auth: $(VENV)/installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[keystone]'
	@touch $@

install: $(VENV)/installed  ## make the environment and install what the cloud needs

distributed: $(VENV)/installed-distributed  ## install what services on many machines need

up: $(VENV)/installed  ## run a cloud in the foreground: make up [PORT=8774] [DATA=data]
	@exec $(BIN)/python manage.py runserver 127.0.0.1:$(PORT)

test: $(VENV)/installed-test  ## run the tests
	$(BIN)/python -m pytest -n auto --dist loadgroup

chaos: $(VENV)/installed-test  ## kill processes at random, embedded and distributed
	$(BIN)/python -m tests.chaos embedded
	$(BIN)/python -m tests.chaos distributed

test-postgresql: $(VENV)/installed-test  ## run the tests on KILONOVA_TEST_DATABASE
	KILONOVA_TEST_DATABASE=$(or $(KILONOVA_TEST_DATABASE),$(POSTGRESQL)) $(BIN)/python -m pytest -n auto --dist loadgroup

check: $(VENV)/installed-test  ## lint, format, types, imports, migrations, reference docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py check
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py reference --check

docs: $(VENV)/installed-test  ## write docs/reference anew
	$(BIN)/python manage.py reference

shown: $(VENV)/installed-test  ## record what tests show of each operation, and write docs/reference
	$(BIN)/python -m pytest -p tests.shown tests/http tests/api
	$(BIN)/python manage.py reference

compat: $(VENV)/installed-test  ## run only the tests with real clients and live clouds
	$(BIN)/python -m pytest -m compat tests/compat

tempest: $(VENV)/installed-test  ## run OpenStack's conformance suite: make tempest [REGEX=…] [MIN_MV=2.1]
	tests/tempest/run.sh

scenario: $(VENV)/installed-test  ## run its scenarios, each up to where it wants to log in to a guest
	NO_GUESTS=1 REGEX='^tempest\.scenario' CONC=1 tests/tempest/run.sh

sdk: $(VENV)/installed-test  ## run openstacksdk's own functional tests: make sdk [REGEX=…]
	tests/sdk/run.sh

compat-auth: $(VENV)/installed-auth  ## with a real Keystone, an OpenID provider and a browser
	tests/compat/keystone/setup.sh .cache/keystone
	tests/compat/openid/setup.sh .cache/openid
	$(BIN)/python -m pytest -m auth tests/compat

security: $(VENV)/installed-test  ## try every door with every kind of token, throw rubbish at it, and print figures
	$(BIN)/python -m pytest -m "not auth" -p tests.security.figures -n auto --dist worksteal tests/security tests/contract/test_roles.py tests/contract/test_isolation.py

audit: $(VENV)/installed-test  ## look for known holes in what is pinned: make audit AUDIT=yes
	$(BIN)/python -m pip check
	$(BIN)/python -m pytest tests/contract/test_dependencies.py
	tests/audit.sh .cache/audit

oracle: $(VENV)/installed-test  ## compare with a real Nova, installed into an environment of its own
	tests/oracle/run.sh

neighbours: $(VENV)/installed-test  ## likewise the neighbours with real ones: make neighbours [SERVICE=image]
	for each in $(or $(SERVICE),identity image network placement volume); do tests/oracle/neighbours/run.sh $$each || exit; done

walks: $(VENV)/installed-test  ## walk through this cloud and a real Nova at random: make walks [SEED=1] [COUNT=10]
	tests/oracle/run.sh --walks $(or $(SEED),1) $(or $(COUNT),10)

bench: $(VENV)/installed-test  ## measure, side by side with a real Nova and a real Keystone: make bench [WRITE=--write]
	$(BIN)/python -m bench $(WRITE)

bench-scale: $(VENV)/installed-test  ## measure 1,000 and 10,000 hosts with ten servers each
	$(BIN)/python -m bench.scale $(WRITE)

clean:  ## remove what was generated, but no data
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info

.PHONY: help install distributed up test test-postgresql chaos check docs shown compat tempest scenario sdk compat-auth security audit oracle neighbours walks bench bench-scale clean
