#!/usr/bin/env bash
# Installs what is missing and builds Release. Sourced by run.sh and test.sh; a second run does nothing twice.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

lists=(installer/packages.txt)
[ "${CI:-}" = true ] && lists+=(installer/packages-ci.txt)
missing=()
while read -r package command; do
  [ -n "$command" ] && command -v "$command" >/dev/null && continue
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done < <(grep -hv '^#' "${lists[@]}")
if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${#missing[@]} packages: ${missing[*]}"
  as_root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "these packages are missing and sudo is not there: ${missing[*]}" >&2; exit 1; }
    as_root=sudo
  fi
  export DEBIAN_FRONTEND=noninteractive
  $as_root apt-get -o DPkg::Lock::Timeout=600 update -qq
  $as_root apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

# One compiler cache for every clone of this tree.
export CCACHE_BASEDIR="$root" CCACHE_NOHASHDIR=1
build="$root/build/release"
configure=(cmake --preset release)
[ "${CI:-}" = true ] && configure+=(-DTRITLOOM_WARNINGS_AS_ERRORS=ON)
"${configure[@]}" >"$root/build-configure.log" 2>&1 || { cat "$root/build-configure.log" >&2; exit 1; }
rm -f "$root/build-configure.log"
cmake --build --preset release
