"""Trains, converts and compares a network on a task that is a class: which of two inputs is stronger."""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import rheobase

QUICK = "--quick" in sys.argv


class Weigh:
    """Say which of two noisy inputs is stronger."""

    name = "weigh"
    conditions = ("first", "second")
    stimulus_ms = ((100, 300),)

    def trial(self, rng):
        second = int(rng.integers(2))
        u, z = np.zeros((2, 120)), np.zeros((1, 120))
        u[:, 20:60] = 0.5 + rng.uniform(0.1, 0.4) * np.array([[1 - 2 * second], [2 * second - 1]])
        u[:, 20:60] += 0.1 * rng.normal(size=(2, 40))
        z[0, 70:] = 2 * second - 1
        return u, z, second

    def correct(self, trial, output):
        return bool(output[0, 80:].mean() * (2 * trial.condition - 1) > 0.5)


result = rheobase.train(Weigh(), units=60 if QUICK else 200, batch=8 if QUICK else 4,
                        trials=1600 if QUICK else 30000, stop_loss=3, minimum_trials=0,
                        spike_noise=0 if QUICK else 25, seed=1, progress=True)
print(result)
lif = rheobase.convert(result.model, Weigh(), trials=20 if QUICK else 100,
                       mapping="published" if QUICK else "auto", progress=True)
comparison = rheobase.compare(lif, Weigh(), trials=20 if QUICK else 100)
print(comparison)

figure, axes = plt.subplots(1, 3, figsize=(12, 3.5), layout="constrained")
axes[0].plot(result.losses, color="0.8", lw=0.5)
axes[0].plot(result.evaluations.trial, result.evaluations.loss, ".-")
axes[0].set(xlabel="trial", ylabel="loss", yscale="log")
rheobase.plot.outputs(comparison, ax=axes[1])
rheobase.plot.trajectories(comparison, ax=axes[2])
figure.savefig("custom_task.png", dpi=120)
