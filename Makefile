# Every target works on a fresh clone: those that need Python libraries make `.venv` first.

PYTHON ?=
UV_VERSION = 0.9
VENV_PYTHON = .venv/bin/python
INSTALLED = .venv/.installed

.PHONY: setup demo test bench soak lock screenshots pretrained clean FORCE

setup: $(INSTALLED)

# Made anew when the lock changed, and when the interpreter it was made with is gone.
$(INSTALLED): requirements.lock $(shell test -x $(VENV_PYTHON) || echo FORCE)
	@PYTHON="$(PYTHON)" sh tools/make_venv.sh requirements.lock

demo: setup
	@$(VENV_PYTHON) grade.py demo -o demo

# Side by side, the tests of a file in one process: they share what takes long to start. More than four would start
# more TensorFlow processes than a usual machine has memory for.
test: setup
	@$(VENV_PYTHON) -m pytest -n logical --maxprocesses 4 --dist loadfile

bench: setup
	@if [ -f benchmarks/__main__.py ]; then $(VENV_PYTHON) -m benchmarks; else echo "make bench: there are no benchmarks yet."; fi

# pytest exits with 5 where it selected no test.
soak: setup
	@$(VENV_PYTHON) -m pytest -m soak --timeout=3600 || \
	  { code=$$?; [ $$code -eq 5 ] && echo "make soak: there are no soak tests yet." || exit $$code; }

lock:
	@PYTHON="$(PYTHON)" UV_VERSION="$(UV_VERSION)" sh tools/make_lock.sh

# Pictures of what the demo wrote; makes the demo first where it is not there.
screenshots: setup
	@test -f demo/index.html || $(VENV_PYTHON) grade.py demo -o demo
	@$(VENV_PYTHON) tools/make_screenshots.py demo

# Trains the small network of Part 3 and hands it on to the students' folder: the same seed gives the same weights.
pretrained: setup
	@$(VENV_PYTHON) tools/train_pretrained.py
	@$(VENV_PYTHON) grade.py template

clean:
	@rm -rf .venv demo build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	@find . -name .git -prune -o -type d -name __pycache__ -prune -exec rm -rf {} +
