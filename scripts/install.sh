#!/usr/bin/env bash
# Sets everything up, builds the program with its library and Python module, and installs them:
# scripts/install.sh [PREFIX], /usr/local where it can be written, else ~/.local.
set -euo pipefail
prefix=${1:-/usr/local}
case "$prefix" in
  /*) ;;
  *) prefix=$PWD/$prefix ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ $# -eq 0 ] && [ ! -w /usr/local/bin ]; then
  prefix=$HOME/.local
fi
scripts/install_dependencies.sh --tests   # the Python module and MPI are among them
scripts/install_page.sh
cmake --preset release -B build/install -DRHEOBASE_BUILD_TESTS=OFF
cmake --build build/install
cmake --install build/install --prefix "$prefix" > build/install/installed.log
echo "installed into $prefix (list of files: build/install/installed.log)"
case ":$PATH:" in
  *":$prefix/bin:"*) echo "try: rheobase demo" ;;
  *) echo "add it to your PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
