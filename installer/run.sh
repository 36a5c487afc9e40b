#!/usr/bin/env bash
# Builds if needed and opens the studio with the sample. Without a display it does the same main job headless
# and names the folder with the report, the exported file and pictures of the window.
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] && [ $# -eq 0 ]; then
  exec "$build/bin/tritloom" "$root/resources/samples/language/sample.gguf"
fi
exec bash "$root/installer/headless.sh" "$build/bin" "$root" "${1:-$root/out/first-run}"
