# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Developers' commands: `make` lists them, CONTRIBUTING.md explains them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# What is tested against: `core=newest`, in the newest Python there is, or `core=2.19`, in Python 3.11.
core := newest
directory-newest := .venv
directory-2.19 := .venvs/py311
python-newest := newest
python-2.19 := 3.11
environment := $(directory-$(core))
python := $(environment)/bin/python

# More than there are processors: most of a test's time is waiting for an emulated card.
workers := 4

requirements := tests/requirements
tests-need := meta/ee-requirements.txt $(requirements)/tests.txt $(requirements)/lint.txt

# The collection under its import path, so that Python and mypy find it without an installation.
tree := .tree/ansible_collections/secure_power/nmc
typed = $(tree)/plugins $(shell git ls-files --cached --others --exclude-standard 'tests/*.py')
with-tree := PYTHONPATH='$(CURDIR)/.tree:$(CURDIR)/tests'

help: ## list these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

demo: environment-newest ## show the product's main job on a small fleet of emulated cards
	$(with-tree) $(directory-newest)/bin/python tests/demo/run.py

test: ## every check and every test, on core 2.19 and on the newest core
	tests/tools/run-stages

unit: environment-$(core) ## unit tests; args='-k version' for pytest
	$(with-tree) $(python) -m pytest -n $(workers) tests/unit $(args)

lint: format-check style-check typing ## the checks to run before every commit

format: environment-newest ## write the house format into the sources
	$(directory-newest)/bin/ruff check --select I --fix .
	$(directory-newest)/bin/ruff format .

format-check: environment-newest
	$(directory-newest)/bin/ruff format --check .

style-check: environment-newest
	$(directory-newest)/bin/ruff check .

typing: environment-newest
	@$(directory-newest)/bin/mypy $(typed)

collection: environment-nox ## licence, docs, changelog, Galaxy import, ansible-lint; S=docs-check for one session
	CI=true .venvs/nox/bin/nox -R $(addprefix --session ,$(S))

sanity: environment-$(core) ## ansible-test sanity
	tests/tools/ansible-test $(environment) sanity $(args)

integration: environment-$(core) ## integration targets; T=name for one of them
	tests/tools/ansible-test $(environment) integration $(T) $(args)

judges: environment-$(core) ## emulator and transports, judged by netmiko, net-snmp, OpenSSH, vsftpd and curl
	$(with-tree) $(python) -m pytest tests/integration/judges $(args)

fuzz: environment-fuzz ## a million hostile inputs; args='--seed 7' for others, '--target ftp' for one parser
	$(with-tree) .venvs/fuzz/bin/python -m fuzz --guided --inputs 1000000 $(args)

emulator: environment-newest ## emulated cards, until interrupted; FLEET=file says which
	$(with-tree) $(directory-newest)/bin/python -m emulator --fleet $(FLEET)

bench: environment-newest ## measure speed and write docs/performance.md
	$(with-tree) $(directory-newest)/bin/python tests/bench/run.py

pages: environment-newest ## write docs/reasons.md, docs/faults.md and the schemas from what the code says and does
	$(with-tree) $(directory-newest)/bin/python -m pages.reasons > docs/reasons.md
	$(with-tree) $(directory-newest)/bin/python -m pages.faults > docs/faults.md
	$(with-tree) $(directory-newest)/bin/python -m pages.schema | tee docs/baseline.schema.json > plugins/plugin_utils/baseline.schema.json

clean: ## remove everything that these commands leave behind
	rm -rf .venv .venvs .nox .tree .tree-copy .demo .ansible .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

versions: environment-$(core)
	@$(python) -c 'import ansible.release, platform; print(f"core {ansible.release.__version__}, Python {platform.python_version()}")'

environment-nox:
	@tests/tools/make-environment .venvs/nox newest $(requirements)/nox.txt

environment-fuzz: $(tree)
	@tests/tools/make-environment .venvs/fuzz newest meta/ee-requirements.txt $(requirements)/fuzz.txt

environment-%: $(tree)
	@tests/tools/make-environment $(directory-$*) $(python-$*) $(requirements)/core-$*.txt $(tests-need)

$(tree):
	@mkdir -p $(@D)
	ln -s ../../.. $@

.PHONY: help demo test unit lint format format-check style-check typing collection sanity integration judges emulator \
	fuzz bench clean versions environment-nox environment-fuzz
