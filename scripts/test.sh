#!/usr/bin/env bash
# Sets everything up, builds everything and runs the tests. Arguments go to ctest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install_dependencies.sh --tests
scripts/install_page.sh --browser
cmake --preset release
cmake --build --preset release
ctest --preset release "$@"
