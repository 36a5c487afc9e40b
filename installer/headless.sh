#!/usr/bin/env bash
# headless.sh BIN ROOT FOLDER: open, measure sensitivity, allocate, evaluate, export, read back; a report of it.
set -euo pipefail
bin=$1 root=$2 folder=$3
mkdir -p "$folder"
sample="$root/resources/samples/language/sample.gguf"
report="$folder/report.txt"
cli="$bin/tritloom-cli"
step() { printf '\n## %s\n$ tritloom-cli %s\n' "$1" "${*:2}" | tee -a "$report" >&2; "$cli" "${@:2}" | tee -a "$report"; }
: > "$report"
step "Open" inspect "$sample"
step "Sensitivity" sensitivity "$sample" --chunks 4 >/dev/null
step "Allocate to 4 bits a weight" allocate "$sample" --budget 4bpw --chunks 4 --output "$folder/recipe.json"
step "Evaluate the recipe" evaluate "$sample" --recipe "$folder/recipe.json"
step "Export and read back" export "$sample" --recipe "$folder/recipe.json" -o "$folder/sample-4bpw.gguf"
step "Evaluate the exported file" evaluate "$folder/sample-4bpw.gguf" --reference "$sample"
if [ -x "$bin/tritloom" ]; then
  for theme in light dark; do
    "$cli" screenshot "$sample" --measure --theme "$theme" --size 1280x800 -o "$folder/window-$theme.png"
  done
fi
echo
echo "report, recipe, exported file and pictures: $folder"
