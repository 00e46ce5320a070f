# omlib. `make demo` and `make test` do all their own set-up. PYTHON: the interpreter to build on.
PYTHON ?= python3
BIN := .venv/bin
.DEFAULT_GOAL := help
.PHONY: help setup demo demo-yibin demo-simulated engine test soak lint types layers check bench lab-down clean

help: ## say what there is to make
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## Debian packages (as root), virtual environment, Python packages
	@$(PYTHON) tools/setup.py

demo: setup ## the declared estate built for real, drift planted, verdicts shown
	@$(BIN)/omlib demo

demo-yibin: setup ## a cloud of 75 servers that grew by hand, adopted without a touch
	@$(BIN)/omlib demo --scenario yibin

demo-simulated: setup ## the same story on the shipped fakes, in seconds
	@$(BIN)/omlib demo --simulated

engine: setup ## the Pulumi engine, built once into ~/.cache/omlib (3 to 5 minutes)
	@$(BIN)/omlib cloud engine

# a test that needs the engine where it cannot be built is skipped, and says so
test: setup ## every test; the laws as a seeded sample
	-@$(BIN)/omlib cloud engine
	@$(BIN)/pytest

soak: setup ## the laws at full count
	-@$(BIN)/omlib cloud engine
	@OMLIB_SOAK=1 $(BIN)/pytest tests/laws

lint: setup ## ruff: rules and format
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: setup ## mypy, strict
	@$(BIN)/mypy

layers: setup ## the import contracts of docs/architecture.md
	@$(BIN)/lint-imports --no-logo

check: lint types layers ## lint, types and layers

bench: setup ## measured figures, side by side with a peer
	@$(BIN)/python benchmarks/run.py

lab-down: setup ## stop the lab and leave nothing behind
	@$(BIN)/omlib lab down

clean: ## remove what was built inside the clone
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
