#!/usr/bin/env bash
# The same set-up as run.sh, then all tests. Prints ctest's closing lines.
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
ctest --preset release -j "$(nproc)" "$@"
