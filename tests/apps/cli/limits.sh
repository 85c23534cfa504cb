#!/usr/bin/env bash
# The program under hard limits: 300 MB of address space, and no process or thread beside its own
# (which root is not held to). A library that starts threads of its own would hang or end it.
set -euo pipefail
program=$1
model=$2

under() {
  local limit=$1 expected=$2
  shift 2
  local code=0
  (ulimit $limit && exec timeout 60 "$@") >/dev/null 2>"$errors" || code=$?
  if [ "$code" != "$expected" ]; then
    echo "under ulimit $limit: '$*' ended with $code, not $expected:"
    cat "$errors"
    exit 1
  fi
}

errors=$(mktemp)
folder=$(mktemp -d)
trap 'rm -rf "$errors" "$folder"' EXIT
for limit in "-v 307200" "-u 1"; do
  under "$limit" 0 "$program" --version
  under "$limit" 0 "$program" task xor
  under "$limit" 2 "$program" map no-such-file.mat
done
under "-v 307200" 0 "$program" info "$model"
# A write that fails is told as what it is, in all kinds of files; the old file stays alone.
"$program" network new "$folder/net.toml"
for name in run.mat run.csv; do
  echo old >"$folder/$name"
  under "-f 1" 2 "$program" network run "$folder/net.toml" -o "$folder/$name"
  grep -q "$folder/$name: found a failure to write (File too large)" "$errors" || {
    echo "no reason of the write:"
    cat "$errors"
    exit 1
  }
  [ "$(cat "$folder/$name")" = old ]
done
[ "$(ls -A "$folder" | wc -l)" = 3 ]
# Networks that have no memory are refused before the first of them.
under "-v 286720" 2 "$program" train --task go-nogo -N 1000 --batch 100000 --trials 100000 \
  --seeds 1:2 --jobs 1 -o "$folder/many"
grep -q "must fit into memory" "$errors" && [ ! -e "$folder/many" ] || {
  echo "no refusal of networks without memory:"
  cat "$errors"
  exit 1
}
code=0
"$program" task xor 2>"$errors" >/dev/full || code=$?
if [ "$code" != 2 ]; then
  echo "a full standard output ended with $code"
  exit 1
fi
# No thread but the main one before any work.
if ldd "$program" | grep -qiE 'openblas|libblas|liblapack|mkl|blis|atlas'; then
  echo "the program is linked to a shared BLAS:"
  ldd "$program" | grep -iE 'openblas|libblas|liblapack|mkl|blis|atlas'
  exit 1
fi
