#!/bin/sh
# Usage: tools/make_lock.sh    (from the repository's root; `make lock` calls it)
# Resolves pyproject.toml for Linux and macOS and every supported Python. The locks stay neutral: settings of this
# machine (mirrors, folders of local wheels) neither steer the resolution nor get written down.
set -eu
unset UV_FIND_LINKS UV_INDEX UV_EXTRA_INDEX_URL

if command -v uv >/dev/null 2>&1; then
    uv=uv
else
    . tools/find_python.sh
    python=$(find_python)
    "$python" -m venv --clear build/lock
    build/lock/bin/python -m pip install --quiet --disable-pip-version-check "uv>=$UV_VERSION"
    uv=build/lock/bin/uv
fi

# Already locked versions are kept where they still fit; a lock is replaced only when its successor is whole.
compile() {
    target=$1
    shift
    mkdir -p build
    rm -f "build/$target"
    [ ! -f "$target" ] || cp "$target" "build/$target"
    "$uv" pip compile --quiet --no-config --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
        --no-emit-index-url --no-emit-find-links --annotation-style line --custom-compile-command "make lock" \
        "$@" pyproject.toml --output-file "build/$target"
    mv "build/$target" "$target"
}

compile requirements.lock --all-extras
compile requirements-core.lock --constraint requirements.lock
echo "lock: wrote requirements.lock and requirements-core.lock."
