#!/usr/bin/env bash
# Draws docs/event-scaling.png: cost of a simulated second of the event engine over the number of
# units at a fan-out of 100. Usage: bench/plot_scaling.sh [BUILD]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=${1:-build/release}
table=$(mktemp)
trap 'rm -f "$table"' EXIT
"$build"/bench/event_bench --benchmark_filter=event_scaling --benchmark_format=csv 2>/dev/null |
  awk -F, '/^name/ { for (i = 1; i <= NF; ++i) { gsub("\"", "", $i); column[$i] = i } }
    /event_scaling/ { gsub("\"", "", $1); split($1, name, "/")
      print name[2], $column["per_simulated_second"] * 1e3, $column["per_spike"] * 1e6, $column["spikes"] }' \
    >"$table"
cat "$table"
gnuplot <<PLOT
set terminal pngcairo size 1400,560 font "DejaVu Sans,16" lw 2
set output "docs/event-scaling.png"
set multiplot layout 1,2
set border 3
set tics nomirror out
set logscale xy
set xrange [80:25000]
set xlabel "Units N (fan-out 100)"
set key left top
set ylabel "Time of a simulated second (ms)"
plot "$table" using 1:2 with linespoints pt 7 lc rgb "#0072B2" title "measured", \
     "$table" using 1:(\$4 * 1.5e-3) with lines dt 2 lc rgb "#666666" title "1.5 µs a spike"
unset logscale y
set yrange [0:*]
set ylabel "Time of a spike (µs)"
plot "$table" using 1:3 with linespoints pt 7 lc rgb "#D55E00" notitle
PLOT
