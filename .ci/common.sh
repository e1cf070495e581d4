# shellcheck shell=bash
# What the steps share. Each sources it; `scratch`, a folder for temporary files, comes from .ci/run.
set -euo pipefail
: "${scratch:?run a step with .ci/run NAME}"

# Where cargo builds, and where the bundler lays out the plugin.
# shellcheck disable=SC2034 # the steps use them
target=${CARGO_TARGET_DIR:-target}
# shellcheck disable=SC2034
bundled=$target/bundled

# Something that is not to be had: a skip on a contributor's machine, a failure where CI=true.
missing() {
    if [ "${CI:-}" = true ]; then
        echo "FAILED: $1" >&2
        exit 1
    fi
    echo "skipped: $1"
}

has() {
    command -v "$1" >/dev/null
}

# Installs Debian's packages where that is possible. Whether it was, the caller finds out by looking for the program.
debian() {
    if [ "$(id -u)" = 0 ] && has apt-get; then
        { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"; } \
            >"$scratch/apt.log" 2>&1 || true
    fi
}

# Installs packages from PyPI into an environment of this run's own: `pypi 'minihost==0.11.*'`. Its programs are then in
# $pypi. False where they cannot be had.
pypi=$scratch/python/bin
pypi() {
    has python3 || return 1
    if ! [ -x "$pypi/pip" ]; then
        # Debian ships venv apart from Python.
        python3 -m venv "$scratch/python" >/dev/null 2>&1 || debian python3-venv
        [ -x "$pypi/pip" ] || python3 -m venv --clear "$scratch/python" >/dev/null 2>&1 || return 1
    fi
    "$pypi/pip" install --quiet --disable-pip-version-check "$@"
}

# The bundles that the steps below load. Built once a run; cargo sees to it that they are of these sources.
bundles() {
    if ! [ -e "$scratch/bundled" ]; then
        cargo run --release -p bundler -- bundle
        touch "$scratch/bundled"
    fi
}
