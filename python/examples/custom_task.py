"""Trains, converts and compares a network on a task that is a class: which of two pulses was larger."""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import rheobase

QUICK = "--quick" in sys.argv


class Compare:
    """Say which of two pulses was larger."""

    name = "compare"
    conditions = ("first", "second")
    stimulus_ms = ((50, 125), (250, 325))

    def trial(self, rng):
        sizes = rng.uniform(0.2, 1.0, size=2)
        while abs(sizes[0] - sizes[1]) < 0.3:
            sizes = rng.uniform(0.2, 1.0, size=2)
        second = int(sizes[1] > sizes[0])
        u, z = np.zeros((1, 120)), np.zeros((1, 120))
        u[0, 10:25], u[0, 50:65] = sizes
        z[0, 80:] = 2 * second - 1
        return u, z, second

    def correct(self, trial, output):
        return bool(output[0, 90:].mean() * (2 * trial.condition - 1) > 0.5)


result = rheobase.train(Compare(), units=60 if QUICK else 200, trials=2000 if QUICK else 30000, stop_loss=4,
                        minimum_trials=0, spike_noise=0 if QUICK else 25, seed=1, progress=True)
print(result)
lif = rheobase.convert(result.model, Compare(), trials=20 if QUICK else 100,
                       mapping="published" if QUICK else "auto", progress=True)
comparison = rheobase.compare(lif, Compare(), trials=20 if QUICK else 100)
print(comparison)

figure, axes = plt.subplots(1, 3, figsize=(12, 3.5), layout="constrained")
axes[0].plot(result.losses, color="0.8", lw=0.5)
axes[0].plot(result.evaluations.trial, result.evaluations.loss, ".-")
axes[0].set(xlabel="trial", ylabel="loss", yscale="log")
rheobase.plot.outputs(comparison, ax=axes[1])
rheobase.plot.trajectories(comparison, ax=axes[2])
figure.savefig("custom_task.png", dpi=120)
