#!/usr/bin/env bash
# What docs/architecture.md promises of other processors: the same bytes where the C library takes
# its functions for processors without AVX2 and FMA (GLIBC_TUNABLES) and ours are the portable ones.
set -euo pipefail
program=$1
model=$2
network=$3

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

all() {
  "$program" eval "$model" --trials 20 --json | grep -v '"seconds"' >eval.json
  "$program" simulate "$model" --condition go --engine clock -o clock.mat
  "$program" simulate "$model" --condition go --engine bridge -o bridge.mat
  "$program" network run "$network" --steps 2000 -o network.csv
  "$program" attractor simulate --trials 10 -o attractor.mat
  "$program" motif targets -o targets.mat
}

run() {
  mkdir "$folder/$1"
  (cd "$folder/$1" && all >/dev/null)
}

run here
export GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX2,-FMA,-FMA4,-AVX512F
export RHEOBASE_SIMD=portable
run elsewhere
for file in "$folder"/here/*; do
  if ! cmp "$file" "$folder/elsewhere/$(basename "$file")"; then
    echo "$(basename "$file") depends on the processor"
    exit 1
  fi
done
[ "$(ls "$folder/here" | wc -l)" -ge 6 ]
