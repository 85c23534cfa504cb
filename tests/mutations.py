#!/usr/bin/env python3
"""Forty lines changed on purpose, one at a time: does a test notice?

    tests/mutations.py BUILD [--only WORD] [--list]

BUILD is a configured build folder; the change is built there, the tests beside it run, the file is
put back. Prints a line a change and the survivors at the end; exit code 1 where more than a tenth
survives. Takes about a minute a change: not part of the suite.
"""

import argparse
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]

# file, what is there (once), what is put in its place, tests that should notice
CHANGES = [
    ("core/statistics.cpp", "z * z / (4.0 * n * n)", "z * z / (2.0 * n * n)", "core"),
    ("core/statistics.cpp", "successes == 0 ? 0.0 :", "successes == 1 ? 0.0 :", "core"),
    ("core/sampled_signal.cpp", "/ step_ms - 1e-6)", "/ step_ms)", "core"),
    ("core/range.cpp", "range.below_high ? value < range.high", "range.below_high ? value <= range.high", "core"),
    ("core/random.cpp", "(integer + 0.5) * 0x1p-53", "(integer + 0.4) * 0x1p-53", "core"),
    ("core/random.cpp", "const double d = shape - 1.0 / 3.0", "const double d = shape - 1.0 / 4.0", "core"),
    ("core/random.cpp", "const std::uint32_t bound = (0U - n) % n", "const std::uint32_t bound = 0", "core"),
    ("core/parallel.cpp", "stopped = done < count && control.stop_requested()", "stopped = control.stop_requested()", "core"),
    ("core/edit_distance.cpp", "cost[i - 2][j - 2] + 1", "cost[i - 2][j - 2] + 2", "core"),
    ("core/counted.cpp", "last == 's' || last == 'x'", "last == 's'", "core"),
    ("core/analysis/agreement.cpp", "squares_y_ += other.squares_y_ + dy * dy * weight", "squares_y_ += other.squares_y_", "analysis"),
    ("core/analysis/moving_average.cpp", "(span - 1) / 2", "span / 2", "analysis"),
    ("core/analysis/rank_sum.cpp", "before + (ties + 1.0) / 2.0", "before + ties / 2.0", "analysis"),
    ("core/analysis/rank_sum.cpp", "return index < -threshold", "return index <= -threshold", "analysis"),
    ("core/analysis/isi_statistics.cpp", "static_cast<double>(intervals_ - 1)) / mean_", "static_cast<double>(intervals_)) / mean_", "analysis"),
    ("core/analysis/isi_statistics.cpp", "if (bin < static_cast<double>(bins))", "if (bin + 1.0 < static_cast<double>(bins))", "analysis"),
    ("core/analysis/subspace.cpp", "cosines[k] * cosines[k] < 0.5 ?", "cosines[k] * cosines[k] < 1.5 ?", "analysis"),
    ("network/delay_lines.cpp", "value += stage * (next - value)", "value += 0.5 * stage * (next - value)", "network"),
    ("network/delay_lines.cpp", "stage > 0.0 && of.delay[unit] > 0", "stage > 0.0", "network"),
    ("network/noise_source.cpp", "std::sqrt(network.step())", "network.step()", "network"),
    ("network/noise_source.cpp", "for (const std::uint32_t unit : spikes.spiking(of.population))", "for (const std::uint32_t unit : spikes.refractory(of.population))", "network"),
    ("network/connectivity.cpp", "(ring ? std::min(along, length - along) : along)", "along", "network"),
    ("network/connectivity.cpp", "distance <= cutoff * standard_deviation", "distance < cutoff * standard_deviation", "network"),
    ("network/connectivity.cpp", "weights[k] - (balanced ? mean : 0.0)", "weights[k]", "network"),
    ("network/observer.hpp", "(n + phase + sampling - 1) / sampling * sampling - phase", "(n + phase) / sampling * sampling - phase", "network"),
    ("network/fit/optimiser.cpp", "share(options_.beta2)", "share(options_.beta1)", "network"),
    ("network/fit/optimiser.cpp", "1.0 - options_.learning_rate * options_.weight_decay", "1.0 - options_.weight_decay", "network"),
    ("network/fit/loss.cpp", "gradient = 2.0 / count * error", "gradient = 1.0 / count * error", "network"),
    ("network/solvers/rk4.cpp", "displace(at, s.y, k, s.step, s.size)", "displace(at, s.y, k, 0.5 * s.step, s.size)", "network"),
    ("network/solvers/heun.cpp", "s.evaluation.slopes(at, k2, 1.0)", "s.evaluation.slopes(at, k2, 0.0)", "network"),
    ("network/equations/expression_graph.cpp", "return over(minus(da, times(self, db)), node.b)", "return over(plus(da, times(self, db)), node.b)", "network"),
    ("rate/dynamics/unit_type.cpp", "(outgoing.array() < 0.0).any()", "(outgoing.array() <= 0.0).any()", "rate"),
    ("rate/learning/rls/update_schedule.cpp", "return step % every == 0", "return step % every == 1", "rate_learning"),
    ("rate/learning/innate/trial_measures.cpp", "segment(trial.window_start, trial.window_steps())", "segment(0, trial.window_steps())", "rate_learning"),
    ("rate/learning/innate/trial_measures.cpp", "/ static_cast<double>(steps))", "/ static_cast<double>(trial.steps))", "rate_learning"),
    ("rate/learning/optimisers/internal/adam_update.cpp", "std::sqrt(share(update.beta2))", "share(update.beta2)", "rate"),
    ("rate/learning/optimisers/sgd.cpp", "kMomentum * velocity[p] + update.gradient[p]", "kMomentum * (velocity[p] + update.gradient[p])", "rate"),
    ("rate/learning/learner.cpp", "now / every > before / every", "now / every >= before / every", "rate_learning"),
    ("spiking/simulate.cpp", "input.cols() < 2", "input.cols() < 1", "spiking contract"),
    ("io/exchange/csv.cpp", "post + 1, pre + 1, acting(post, pre)", "pre + 1, post + 1, acting(post, pre)", "exchange"),
]


def build_and_test(build, tests):
    """Whether the tests noticed, and how."""
    targets = [f"{name}_tests" for name in tests]
    built = subprocess.run(["ninja", "-C", build, *targets], capture_output=True, text=True)
    if built.returncode != 0:
        return "does not build"
    for target in targets:
        program = next(pathlib.Path(build, "tests").rglob(target))
        try:
            run = subprocess.run([program], capture_output=True, text=True, timeout=600)
        except subprocess.TimeoutExpired:
            return "noticed, never ends"
        if run.returncode != 0:
            return "noticed"
    return "SURVIVES"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--only", default="", help="changes whose file or tests hold this word")
    parser.add_argument("--list", action="store_true", help="check that every line is there, change nothing")
    arguments = parser.parse_args()
    survivors = []
    chosen = [change for change in CHANGES if arguments.only in change[0] + " " + change[3]]
    for number, (name, before, after, tests) in enumerate(chosen, 1):
        path = ROOT / name
        text = path.read_text()
        if text.count(before) != 1:
            sys.exit(f"{name}: {before!r} is there {text.count(before)} times, must be once")
        if arguments.list:
            continue
        try:
            path.write_text(text.replace(before, after))
            outcome = build_and_test(arguments.build, tests.split())
        finally:
            path.write_text(text)
        print(f"{number:3}/{len(chosen)}  {outcome:20} {name}: {before}  ->  {after}", flush=True)
        if outcome in ("SURVIVES", "does not build"):
            survivors.append((name, before, after))
    print(f"{len(survivors)} of {len(chosen)} not noticed")
    sys.exit(1 if len(survivors) > 0.1 * len(chosen) else 0)


if __name__ == "__main__":
    main()
