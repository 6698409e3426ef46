# Two commands are enough: `make run` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

PYTHON := .venv/bin/python
RASA_PYTHON := nlu/.venv/bin/python

# Rasa: no telemetry, no TensorFlow chatter, one thread (two are no faster), no colours in logs.
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export OMP_NUM_THREADS := 1

.PHONY: help run run-scaled test test-fast test-root test-nlu lint format types validate check-data train audit migrate backup restore account export-training benchmark benchmark-nlu learn-dividing kill-test benchmark-store overload fault-matrix attack env clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

run: env ## start Hairline and print its address; Ctrl-C stops it
	@exec $(PYTHON) -m hairline run

run-scaled: env ## several processes of each kind, on PostgreSQL and Redis, as deploy/scaled.env says
	@HAIRLINE_ENV_FILE=$${HAIRLINE_ENV_FILE:-deploy/scaled.env} exec $(PYTHON) -m hairline run

test: env ## every check: lint, format, types, Rasa's data, all tests
	@$(MAKE) -k lint types validate test-nlu test-root && echo "Hairline: every check passed."

test-fast: env ## the tests that need neither the running system nor a browser nor Rasa
	@$(PYTHON) -m pytest -q -m "not slow"

test-root: env ## all tests outside nlu/, the running system included
	@$(PYTHON) -m pytest

test-nlu: env ## the tests of nlu/, in Rasa's environment
	@$(RASA_PYTHON) -m pytest tests/nlu

lint: env ## ruff: faults and format, without changing anything
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

format: env ## ruff: mend what can be mended
	@.venv/bin/ruff check --fix-only -q .
	@.venv/bin/ruff format .

types: env ## mypy, strict
	@.venv/bin/mypy
	@.venv/bin/mypy --config-file nlu/mypy.ini --python-executable $(RASA_PYTHON) nlu

validate: env ## rasa data validate
	@scripts/validate.sh

check-data: env ## the training data: doubles, gaps, leaks into the benchmark
	@$(RASA_PYTHON) -m nlu.check_data

train: env ## train the model if data or pipeline differ from it
	@$(PYTHON) -m hairline train

migrate: env ## bring the database to the newest shape
	@$(PYTHON) -m hairline migrate

backup: env ## write database and profile into one file (FILE=..., else var/backups/)
	@$(PYTHON) -m hairline backup $(if $(FILE),"$(FILE)")

restore: env ## put a backup in place of what is there: FILE=... (REPLACE=yes where the database is not empty)
	@test -n "$(FILE)" || { echo "Say which: make restore FILE=var/backups/hairline-<time>.tar" >&2; exit 2; }
	@$(PYTHON) -m hairline restore "$(FILE)" $(if $(filter yes,$(REPLACE)),--replace)

account: env ## make an account for the staff desk
	@$(PYTHON) -m hairline create-account

export-training: env ## write what staff marked as misunderstood as training examples, for review
	@$(PYTHON) -m hairline export-training

benchmark: env ## how fast and how small, beside rasa init's bot, into docs/performance.md; PARTS="start latency" for some of it
	@$(PYTHON) -m hairline train && $(PYTHON) -m bench $(PARTS) $(BENCH)

audit: env ## known holes in the locked versions (exit code 3: no data could be had, nothing was audited; DATA=all.zip or a PyPA advisory database)
	@$(PYTHON) scripts/audit.py --uvx $$(test -x .tools/uv/bin/uvx && echo .tools/uv/bin/uvx || echo uvx) $(if $(DATA),--data "$(DATA)")

benchmark-nlu: env ## how well it understands
	@$(RASA_PYTHON) -m nlu.benchmark

learn-dividing: env ## learn anew where a message divides, from nlu/divided/messages.yml (ten minutes)
	@$(RASA_PYTHON) -m nlu.learn_dividing

kill-test: env ## kill -9 of a process, 200 times while visitors book: nothing may be lost (half an hour or more)
	@HAIRLINE_KILLS=$${HAIRLINE_KILLS:-200} $(PYTHON) -m pytest -s tests/e2e/test_kills.py

attack: env ## every attack of docs/security.md in full numbers, against Hairline and the stock bot (an hour or more)
	@HAIRLINE_ATTACKS=$${HAIRLINE_ATTACKS:-1} $(PYTHON) -m pytest -s --timeout=0 tests/attacks tests/web/test_openapi.py

fault-matrix: env ## every part down, slow, restarting and with a full disk, one after another (a quarter of an hour)
	@HAIRLINE_FAULTS=all $(PYTHON) -m pytest -v tests/faults

overload: env ## 100 messages a second, then 500 slow clients: what becomes of the others
	@$(PYTHON) -m bench.overload

benchmark-store: env ## list and search a million leads (half an hour to fill); DATABASES="sqlite:////tmp/many.db postgresql://..."
	@$(PYTHON) -m bench.store --leads $${LEADS:-1000000} $${DATABASES:-sqlite:////tmp/hairline-many.db}

env: .venv/.synced nlu/.venv/.synced ## both environments as their lock files say

.venv/.synced: pyproject.toml uv.lock .python-version scripts/sync.sh
	@scripts/sync.sh .

nlu/.venv/.synced: nlu/pyproject.toml nlu/uv.lock nlu/.python-version scripts/sync.sh
	@scripts/sync.sh nlu

clean: ## remove what can be made again (var/ with your leads stays)
	rm -rf .venv nlu/.venv .tools .cache .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis models/*.tar.gz
