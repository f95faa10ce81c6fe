# The comment after a target explains it; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
PORT ?= 5000
# Stages call `python`: it must be that of the environment, whatever is active in the shell.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export MLFLOW_DISABLE_TELEMETRY := true

# Empty: the tested builds of PyPI (CUDA on Linux). Otherwise one of uv's names, such as cpu or cu130.
TORCH ?= $(shell cat .venv/.torch 2>/dev/null)

READY := .venv/.ready$(addprefix -,$(TORCH))

# Scripts in .venv contain its path: if the folder was moved or copied, .venv is made again. A link to another .venv
# stays unchanged.
LINKED := $(shell test -h .venv && test -e $(READY) && echo linked)
PLACE := $(shell test -h .venv || cat .venv/.place 2>/dev/null)
MOVED := $(shell test -z "$(PLACE)" || test "$(PLACE)/.venv" -ef .venv || echo moved)
$(if $(MOVED),$(shell rm -f .venv/.ready*))

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(READY) ## Make .venv with the tested versions of requirements.lock

$(READY): $(if $(LINKED),,requirements.lock pyproject.toml)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "ganforge needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) --version); run: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@echo "Installing into .venv: some minutes and 6 GB at the first time, most of it PyTorch."
	@test -z "$(MOVED)" || { echo "This folder was moved or copied from $(PLACE): making .venv again."; rm -rf .venv; }
	@test -x .venv/bin/pip || $(PYTHON) -m venv --clear .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check uv
ifeq ($(TORCH),)
	.venv/bin/uv pip install --python .venv/bin/python --quiet --compile-bytecode --requirements requirements.lock --no-deps --editable .
else
	grep -vE '^(nvidia|cuda|triton)' requirements.lock > .venv/requirements.txt
	.venv/bin/uv pip install --python .venv/bin/python --quiet --compile-bytecode --requirements .venv/requirements.txt --editable . --torch-backend $(TORCH)
endif
	@printf '%s' "$(TORCH)" > .venv/.torch
	@printf '%s' "$(CURDIR)" > .venv/.place
	@rm -f .venv/.ready* && touch $(READY)

# In a folder without .git, such as an unpacked zip, DVC needs a setting.
.PHONY: workspace
workspace: setup
	@test -e .git || test -e .dvc/config.local || printf '[core]\n    no_scm = true\n' > .dvc/config.local

.PHONY: repro
repro: workspace ## Run the stages of the pipeline that are affected by changes of params.yaml or the code
	@ganforge check
	@python -m pipeline.unlock
	@dvc repro
	@ganforge scores

.PHONY: look
look: workspace ## Prepare the data and open a page with them, before any training
	@ganforge check
	@python -m pipeline.unlock
	@dvc repro look
	@python -c 'import sys, webbrowser; sys.exit(not webbrowser.open("file://$(CURDIR)/reports/data.html"))' || echo "No browser answers here: open reports/data.html with one."

.PHONY: sweep
sweep: workspace ## Run the experiments of recipes/sweeps/SWEEP.yaml and rank them (SWEEP=losses, JOBS=1)
	@ganforge check
	@ganforge sweep $(or $(SWEEP),losses) --jobs $(or $(JOBS),1)

.PHONY: augmentation
augmentation: workspace ## Measure whether generated images help a classifier with few real ones (docs/how_to/augmentation.md)
	@ganforge check
	@python -m pipeline.unlock
	@dvc repro pipeline/augmentation/dvc.yaml

.PHONY: report
report: setup ## Open the report of the last run
	@test -e reports/report.html || { echo "There is no report yet: run make repro first."; exit 1; }
	@dvc status -q report || echo "This report may be of an earlier run: make repro writes a new one."
	@python -c 'import sys, webbrowser; sys.exit(not webbrowser.open("file://$(CURDIR)/reports/report.html"))' || echo "No browser answers here: open reports/report.html with one."

.PHONY: ui
ui: setup ## Open the recorded runs in MLflow, at http://127.0.0.1:5000 (PORT=... for another port)
	@ganforge ui --port $(PORT)

.PHONY: register
register: setup ## Make the generator the champion in MLflow's registry, unless it is worse (FORCE=1: even then)
	@ganforge register $(if $(filter 1,$(FORCE)),--force)

.PHONY: serve
serve: setup ## Serve samples of the champion at http://127.0.0.1:5001 (PORT=... for another port)
	@ganforge serve --port $(if $(filter file,$(origin PORT)),5001,$(PORT))

.PHONY: demo
demo: setup ## Open a page to draw, mix and edit samples, or to translate pictures, at http://127.0.0.1:7860 (PORT=... for another port)
	@ganforge demo --port $(if $(filter file,$(origin PORT)),7860,$(PORT))

.PHONY: test
test: setup ## Run the tests
	pytest

.PHONY: test-long
test-long: setup ## Run the slow tests
	pytest -m long

.PHONY: benchmark
benchmark: setup ## Compare images per second with a textbook loop (docs/explanation/performance.md)
	python -m benchmarks.training

.PHONY: results
results: setup ## Measure docs/explanation/results.md again, for hours on a CPU (PARTS="families digits" for some parts)
	python -m benchmarks.results $(PARTS)

.PHONY: docs
docs: setup ## Build the documentation as a site, build/site/index.html
	@python docs/build_site.py

.PHONY: learn
learn: setup ## Run the six chapters for learners and save their pictures
	python docs/learn.py

.PHONY: gallery
gallery: setup ## Make the README's picture from the samples of all applications
	python docs/gallery.py

.PHONY: screenshots
screenshots: setup ## Take the pictures of MLflow's pages in docs/images again (needs Chromium and its chromedriver)
	python docs/screenshots.py

.PHONY: lint
lint: setup ## Check style and types
	ruff check
	ruff format --check
	mypy
	python -m ganforge.params.tables --check
	check-jsonschema --builtin-schema vendor.compose-spec compose.yaml
	check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yaml
	check-jsonschema --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci .gitlab-ci.yml
	zizmor --offline --quiet --no-progress .github
	check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
	python -m json.tool .devcontainer/devcontainer.json > /dev/null
	hadolint Dockerfile

.PHONY: lock
lock: setup ## Resolve requirements.lock again
	uv pip compile --quiet --upgrade --universal --no-header --no-annotate --extra dev pyproject.toml --output-file requirements.lock

.PHONY: clean
clean: ## Remove the results of the pipeline; runs in MLflow and DVC's cache stay
	rm -rf data/raw data/prepared models samples reports/data* reports/figures reports/progress reports/report.html reports/compare.html .ganforge
