"""What Python costs: overhead of a call, a batch of trials against `rheobase eval`, a task in Python.

    PYTHONPATH=build/release/python python3 bench/python_bench.py build/release/apps/rheobase data/models/go-nogo_N200_seed1.lif.mat

Prints JSON; times are the least of several runs, of processor and wall.
"""

import json
import subprocess
import sys
import time

import numpy as np

import rheobase


def least(repeats, body):
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        body()
        best = min(best, time.perf_counter() - start)
    return best


def call_overhead(lif):
    """A run of two columns is all overhead; the run itself grows with its columns."""
    times = {columns: least(200, lambda: rheobase.simulate(lif, np.zeros((1, columns)), record="output"))
             for columns in (2, 201)}
    empty = least(2000, lambda: rheobase._engine.in_python_words("word"))
    return {"empty_call_us": 1e6 * empty, "10_ms_trial_us": 1e6 * times[2], "1_s_trial_us": 1e6 * times[201]}


class PythonGoNogo:
    """The trials of go-nogo, drawn and scored in Python."""

    name = "python-go-nogo"

    def __init__(self):
        task = rheobase.Task("go-nogo")
        self.conditions = task.conditions
        self._trials = [task.trial(condition=name) for name in task.conditions]
        self._task = task

    def trial(self, rng):
        return self._trials[rng.integers(2)]

    def correct(self, trial, output):
        quiet = np.abs(output).max() < 0.3
        return bool(quiet if trial.condition else output[0, 75:].max() > 0.7)


def main():
    program, path = sys.argv[1:3]
    lif = rheobase.load(path)
    task = rheobase.Task("go-nogo")
    u = np.stack([task.trial(k).input for k in range(1000)], axis=2)

    def program_eval():
        out = subprocess.run([program, "eval", path, "--network", "spiking", "--trials", "1000", "--json"],
                             check=True, capture_output=True, text=True).stdout
        return json.loads(out)["spiking"]["seconds"]

    options = dict(units=50, trials=400, evaluate_every=400, evaluation_trials=1, stop_loss=0, seed=1)
    print(json.dumps({
        "call": call_overhead(lif),
        "1000_trials_s": {
            "eval": min(program_eval() for _ in range(3)),
            "evaluate": min(rheobase.evaluate(lif, trials=1000, network="spiking").spiking.seconds for _ in range(3)),
            "simulate": least(3, lambda: rheobase.simulate(lif, u, record="output", output_step=0.5)),
            "simulate_spikes": least(3, lambda: rheobase.simulate(lif, u, output_step=0.5)),
        },
        "task_in_python": {
            "trial_and_score_us": 1e6 * least(5, lambda: [rheobase.Task.from_class(PythonGoNogo()).trial(k) for k in range(100)]) / 100,
            "train_400_registered_s": least(3, lambda: rheobase.train("go-nogo", **options)),
            "train_400_python_s": least(3, lambda: rheobase.train(PythonGoNogo(), minimum_trials=0, **options)),
        },
    }, indent=2))


if __name__ == "__main__":
    main()
