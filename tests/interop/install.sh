#!/usr/bin/env bash
# usage: install.sh [DIR]     installs the pinned llama.cpp client into DIR (default build/interop)
# Exit code 0: ready (a second run does nothing); 77: not possible on this machine, reason printed; 1: failed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-$here/../../build/interop}

skip() { echo "skipped: $1"; exit 77; }

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || skip "only Linux on x86-64 has a pinned prebuilt llama.cpp"
command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] \
    || skip "node-llama-cpp needs node 20 or newer and this is $(node -v), as Debian 12 has it: nodejs.org has newer ones"

mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
client=$dir/node_modules/node-llama-cpp/dist/index.js
engine=$dir/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64/llama-addon.node
stamp=$dir/.installed
if [ -f "$client" ] && [ -f "$engine" ] && cmp -s "$stamp" "$here/package.json"; then
    echo "already installed in $dir"
    exit 0
fi

pinned=$(node -p "require('$here/package.json').dependencies['node-llama-cpp']")
probe=$(mktemp -d) # an empty cache, or a cached answer would pass for a reachable registry
offline=
npm view "node-llama-cpp@$pinned" version --cache "$probe" --fetch-retries=0 --fetch-timeout=20000 \
    >/dev/null 2>&1 || offline=--offline
rm -rf "$probe"

# The package lists 700 MB of GPU builds as optional: leave them out; the CPU build is named explicitly.
# Its install scripts would try to compile llama.cpp: leave them out too.
cp "$here/package.json" "$dir/package.json"
if ! npm install --prefix "$dir" --ignore-scripts --omit=optional --no-package-lock --no-audit --no-fund $offline \
        >"$dir/install.log" 2>&1; then
    [ -z "$offline" ] || skip "the npm registry cannot be reached and the npm cache lacks the package"
    tail -n 5 "$dir/install.log" >&2
    echo "npm install failed, see $dir/install.log" >&2
    exit 1
fi
[ -f "$client" ] && [ -f "$engine" ] || { echo "npm installed no llama.cpp for linux-x64 in $dir" >&2; exit 1; }
cp "$here/package.json" "$stamp"
echo "installed node-llama-cpp $pinned in $dir"
