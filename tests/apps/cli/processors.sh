#!/usr/bin/env bash
# What docs/architecture.md promises of other processors: the same bytes where the C library takes
# its functions for processors without AVX2 and FMA (GLIBC_TUNABLES) and ours are the portable ones.
set -euo pipefail
program=$1
model=$2
network=$3

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Initial weights of every kind, and what training makes of them.
new_networks() {
  "$program" train --task go-nogo --trials 40 --N 60 --weights gamma --schedule cosine \
    --checkpoint gate.checkpoint.mat -o gate.mat
  "$program" train --task oscillation --activation softplus --trials 40 --N 60 --rule adamw --spike-noise 20 \
    --spike-noise-throughout --checkpoint noise.checkpoint.mat -o noise.mat
  "$program" train --task timing --activation tanh --dale false --trials 40 --N 60 --rule sgd \
    --checkpoint tanh.checkpoint.mat -o tanh.mat
  "$program" force train --iterations 2 -o force.mat
  # The file holds how long it took, its export does not.
  "$program" innate timing -N 100 --recurrent-trials 2 --readout-trials 1 --tests 1 -o ../innate.mat
  "$program" export ../innate.mat --format csv -o innate.csv
  "$program" motif prepare --batches 2 --P 20 -o module.mat
  "$program" network new fit.toml --example bptt
  "$program" network fit fit.toml -o fitted.toml
}

spiking_runs() {
  for neuron in lif qif; do
    "$program" simulate "$model" --condition go --engine clock --neuron $neuron -o clock-$neuron.mat
    "$program" simulate "$model" --condition go --engine bridge --neuron $neuron -o bridge-$neuron.mat
    "$program" simulate "$model" --condition go --engine event --noise 0 --neuron $neuron -o event-$neuron.mat
  done
  "$program" simulate "$model" --condition go --engine event --noise 0 --threshold-sd 2 -o event-drawn.mat
  "$program" simulate "$model" --condition go --parity -o parity.mat
  "$program" eval "$model" --trials 20 --json | grep -v '"seconds"' >eval.json
  "$program" compare "$model" --trials 20 --json | grep -v '"seconds"' >compare.json
  "$program" map "$model" --trials 20 --mapping published -o mapped.mat
}

all() {
  new_networks
  spiking_runs
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
[ "$(ls "$folder/here" | wc -l)" -ge 27 ]
