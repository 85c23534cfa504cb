#!/usr/bin/env bash
# Prints the ten objects of a build folder that took longest to compile, in seconds of its last
# build (build/release unless told otherwise), and the sum of all.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release}
log=$build/.ninja_log
[ -f "$log" ] || { echo "slowest_objects.sh: no $log: build first (cmake --build --preset release)" >&2; exit 2; }
# Columns: start and end in ms, modification time, output, hash. The last line of an output counts.
awk -F'\t' -v build="$build" '$4 ~ /\.o$/ { seconds[$4] = ($2 - $1) / 1000 }
            END { for (o in seconds) if (system("test -e \"" build "/" o "\"") == 0) { total += seconds[o]; printf "%8.1f  %s\n", seconds[o], o }
                  printf "%8.1f  all objects\n", total }' "$log" | sort -rn | head -11
