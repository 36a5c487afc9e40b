#!/usr/bin/env bash
# usage: train.sh [TEXTS [WORK [STEPS]]]
# Builds the trainer, learns the vocabulary, trains for STEPS steps and writes
# ../language/sample.gguf. Run again with the same WORK after an interruption: it goes on, to the same bits.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
texts=${1:-$root/../shared/data}
work=${2:-$root/build/sample-training}
steps=${3:-1800}

cmake -S "$here" -B "$work/build" -DCMAKE_BUILD_TYPE=Release
cmake --build "$work/build" --parallel
[ -f "$work/valid.ids" ] || "$work/build/prepare_text" corpus "$texts" "$work"
nice -n 19 "$work/build/train_sample" train "$work" "steps=$steps" | tee -a "$work/train.log"
"$work/build/train_sample" export "$work" "$here/../language/sample.gguf"
"$work/build/prepare_text" ids "$work" "$here/../language/evaluation.txt" "$work/evaluation.ids"
"$work/build/train_sample" perplexity "$work" "$work/evaluation.ids"
