#!/usr/bin/env bash
# usage: train.sh [TEXTS [WORK [SECONDS]]]
# Builds the trainer, learns the vocabulary, trains for SECONDS of wall clock and writes
# ../language/sample.gguf. Run again with the same WORK after an interruption: it goes on.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
texts=${1:-$root/../shared/data}
work=${2:-$root/build/sample-training}
seconds=${3:-5280}

cmake -S "$here" -B "$work/build" -DCMAKE_BUILD_TYPE=Release
cmake --build "$work/build" --parallel
[ -f "$work/valid.ids" ] || "$work/build/prepare_text" corpus "$texts" "$work"
nice -n 19 "$work/build/train_sample" train "$work" "seconds=$seconds" | tee -a "$work/train.log"
"$work/build/train_sample" export "$work" "$here/../language/sample.gguf"
"$work/build/prepare_text" ids "$work" "$here/../language/evaluation.txt" "$work/evaluation.ids"
"$work/build/train_sample" perplexity "$work" "$work/evaluation.ids"
