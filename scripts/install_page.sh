#!/usr/bin/env bash
# Installs the chart library of the report page, locked in apps/report/page/package-lock.json, and with
# --browser the browser that tests the page. All of this is optional: what cannot be had is named
# and the program is built without it (the report then holds static figures). Does nothing, and
# needs no network, when everything is there; RHEOBASE_PAGE=no skips it.
set -uo pipefail
[ "${RHEOBASE_PAGE:-yes}" = no ] && exit 0
page=$(cd "$(dirname "${BASH_SOURCE[0]}")/../apps/report/page" && pwd)

apt_install() {
  local as_root=()
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || return 1
    as_root=(sudo)
  fi
  echo "About to install with apt-get: $*"
  "${as_root[@]}" apt-get update -q &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -q -y --no-install-recommends "$@"
}

# npm writes .package-lock.json last; installed-lock.json says which lock it was made from.
installed=$page/node_modules/installed-lock.json
if ! cmp -s "$page/package-lock.json" "$installed"; then
  command -v npm >/dev/null || apt_install nodejs npm
  if command -v npm >/dev/null &&
    (cd "$page" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1); then
    cp "$page/package-lock.json" "$installed"
  else
    rm -rf "$page/node_modules"
    echo "Note: without npm and its registry, reports hold static figures." >&2
  fi
fi

if [ "${1:-}" = --browser ] && ! command -v chromium >/dev/null && ! apt_install chromium; then
  echo "Note: without chromium, the report page is not tested in a browser." >&2
fi
exit 0
