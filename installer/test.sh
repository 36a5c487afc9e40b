#!/usr/bin/env bash
# The same set-up as run.sh, then all tests. Prints ctest's closing lines, then what was skipped and why.
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
outcome=0
ctest --preset release -j "$(nproc)" "$@" || outcome=$?
log=build/release/Testing/Temporary/LastTest.log
if [ -f "$log" ]; then
  # "SKIP   : Test::function(row) why", where a row's name may have brackets of its own.
  name='[A-Za-z0-9_:]+\(([^()]*|[^()]*\([^()]*\)[^()]*)\)'
  echo "skipped functions and rows: $(grep -c '^SKIP' "$log" || true)"
  sed -En "s/^SKIP +: ($name )?//p" "$log" | sort | uniq -c | sort -rn
fi
exit "$outcome"
