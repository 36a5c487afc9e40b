#!/usr/bin/env bash
# usage: llama_tools.sh [DIR]     builds llama.cpp's own perplexity, imatrix and quantize programs into DIR/tools
# from the source bundle inside the installed client, against its prebuilt libraries (three files to compile).
# DIR is install.sh's folder (default build/interop). A second run does nothing. Exit code 77: not possible here.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${1:-$here/../../build/interop}

skip() { echo "skipped: $1"; exit 77; }

bundle=$dir/node_modules/node-llama-cpp/llama/gitRelease.bundle
libraries=$dir/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64
[ -f "$bundle" ] && [ -d "$libraries" ] || skip "llama.cpp is not installed in $dir; run install.sh"
command -v git >/dev/null || skip "git is not installed"
compiler=$(command -v "${CXX:-g++}") || skip "no C++ compiler"

dir=$(cd "$dir" && pwd)
libraries=$(cd "$libraries" && pwd)
tools=$dir/tools
if [ "$bundle" -ot "$tools/.built" ]; then
    echo "already built in $tools"
    exit 0
fi

rm -rf "$dir/llama.cpp" "$tools"
git clone --quiet --no-checkout "$bundle" "$dir/llama.cpp" 2>/dev/null
cd "$dir/llama.cpp"
git checkout --quiet HEAD -- include ggml/include common vendor src tools/perplexity tools/imatrix tools/quantize
mkdir "$tools"
ln -s "$libraries"/*.so "$tools" # the programs look for CPU back ends beside themselves
for tool in perplexity imatrix quantize; do
    # some of the tools keep main() in a file of its own
    nice "$compiler" -std=c++17 -O2 -Iinclude -Iggml/include -Icommon -Ivendor -Isrc tools/$tool/*.cpp \
        -o "$tools/llama-$tool" -L"$tools" -l:libllama-common.so "$(ls "$tools"/libllama.v*.so)" \
        "$(ls "$tools"/libggml.v*.so)" -l:libggml-base.so -Wl,-rpath,'$ORIGIN'
    echo "built $tools/llama-$tool"
done
touch "$tools/.built"
