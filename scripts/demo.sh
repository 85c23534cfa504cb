#!/usr/bin/env bash
# Sets everything up and runs the main job: a rate network trained on Go-NoGo, its spiking twin,
# a table and a picture of both. Builds what the demo runs; the whole program is the target rheobase.
# Arguments go to `rheobase demo` (see --help).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/install_dependencies.sh
scripts/install_page.sh
cmake --preset release
cmake --build --preset release --target rheobase-demo
build/release/apps/rheobase-demo "$@"
