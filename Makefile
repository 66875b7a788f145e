# Every target makes what it needs, from nothing but Python 3.11+, make and pip.
#   PYTHON=python3.12        the interpreter to build .venv with
#   TORCH_INDEX=URL          a package index with CPU builds of torch (saves 2 GB where no GPU is)
#   FOOTAGE=FOLDER           `make demo` on your own clips
PYTHON ?= python3
TORCH_INDEX ?=
FOOTAGE ?=
BIN := .venv/bin
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := demo
.PHONY: demo test check fix docs screenshots journeys browser clean

.venv/ready: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -e ".[dev]"
	touch $@

demo: .venv/ready  ## index footage, search it three ways, draw the results into demo/
	$(BIN)/python -m benchmarks.demo $(if $(FOOTAGE),--footage "$(FOOTAGE)")

test: .venv/ready  ## every test that needs no GPU, server, weights from elsewhere or browser
	$(BIN)/pytest -n 2 -m "not gpu and not weights and not qdrant and not browser"

check: .venv/ready  ## formatting, lint, types, import directions, generated docs
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m benchmarks.docs --check

fix: .venv/ready  ## formats and repairs what can be repaired
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: .venv/ready  ## writes the generated parts of the documents anew
	$(BIN)/python -m benchmarks.docs

screenshots: .venv/ready  ## the README's pictures of the page, anew, from the demo's library
	$(BIN)/python -m benchmarks.page pictures

journeys: .venv/ready  ## the page in a real browser: `make browser` first; pictures go to build/
	mkdir -p build/screenshots
	RETRACE_REQUIRE_BROWSER=1 RETRACE_SCREENSHOTS=build/screenshots $(BIN)/pytest tests/browser

browser:  ## the browser that the page's tests drive (as root, Debian)
	apt-get update -qq && apt-get install -y -qq chromium

clean:
	rm -rf .venv demo build dist
