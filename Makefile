# Every target makes what it needs. PYTHON picks the interpreter, TORCH_INDEX an index with CPU builds of torch.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FOOTAGE ?=
TORCH_INDEX ?=
export HF_HUB_OFFLINE := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: demo test check fix browser clean
.DEFAULT_GOAL := demo

$(VENV)/ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) -e ".[dev]"
	touch $@
