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
trap 'rm -f "$errors"' EXIT
for limit in "-v 307200" "-u 1"; do
  under "$limit" 0 "$program" --version
  under "$limit" 0 "$program" task xor
  under "$limit" 2 "$program" map no-such-file.mat
done
under "-v 307200" 0 "$program" info "$model"
# No thread but the main one before any work.
if ldd "$program" | grep -qiE 'openblas|libblas|liblapack|mkl|blis|atlas'; then
  echo "the program is linked to a shared BLAS:"
  ldd "$program" | grep -iE 'openblas|libblas|liblapack|mkl|blis|atlas'
  exit 1
fi
