# `make` prints what there is. Each target makes the environment first if it is missing or out of date.
#   ENV=active     use the Python that is active now, if it satisfies requirements.txt
#   INSTALL=...    another installer, for instance: INSTALL="uv pip install --python .venv --torch-backend cpu"
PYTHON ?= $(if $(filter Windows_NT,$(OS)),python,python3)
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
INSTALL ?= $(BIN)/python -m pip install --quiet
ifeq ($(ENV),active)
RUN := $(PYTHON)
READY := active-environment
else
RUN := $(BIN)/python
READY := .venv/made
endif
# What a target needs beside the environment, from tests/requirements-$1.txt.
with = $(if $(filter active,$(ENV)),$(READY),.venv/$1)
export PYTHONPATH := $(CURDIR)

help:            ## print this list
	@$(PYTHON) -c "import re; [print('make %-12s %s' % m) for m in re.findall(r'(?m)^([a-z-]+):.*?## (.*)', open('Makefile').read())]"

.venv/made: requirements.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) -r requirements.txt
	@$(BIN)/python -c "open('.venv/made', 'w')"

.venv/%: tests/requirements-%.txt .venv/made
	$(INSTALL) -r requirements.txt -r $<
	@$(BIN)/python -c "open('$@', 'w')"

active-environment:
	@$(PYTHON) -m tools.environment

env: $(READY)    ## make the environment .venv
execute-all: $(READY)  ## run all notebooks into build/executed; ARGS="-p SEED 7" or ARGS="01" chooses
	@$(RUN) -m tools.run $(ARGS)

test: $(READY)   ## check everything the bundle promises, stored outputs and figures included
	@$(RUN) -m pytest $(ARGS)

refresh: $(READY)  ## run changed notebooks in place; NB="01 03" names them
	@$(RUN) -m tools.run --in-place $(if $(NB),$(NB),--changed)

lab: $(READY)    ## open JupyterLab on the bundle
	@$(RUN) -m jupyterlab

lint: $(READY)   ## check style of code and notebooks
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

sweep: $(READY)  ## run a notebook for every combination: NB=02 ARGS="-p WIDTH 5,10 -p LEARNING_RATE 0.1,0.2"
	@$(RUN) -m tools.sweep $(NB) $(ARGS)

cluster: $(call with,cluster)  ## run a study on a Dask scheduler and two workers of this machine
	@$(RUN) -m pytest --numprocesses=0 tests/cluster

bench: $(call with,bench)  ## compare speed with what a user would otherwise use
	@$(RUN) -m tools.bench $(ARGS)

mistakes: $(READY)  ## plant each catalogued mistake and show which check catches it
	@$(RUN) -m tools.mistakes $(ARGS)

mutants: $(call with,mutants)  ## change the helpers in thousands of ways and list what no test notices
	@$(RUN) -m tools.mutants $(ARGS)

audit: $(call with,audit)  ## look the pinned packages up among known vulnerabilities; needs the network
	@$(RUN) -m pip_audit --strict --no-deps --requirement requirements.txt

elsewhere: $(READY)  ## run the checks on other processors, versions, Colab's set and without network; ARGS="offline" chooses
	@$(RUN) -m tools.elsewhere $(ARGS)

publish: $(READY)  ## make a release: badges, set-up cells, changelog, commit and tag; VERSION=1.2.0
	@$(RUN) -m tools.publish $(VERSION) $(REPOSITORY)

colab: $(READY)  ## build self-contained notebooks, helpers inside, into build/colab; ARGS="01" chooses
	@$(RUN) -m tools.one_file $(ARGS)

clean:           ## remove what the targets made, the environment excepted
	@$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('build', 'mutants', '.hypothesis', '.pytest_cache', '.ruff_cache')]"

.PHONY: help active-environment env execute-all test refresh lab lint bench sweep cluster mistakes mutants audit elsewhere publish colab clean
