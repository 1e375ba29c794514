# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Developers' commands; CONTRIBUTING.md explains them, `make` lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.ONESHELL:
MAKEFLAGS += --no-print-directory

requirements := tests/requirements
libraries := meta/ee-requirements.txt $(requirements)/tests.txt

# The collection under its import path, so that Python and mypy find it without an installation.
tree := .tree/ansible_collections/secure_power/nmc
typed := $(tree)/plugins $(wildcard tests/bench tests/demo tests/emulator tests/integration tests/unit)

newest := .venv
oldest := .venvs/py311
python ?= $(newest)/bin/python
export PYTHONPATH := $(CURDIR)/.tree:$(CURDIR)/tests

help: ## list these commands
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'

demo: environment ## show the product's main job on twelve emulated cards
	$(newest)/bin/python tests/demo/run.py

test: ## every check and test, on core 2.19 and on the newest core
	tests/tools/run-stages

unit: environment ## unit tests; python=.venvs/py311/bin/python for core 2.19, args= for pytest
	$(python) -m pytest -n 2 tests/unit $(args)

lint: environment ## format, lint and typing: the checks to run before every commit
	$(newest)/bin/ruff format --check .
	$(newest)/bin/ruff check .
	$(newest)/bin/mypy $(typed)

format: environment ## write the house format into the sources
	$(newest)/bin/ruff check --select I --fix .
	$(newest)/bin/ruff format .

sanity: environment ## ansible-test sanity
	tests/tools/ansible-test $(newest) sanity $(args)

integration: environment ## integration targets; T=name for one of them
	tests/tools/ansible-test $(newest) integration $(T) $(args)

judges: environment ## the emulator against netmiko, net-snmp and OpenSSH
	$(python) -m pytest tests/integration/judges $(args)

collection: environment-nox ## licence, docs, changelog, Galaxy import, ansible-lint; S=name for one session
	CI=true .venvs/nox/bin/nox -R $(addprefix --session ,$(S))

emulator: environment ## emulated cards of FLEET=file, until interrupted
	$(newest)/bin/python -m emulator --fleet $(FLEET)

bench: environment ## measure speed and write docs/performance.md
	$(newest)/bin/python tests/bench/run.py

clean: ## remove everything that the commands above make
	rm -rf .venv .venvs .nox .tree .tree-copy .demo .ansible .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/output
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

environment: $(tree)
	@tests/tools/make-environment $(newest) newest $(requirements)/core-newest.txt $(libraries) $(requirements)/lint.txt

environment-oldest: $(tree)
	@tests/tools/make-environment $(oldest) 3.11 $(requirements)/core-2.19.txt $(libraries)

environment-nox:
	@tests/tools/make-environment .venvs/nox newest $(requirements)/nox.txt

$(tree):
	@mkdir -p $(@D)
	ln -s ../../.. $@

.PHONY: help demo test unit lint format sanity integration judges collection emulator bench clean \
	environment environment-oldest environment-nox
