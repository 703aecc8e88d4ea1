# Everything from a bare Debian or Raspberry Pi OS on: `make run` and `make test` set up what they
# need by themselves. `make help` lists all targets.

PYTHON_HERE := .venv/bin/python

# A sound server hides the sound card from ALSA unless ALSA has its plugins.
SOUND_SERVER := $(shell command -v pulseaudio pipewire-pulse 2>/dev/null)
# What Python's packages lean on; libatomic1 is for Vosk on 64-bit Arm.
FOR_PACKAGES := espeak-ng libatomic1 libportaudio2
FOR_RUNNING := ca-certificates $(FOR_PACKAGES) $(if $(SOUND_SERVER),libasound2-plugins)
FOR_TESTS := $(FOR_RUNNING) libasound2-plugins pulseaudio pulseaudio-utils procps strace systemd
FOR_BENCHMARK := $(FOR_TESTS) festival festvox-kallpc16k festvox-kdlpc16k festvox-us-slt-hts flite
FOR_GRAPH := libfst-tools libfst22-plugins-base

.DEFAULT_GOAL := help
.PHONY: help run test check venv bench prove soak arm picture model-graph wheel \
	install upgrade uninstall

run: ## start the assistant: by voice, typed without a microphone, else a rehearsal
	@tools/packages.sh $(FOR_RUNNING)
	@tools/venv.sh
	@$(PYTHON_HERE) -m tools.fetch_model
	@.venv/bin/turntable run

test: ## run all tests; ARGS="-k name" chooses
	@tools/packages.sh $(FOR_TESTS)
	@tools/venv.sh test
	@$(PYTHON_HERE) -m pytest $(ARGS)

check: ## look over the code: ruff, its formatting, and mypy
	@tools/venv.sh check test
	@$(PYTHON_HERE) -m ruff check
	@$(PYTHON_HERE) -m ruff format --check
	@$(PYTHON_HERE) -m mypy

venv: ## prepare the virtual environment .venv, and nothing else
	@tools/venv.sh

bench: ## measure the ear, into benchmarks/report.md; ARGS="--model DIR" for another model
	@tools/packages.sh $(FOR_BENCHMARK)
	@tools/venv.sh bench
	@$(PYTHON_HERE) -m benchmarks $(ARGS)

prove: ## show what a session writes and where it connects to, and look for what was said
	@tools/packages.sh $(FOR_TESTS)
	@tools/venv.sh test
	@$(PYTHON_HERE) -m tools.prove

soak: ## live through 24 simulated hours with faults, and watch memory, threads and files
	@tools/packages.sh $(FOR_TESTS)
	@tools/venv.sh test bench
	@$(PYTHON_HERE) -m tools.soak

arm: ## ask for wheels for 64-bit Arm, and run the core of the tests on an emulated one
	@tools/venv.sh test
	@$(PYTHON_HERE) -m pytest -m index tests/packaging
	@tools/arm.sh $(FOR_PACKAGES)

picture: ## draw the README's picture from a real rehearsal
	@tools/packages.sh $(FOR_RUNNING)
	@tools/venv.sh
	@$(PYTHON_HERE) -m tools.picture docs/rehearsal.svg

model-graph: ## rebuild the rehearsal model from its weights and the phrases of intents/
	@tools/packages.sh $(FOR_GRAPH)
	@tools/venv.sh graph
	@$(PYTHON_HERE) -m tools.rehearsal_model graph

wheel: ## build the wheel, into dist/
	@tools/venv.sh
	@$(PYTHON_HERE) -m pip --disable-pip-version-check -qq \
		wheel --no-build-isolation --no-deps --wheel-dir dist .
	@ls dist/*.whl

install: ## put it on this machine for good (with sudo): own environment, units
	@tools/install.sh install

upgrade: ## bring an installed one up to date (with sudo)
	@tools/install.sh upgrade

uninstall: ## take it away again (with sudo); settings and memory stay
	@tools/install.sh uninstall

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
