"""A parameter study with a plot: accuracy of a spiking network over membrane noise and refractory time."""

import argparse
import pathlib

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import rheobase

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("model", nargs="?", help="a mapped model; default: the one in data/models")
parser.add_argument("--quick", action="store_true", help="few values and trials")
arguments = parser.parse_args()
default = pathlib.Path(__file__).resolve().parents[2] / "data/models/go-nogo_N200_seed1.lif.mat"
lif = rheobase.load(arguments.model or default)

noises = [0.05, 0.2, 0.8] if arguments.quick else np.geomspace(0.02, 5, 9)  # mV^2/ms
refractory = [0.0, 2.0, 5.0] if arguments.quick else [0.0, 2.0, 5.0, 10.0]  # ms
trials = 20 if arguments.quick else 200

figure, ax = plt.subplots(figsize=(5, 3.5), layout="constrained")
for shift, t_ref in enumerate(refractory):
    found = [
        rheobase.evaluate(lif, trials=trials, network="spiking", noise=noise, refractory=t_ref).spiking
        for noise in noises
    ]
    accuracy = 100 * np.array([one.accuracy for one in found])
    spread = 100 * np.abs(np.array([one.interval for one in found]).T - [one.accuracy for one in found])
    ax.errorbar(np.multiply(noises, 1.04**shift), accuracy, spread, marker=".", capsize=2, label=f"{t_ref:g} ms")
    print(f"refractory {t_ref:g} ms: " + ", ".join(f"{value:.0f} %" for value in accuracy))
ax.set(xscale="log", xlabel="membrane noise (mV²/ms)", ylabel="correct trials (%)", ylim=(-2, 102))
ax.legend(title="refractory", frameon=False, fontsize="small")
figure.savefig("parameter_study.png", dpi=120)
