# Prints a Python that can make the project's environment: $PYTHON where it is set, else the first that fits.
# Candidates are run, not only looked up: a version manager's shim may stand for a version that is not there.
# Sourced by the other scripts of this folder; find_python ends with status 1 and one line on stderr where none fits.

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        set -- "$PYTHON"
    else
        set -- python3.11 python3.12 python3.13 python3
    fi
    without_ensurepip=""
    for candidate in "$@"; do
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue
        if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$candidate"
            return 0
        fi
        without_ensurepip="${without_ensurepip:-$candidate}"
    done
    if [ -n "$without_ensurepip" ]; then
        version=$("$without_ensurepip" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        echo "setup: $without_ensurepip cannot make virtual environments (no ensurepip): install it" \
            "(Debian, Ubuntu: apt-get install python$version-venv), then run make again." >&2
    elif [ -n "${PYTHON:-}" ]; then
        echo "setup: PYTHON=$PYTHON is no working Python 3.11, 3.12 or 3.13: name one that is." >&2
    else
        echo "setup: found no Python 3.11, 3.12 or 3.13: install one, or name it: make setup PYTHON=/path/to/python3.11" >&2
    fi
    return 1
}
