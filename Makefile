# rnncourse: `make lab` to learn, `make test` to check everything, `make help` for the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TWO_AT_ONCE := -n 2 --dist worksteal
PIP_INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --constraint constraints.txt

.DEFAULT_GOAL := help
.PHONY: help lab test quick build bench experiments clean

help:  ## list the commands
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

lab: $(VENV)/.lab  ## open the course in JupyterLab (sets everything up the first time)
	$(BIN)/jupyter lab chapters/index.ipynb $(LAB_OPTIONS)

test: $(VENV)/.test  ## everything: code, notebooks, exercises, browser, a fresh environment
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m pytest $(TWO_AT_ONCE) -v --durations 15 $(PYTEST_OPTIONS)

quick: $(VENV)/.test  ## an answer within three minutes: runs no chapter and no browser
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/python -m pytest $(TWO_AT_ONCE) -q -m "not slow" $(PYTEST_OPTIONS)

build: $(VENV)/.test  ## make the notebooks of changed sources anew
	$(BIN)/rnncourse build

bench: $(VENV)/.bench  ## speed and memory beside the peers
	$(BIN)/python benchmarks/run.py

experiments: $(VENV)/.test  ## repeat the long measurements that the chapters draw
	$(BIN)/python experiments/run.py

clean:  ## remove the environment (your notebooks stay)
	rm -rf $(VENV) build *.egg-info

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "The course needs Python 3.11, 3.12 or 3.13, but $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Install one of these and name it: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.lab: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing the course into $(VENV): about 430 MB to download the first time (measured on Linux), some minutes on most lines."
	$(PIP_INSTALL) --editable '.[lab]'
	@touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml constraints.txt
	@echo "Installing the course and its test tools into $(VENV): about 580 MB to download the first time."
	$(PIP_INSTALL) --editable '.[test]'
	@touch $(VENV)/.lab $@

$(VENV)/.bench: $(VENV)/.test
	@echo "Installing PyTorch to compare with: on Linux several GB to download the first time."
	$(PIP_INSTALL) --editable '.[test,bench]'
	@touch $@
