# make demo: set up, build the demonstration county, start its office.   make test: set up and pass the tests.
.DEFAULT_GOAL := help
SHELL := /bin/bash
UV := .tools/bin/uv
RUN := .venv/bin/

# Networks that inspect traffic put their certificate into the system's store: pip and uv are told to use it.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export PIP_CERT ?= /etc/ssl/certs/ca-certificates.crt
export SSL_CERT_FILE ?= /etc/ssl/certs/ca-certificates.crt
endif

.PHONY: help setup demo test check bench docs wheels picture examples format

help:
	@grep -E '^[a-z]+:.*## ' Makefile | sed 's/:.*## /\t/'

$(UV):
	@bash bin/install_uv

.venv/.ready: $(UV) uv.lock pyproject.toml
	@echo "Preparing .venv …" >&2
	@bash bin/sync
	@touch $@

.venv/.ready-%: $(UV) uv.lock pyproject.toml
	@echo "Preparing .venv ($*) …" >&2
	@bash bin/sync $*
	@touch $@ .venv/.ready

setup: .venv/.ready ## prepare .venv (.venv/bin/xuezheng is the command)
	@bash bin/apt_packages fonts-noto-cjk

demo: setup ## build the demonstration county, assess it, and start its office: one address, a login for each role
	@$(RUN)python -m xuezheng demo --into demo

test: setup .venv/.ready-test .venv/.ready-check ## pass the tests
	@bash bin/apt_packages fonts-noto-cjk chromium postgresql
	@$(RUN)pytest -n 2
	@$(RUN)pytest -n 2 --database postgres -m django_db --ignore tests/browser

check: .venv/.ready-test .venv/.ready-check ## linters, types, import contracts
	@$(RUN)ruff check src tests benchmarks docs bin
	@$(RUN)ruff format --check src tests benchmarks docs bin
	@$(RUN)mypy
	@$(RUN)lint-imports --no-cache

bench: setup .venv/.ready-test .venv/.ready-bench ## the benchmark table, peers beside us in one run
	@$(RUN)python -m benchmarks

docs: setup .venv/.ready-docs ## build the documentation site into site/
	@$(RUN)python -m xuezheng docs --into docs/reference
	@NO_MKDOCS_2_WARNING=1 $(RUN)mkdocs build --strict --quiet

wheels: $(UV) ## gather everything for an installation without a network into dist/wheels
	@bash bin/wheels

picture: setup .venv/.ready-test ## take the pictures of the report and of the office anew
	@$(RUN)python -m xuezheng demo --no-serve --into demo
	@bash bin/apt_packages fonts-noto-cjk chromium
	@$(RUN)python docs/screenshots.py demo/report.html docs/assets
	@$(RUN)python docs/office_screenshots.py demo docs/assets/office

examples: setup .venv/.ready-test ## write the outputs of the documentation's examples anew
	@$(RUN)python docs/examples.py --write

format: .venv/.ready-check
	@$(RUN)ruff format src tests benchmarks docs bin
	@$(RUN)ruff check --fix src tests benchmarks docs bin
