# One way in for people and for CI. The first target that needs it makes .venv and installs into it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# The small CPU build of torch exists for Python 3.11 only, and only when it is named first.
TORCH := torch==2.13.0
PYTHONS := python3.11 python3
# Byte code is kept: the tests start the house some fifty times, and each would compile it anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help install serve test check format intents bench clean

help:  ## list the commands
	@sed -n 's/^\([a-z]*\):.*##/  make \1 \t/p' $(MAKEFILE_LIST) | expand -t 18

install: $(STAMP)  ## make .venv and install everything, when something changed

serve: $(STAMP)  ## start the server (HANZHI_HOST, HANZHI_PORT, HANZHI_DATA_DIR …)
	@exec $(BIN)/hanzhi serve

test: $(STAMP)  ## run all tests
	$(BIN)/python -m pytest -n auto --dist worksteal

check: $(STAMP)  ## format, lint, types, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_layout.py tests/test_docs.py

format: $(STAMP)  ## format the code and mend what the linter can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

intents: $(STAMP)  ## fit the intents that come with the house, after tools, agents or bundled documents changed
	$(BIN)/python -m agents.fitting

bench: $(STAMP)  ## measure speed
	$(BIN)/python -m bench

clean:  ## remove .venv and what the tools cached; the data folder stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -type d -not -path './node_modules/*' -prune -exec rm -rf {} +

$(STAMP): pyproject.toml constraints.txt
	@python=; for each in $(PYTHONS); do \
	  if "$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$each; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Hanzhi needs Python 3.11 or newer, and none of these is one: $(PYTHONS)."; \
	  echo "Install Python 3.11, or name yours: make $(or $(MAKECMDGOALS),install) PYTHONS=/path/to/python3.11"; exit 1; \
	fi; \
	if [ ! -x $(BIN)/python ]; then echo "making $(VENV) with $$("$$python" --version)"; "$$python" -m venv $(VENV); fi
	@echo "installing (about 2.2 GB on disk; a few minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt $(TORCH) -e '.[dev]'
	@touch $(STAMP)
