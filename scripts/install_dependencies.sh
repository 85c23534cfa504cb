#!/usr/bin/env bash
# Installs what is missing of scripts/packages.txt and, with --tests, of scripts/packages-tests.txt.
# Does nothing, and needs no network, when all of it is there.
set -euo pipefail
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lists=("$folder/packages.txt")
case "${1:-}" in
  "") ;;
  --tests) lists+=("$folder/packages-tests.txt") ;;
  *) echo "install_dependencies.sh: unknown argument '$1'; it takes --tests or nothing" >&2; exit 2 ;;
esac
mapfile -t packages < <(grep -hv '^#' "${lists[@]}")

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
  echo "This system has no apt-get. Rheobase needs the following (named as in Debian 12):" >&2
  printf '  %s\n' "${packages[@]}" >&2
  echo "Install them, then run: cmake --preset release && cmake --build --preset release" >&2
  exit 1
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing and there is no sudo; as root, run:" >&2
    echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "About to install with apt-get: ${missing[*]}"
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -q -y --no-install-recommends "${missing[@]}"
