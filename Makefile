# Minyi 民意. Needs only python3 (3.11 or newer, with venv), make and git.
PYTHON ?= python3
VENV := .venv
PIP := $(VENV)/bin/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --require-hashes --no-deps --no-build-isolation

.DEFAULT_GOAL := help
.PHONY: help install demo test test-elastic test-compose check lint types bench chaos lock clean

help:
	@echo "make demo    install, then show the main job on sample data (示例数据)"
	@echo "make test    install, then run the tests"
	@echo "make test-elastic  the tests that need a real Elasticsearch (a JDK of 21 or newer, Maven)"
	@echo "make test-compose  the container files, read by docker-compose or docker compose"
	@echo "make check   lint, types and tests: what continuous integration runs"
	@echo "make bench   measure speed, write docs/benchmarks.md"
	@echo "make chaos   kill -9 sweep over crawl, ingest and notify"
	@echo "make lock    renew requirements/*.txt (maintainers)"

# Each stamp is newer than the lock it was installed from, so a second call installs nothing.
$(VENV)/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml
	@test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked packages into $(VENV) ..."
	@$(PIP) install --quiet --require-hashes -r requirements/build.txt
	@$(INSTALL) -r requirements/runtime.txt
	@$(PIP) install --quiet --no-build-isolation --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements/dev.txt
	@echo "installing the test tools into $(VENV) ..."
	@$(INSTALL) -r requirements/dev.txt
	@touch $@

install: $(VENV)/.runtime

demo: $(VENV)/.runtime
	@$(VENV)/bin/minyi demo

test: $(VENV)/.dev
	@$(VENV)/bin/python -m pytest

# Gets the published test distribution of Elasticsearch from Maven Central, once, into the user's cache.
test-elastic: $(VENV)/.dev
	@MINYI_ELASTIC=1 MINYI_NO_SKIPS=1 $(VENV)/bin/python -m pytest -m elastic

test-compose: $(VENV)/.dev
	@$(VENV)/bin/python -m pytest -m compose tests/deploy

lint: $(VENV)/.dev
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .

types: $(VENV)/.dev
	@$(VENV)/bin/mypy

check: lint types test

bench: $(VENV)/.dev
	@$(VENV)/bin/python -m benchmarks

chaos: $(VENV)/.dev
	@$(VENV)/bin/python -m pytest -m chaos tests/chaos

# Needs `uv` on the path; the locks it writes name no host.
lock:
	@for part in build runtime dev; do \
	  uv pip compile --quiet --upgrade --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-header requirements/$$part.in -o requirements/$$part.txt || exit 1; done

clean:
	@rm -rf $(VENV) data-demo .mypy_cache .ruff_cache .pytest_cache
