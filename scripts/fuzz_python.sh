#!/usr/bin/env bash
# Calls every function of the Python module with nonsense, the bindings under address and
# undefined-behaviour sanitizers: scripts/fuzz_python.sh [SECONDS [SEED]]. Takes the release build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=build/release
[ -f $build/build.ninja ] || cmake --preset release
cmake --build $build --target rheobase_python rheobase_python_sanitized

compiler=$(sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' $build/CMakeCache.txt)
python=$(sed -n 's/^_*Python_EXECUTABLE:[A-Z]*=//p' $build/CMakeCache.txt)
folder=$PWD/$build/python-sanitized
cp $build/python/rheobase/*.py "$folder/rheobase/"
# Sanitizers are loaded before the interpreter, which keeps memory until the end.
PYTHONPATH=$folder PYTHONMALLOC=malloc PYTHONDONTWRITEBYTECODE=1 \
  LD_PRELOAD="$($compiler -print-file-name=libasan.so) $($compiler -print-file-name=libstdc++.so)" \
  ASAN_OPTIONS=detect_leaks=0:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 \
  exec "${python:-/usr/bin/python3}" python/tests/fuzz.py --seconds "${1:-300}" --seed "${2:-1}"
