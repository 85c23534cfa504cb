"""What Python costs: overhead of a call, a batch of trials against `rheobase eval`, a task in Python.

    PYTHONPATH=build/release/python python3 bench/python_bench.py build/release data/models/go-nogo_N200_seed1.lif.mat

Prints JSON. What is compared takes turns, round after round, and of each the least time counts: the
machine's other work then meets both.
"""

import json
import pathlib
import subprocess
import sys
import time

import numpy as np

import rheobase

ROUNDS = 9


def seconds(body, clock=time.perf_counter):
    start = clock()
    body()
    return clock() - start


def least_of_each(bodies, rounds=ROUNDS):
    """The least of what every body returns, one call of each in every round."""
    best = {name: float("inf") for name in bodies}
    for _ in range(rounds):
        for name, body in bodies.items():
            best[name] = min(best[name], body())
    return best


def one_call(build, path, lif):
    """spiking::simulate from C++ and rheobase.simulate, one trial of 10 ms, 1 s and 5 s, in microseconds."""
    table = {}
    for columns in (3, 201, 1001):
        u = np.zeros((1, columns))
        repeats = max(3, 3000 // columns)

        def cpp():
            program = [build / "bench/one_trial", path, str(columns), str(repeats)]
            return float(subprocess.run(program, check=True, capture_output=True, text=True).stdout)

        def python():
            return 1e6 * min(seconds(lambda: rheobase.simulate(lif, u)) for _ in range(repeats))

        found = least_of_each({"cpp_us": cpp, "python_us": python})
        found["allowed_us"] = 1.05 * found["cpp_us"] + 50.0
        table[f"{5 * (columns - 1)} ms"] = found
    return table


def thousand_trials(build, path, lif):
    """1000 trials of 1 s, N = 200, in seconds: the program's own time and Python's."""
    task = rheobase.Task("go-nogo")
    u = np.stack([task.trial(k).input for k in range(1000)], axis=2)

    def program_eval():
        command = [build / "apps/rheobase", "eval", path, "--network", "spiking", "--trials", "1000", "--json"]
        out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return json.loads(out)["spiking"]["seconds"]

    return least_of_each({
        "eval": program_eval,
        "evaluate": lambda: rheobase.evaluate(lif, trials=1000, network="spiking").spiking.seconds,
        "simulate": lambda: seconds(lambda: rheobase.simulate(lif, u, record="output", output_step=5)),
    }, rounds=5)


class PythonGoNogo:
    """Trials like those of go-nogo, made and scored in Python."""

    conditions = ("go", "nogo")

    def trial(self, rng):
        go = int(rng.integers(2)) == 0
        u, z = np.zeros((1, 200)), np.zeros((1, 200))
        if go:
            u[0, 50:75], z[0, 75:] = 1.0, 1.0
        return u, z, 0 if go else 1

    def correct(self, trial, output):
        return bool(output[0, 75:].max() > 0.7 if trial.condition == 0 else np.abs(output).max() < 0.3)


def task_in_python():
    """A trial, its score and a training of 400 trials of 50 units, of both kinds of task; processor time."""
    own, registered = rheobase.Task.from_class(PythonGoNogo()), rheobase.Task("go-nogo")
    options = dict(units=50, trials=400, evaluate_every=400, evaluation_trials=100, stop_loss=0, seed=1,
                   minimum_trials=0)
    trial, output = own.trial(0), np.zeros((1, 199))

    def each(body):
        return lambda: 1e6 * seconds(lambda: [body(k) for k in range(200)], time.process_time) / 200

    def training(task):
        return lambda: seconds(lambda: rheobase.train(task, **options), time.process_time)

    return least_of_each({
        "trial_python_us": each(own.trial),
        "trial_registered_us": each(registered.trial),
        "score_python_us": each(lambda k: own.correct(trial, output)),
        "score_registered_us": each(lambda k: registered.correct(trial, output)),
        "train_python_s": training(own),
        "train_registered_s": training(registered),
    })


def main():
    build, path = pathlib.Path(sys.argv[1]), sys.argv[2]
    lif = rheobase.load(path)
    print(json.dumps({
        "one_call": one_call(build, path, lif),
        "1000_trials_s": thousand_trials(build, path, lif),
        "task": task_in_python(),
    }, indent=2))


if __name__ == "__main__":
    main()
