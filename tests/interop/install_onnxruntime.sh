#!/usr/bin/env bash
# usage: install_onnxruntime.sh DIR     installs the pinned onnxruntime (CPU) into DIR, 290 MB
# Exit code 0: ready (a second run does nothing); 77: not possible on this machine, reason printed; 1: failed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=$1
skip() { echo "skipped: $1"; exit 77; }

case "$(uname -s)-$(uname -m)" in
Linux-x86_64 | Linux-aarch64) ;;
*) skip "onnxruntime-node has a CPU library for Linux on x86-64 and arm64 only" ;;
esac
command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || skip "node 18 or newer is needed, this is $(node -v)"
mkdir -p "$dir"
if cmp -s "$dir/.installed" "$here/onnxruntime/package-lock.json"; then
    echo "already installed in $dir"
    exit 0
fi
cp "$here/onnxruntime/package.json" "$here/onnxruntime/package-lock.json" "$dir"
# The install script only fetches libraries for graphics cards; the one for the CPU is in the package.
if ! npm ci --prefix "$dir" --ignore-scripts --no-audit --no-fund --fetch-retries=0 --fetch-timeout=60000 \
        >"$dir/install.log" 2>&1; then
    npm view onnxruntime-node version --fetch-retries=0 --fetch-timeout=20000 >/dev/null 2>&1 \
        || skip "the npm registry cannot be reached"
    tail -n 5 "$dir/install.log" >&2
    exit 1
fi
cp "$here/onnxruntime/package-lock.json" "$dir/.installed"
echo "installed in $dir"
