#!/bin/sh
# Usage: tools/make_venv.sh LOCKFILE    (from the repository's root; `make setup` calls it)
# Makes `.venv` anew and installs exactly what the lock lists, every file checked against its hash.
set -eu

lock=$1
. tools/find_python.sh
python=$(find_python)

echo "setup: making .venv with $("$python" --version) and installing $lock; this takes a few minutes."
"$python" -m venv --clear .venv || {
    echo "setup: $python could not make .venv (see above)." >&2
    exit 1
}
.venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r "$lock" || {
    echo "setup: pip could not install $lock (see above); mend that and run make again." >&2
    exit 1
}
touch .venv/.installed
echo "setup: done."
