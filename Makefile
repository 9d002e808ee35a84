# `make` prints what there is. Each target first brings the environment .venv up to date, which takes no time if it is.
#   PYTHON=...     another Python to make it with, such as python3.12
#   INSTALL=...    another installer, such as "uv pip install --python .venv --torch-backend cpu"
#   ENV=active     use the Python that is active now, if it satisfies requirements.txt
# Without make, as on Windows, run what stands under a target by hand; README.md shows how.
PYTHON ?= $(if $(filter Windows_NT,$(OS)),python,python3)
RUN := $(if $(filter active,$(ENV)),$(PYTHON),.venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)/python)
PREPARE = $(PYTHON) -m tools.environment $(if $(filter active,$(ENV)),--active)
export INSTALL
export PYTHONPATH := $(CURDIR)

help:            ## print this list
	@$(PYTHON) -c "import re; [print(f'make {n:11} {t}' if n else f'\n{h}') for h, n, t in re.findall(r'(?m)^#> (.*)|^([a-z-]+):.*?## (.*)', open('Makefile').read())]"

env:             ## make the environment .venv; says first what it downloads
	@$(PREPARE)

#> Run everything
execute-all: env  ## run all notebooks into build/executed; ARGS="-p SEED 7" or ARGS="01" chooses, LANGUAGE=es too
	@$(RUN) -m tools.run --language "$(LANGUAGE)" $(ARGS)

test:            ## check everything the course promises, stored outputs, figures and website included
	@$(PREPARE) site
	@$(RUN) -m pytest $(ARGS)

#> Teach with it
lab: env         ## open JupyterLab on the course's start page
	@$(RUN) -m tools.lab $(ARGS)

check: env       ## look in seconds at the notebooks that changed: form, exercises, figures; NB="01 03" names them
	@$(RUN) -m tools.check $(NB)

refresh: env     ## run changed notebooks in place; NB="01 03" names them, LANGUAGE=es too
	@$(RUN) -m tools.run --in-place --language "$(LANGUAGE)" $(if $(NB),$(NB),--changed)

publish: env     ## make a release: badges, set-up cells, changelog, commit and tag; VERSION=1.2.0
	@$(RUN) -m tools.publish $(VERSION) $(REPOSITORY)

release: env     ## make a class's copy without solutions: build/release/student; FEEDBACK=answered REPOSITORY=https://...
	@$(RUN) -m tools.release --feedback "$(or $(FEEDBACK),instant)" --exercises "$(EXERCISES)" --repository "$(REPOSITORY)"

grade: env       ## grade FOLDER=submissions into build/grades; EXERCISES="01:1,5 03" or points.toml, else the release, says what counts
	@$(PYTHON) -m tools.environment grading
	@$(RUN) -m tools.grade "$(FOLDER)" --exercises "$(EXERCISES)" --grader "$(GRADER)" --language "$(LANGUAGE)" $(ARGS)

#> Maintain it
lint: env        ## check the style of code and notebooks
	@$(RUN) -m ruff check . && $(RUN) -m ruff format --check .

colab: env       ## build self-contained notebooks, helpers inside, into build/colab; ARGS="01" chooses
	@$(RUN) -m tools.one_file $(ARGS)

translate: env   ## bring catalogues and notebooks of all languages up to date; ARGS=fr begins another
	@$(RUN) -m tools.translate $(ARGS)

sweep: env       ## run a notebook for every combination: NB=02 ARGS="-p WIDTH 5,10 -p LEARNING_RATE 0.1,0.2"
	@$(RUN) -m tools.sweep $(NB) $(ARGS)

mistakes: env    ## show that every check can fail, and what turns it red
	@$(RUN) -m tools.mistakes $(ARGS)

elsewhere: env   ## run the checks on other processors, versions, Colab's set and without network; ARGS="offline" chooses
	@$(RUN) -m tools.elsewhere $(ARGS)

grade-test: env  ## grade a class of sixty, half of them hostile; minutes
	@$(PYTHON) -m tools.environment grading
	@$(RUN) -m pytest --numprocesses=0 -s tests/grading/sixty.py

# These need more packages: tests/requirements-<name>.txt.
site:            ## build the website into build/site; SOLUTIONS=0 leaves the solutions out
	@$(PREPARE) $@
	@$(RUN) -m tools.site $(if $(filter 0,$(SOLUTIONS)),--without-solutions)

bench:           ## compare speed with what a user would otherwise use
	@$(PREPARE) $@
	@$(RUN) -m tools.bench $(ARGS)

browser:         ## do in a real JupyterLab what a reader does; needs a Chromium; ARGS="--quick 01" chooses
	@$(PREPARE) $@
	@$(RUN) -m tools.browser $(ARGS)

look:            ## look at every page of the website in a Chromium, on three screens
	@$(PREPARE) site browser
	@$(RUN) -m pytest --dist=load tests/site/test_in_chromium.py $(ARGS)

cluster:         ## run a study on a Dask scheduler and two workers of this machine
	@$(PREPARE) $@
	@$(RUN) -m pytest --numprocesses=0 tests/cluster

mutants:         ## change the helpers in thousands of ways and list what no test notices
	@$(PREPARE) $@
	@$(RUN) -m tools.mutation $(ARGS)

mutants-of-tools:  ## the same for a sample of the tools, each change in a copy of the course
	@$(PREPARE) mutants
	@$(RUN) -m tools.mutation.of_tools $(ARGS)

audit:           ## look the pinned packages up among known vulnerabilities; needs the network
	@$(PREPARE) $@
	@$(RUN) -m pip_audit --strict --no-deps --requirement requirements.txt

clean:           ## remove what the targets made, the environment excepted
	@$(PYTHON) -c "import shutil; [shutil.rmtree(p, ignore_errors=True) for p in ('build', 'mutants', '.hypothesis', '.pytest_cache', '.ruff_cache')]"

.PHONY: help env execute-all test lab check refresh publish release grade lint colab translate sweep mistakes elsewhere grade-test site bench browser look cluster mutants mutants-of-tools audit clean
