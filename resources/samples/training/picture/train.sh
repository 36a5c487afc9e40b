#!/usr/bin/env bash
# usage: train.sh [NAME]
# Builds the trainer and makes the samples in ../../picture anew: all, or classification, super-resolution, generation.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK:-$here/../../../../build/picture-training}
cmake -S "$here" -B "$work" -DCMAKE_BUILD_TYPE=Release
cmake --build "$work" --parallel
nice -n 19 "$work/train_pictures" "$here/../../picture" "$@"
