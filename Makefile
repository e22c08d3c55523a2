# `make` alone tells what there is. Plain sh; every target may be repeated.
PORT ?= 8000
STAGE ?= deadline-week
WORKERS ?= auto
ARGS ?=
PYTHON_HERE = .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests run reset test check lint format types bench screenshots front translations migration routes clean

help: ## List what can be made, each in a sentence.
	@echo "Baosong 报送. What can be made:"
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E "s/^([a-z-]+):.*## (.*)/  make \1\t\2/" | awk -F"\t" '{printf "%-20s %s\n", $$1, $$2}'

setup: ## Prepare this folder for running: environment, packages, front end, translations.
	@scripts/setup run

setup-tests: ## Prepare this folder for testing: the same, the checking tools, and Chromium when root may install it.
	@scripts/setup test

run: setup ## Run the demonstration until Ctrl-C: make run PORT=8000 STAGE=opening|deadline-week|morning-after|under-review.
	@exec $(PYTHON_HERE) app.py --demo --port $(PORT) --stage $(STAGE)

reset: setup ## Throw the demonstration's data away, so that the next `make run` starts over.
	@$(PYTHON_HERE) app.py --demo --reset

test: setup-tests ## Run every check and every test; ARGS="tests/reports -k late" runs only those tests.
ifeq ($(strip $(ARGS)),)
	@$(MAKE) --no-print-directory lint types
	$(PYTHON_HERE) -m pytest -n $(WORKERS) --dist worksteal
else
	$(PYTHON_HERE) -m pytest $(ARGS)
endif

check: setup-tests ## Run what needs no server: formatting, lint, types, and the rules of the house.
	@$(MAKE) --no-print-directory lint types
	$(PYTHON_HERE) -m pytest -q tests/house

lint: setup-tests ## Look for faults of form and style with ruff.
	.venv/bin/ruff format --check --quiet . || { echo "Some files are not formatted: run make format"; exit 1; }
	.venv/bin/ruff check --quiet .

format: setup-tests ## Format every Python file, and mend what ruff can mend.
	.venv/bin/ruff check --quiet --fix-only .
	.venv/bin/ruff format .

types: setup-tests ## Check all types with mypy --strict.
	.venv/bin/mypy

bench: setup-tests ## Measure against floors taken in the same run; docs/performance.md tells how to read it.
	$(PYTHON_HERE) -m benchmarks $(ARGS)

screenshots: setup-tests ## Take the pictures of the README from a running demonstration of their own.
	$(PYTHON_HERE) -m scripts.screenshots

front: ## Build the browser side into reporting/static/dist.
	@scripts/setup front

translations: setup ## Collect every sentence into the English catalogue, say what is untranslated, and compile.
	$(PYTHON_HERE) -m scripts.translations

migration: setup ## Write a migration from the models: make migration MESSAGE="add the sign-off to tasks".
	@test -n "$(MESSAGE)" || { echo 'Say what it does: make migration MESSAGE="add the sign-off to tasks"'; exit 1; }
	$(PYTHON_HERE) -m scripts.migration "$(MESSAGE)"

routes: setup-tests ## Write tests/house/routes.txt anew from the application; read the difference before committing it.
	$(PYTHON_HERE) -m tests.house.routes

clean: ## Remove what builds and tests left; data, packages and the environment stay.
	rm -rf reporting/static/dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -not -path './node_modules/*' -prune -exec rm -rf {} +
	rm -f .venv/stamp-front
