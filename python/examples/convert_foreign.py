"""Converts a network that was trained elsewhere.

The weights come from a state_dict of PyTorch, made here with NumPy: a continuous-time network of
rates that integrates its input. It becomes a rate network, then a spiking one, and both are shown.
"""

import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

import rheobase

QUICK = "--quick" in sys.argv
UNITS = 40
rng = np.random.default_rng(2)

# A line attractor of rank one that leaks slowly, among random weights: r = (1 - a) r + a relu(...).
encoder = np.abs(rng.normal(size=UNITS)) / np.sqrt(UNITS)
decoder = encoder / (encoder @ encoder)
noise = 0.05 * rng.normal(size=(UNITS, UNITS)) / np.sqrt(UNITS)
state_dict = {
    "h2h.weight": 0.95 * np.outer(encoder, decoder) + noise,
    "h2h.bias": np.zeros(UNITS),
    "input2h.weight": encoder[:, None],
    "fc.weight": decoder[None, :],
}
model = rheobase.from_torch(state_dict, alpha=0.1, dt_ms=5, activation="relu")
print(model)

# Two pulses of different size; the output must climb to their sum and stay.
steps = 160
u = np.zeros((1, steps, 6))
for trial in range(6):
    u[0, 20:30, trial] = 0.4 + 0.1 * trial
    u[0, 80:90, trial] = 0.5
z = model.run(u).output
target = np.concatenate([z, z[:, -1:]], axis=1)  # the network's own output is what spikes must do
task = rheobase.Task.from_trials(u, target, label=[f"pulse {0.4 + 0.1 * k:.1f}" for k in range(6)], rms_limit=0.15)

lif = rheobase.convert(model, task, trials=12 if QUICK else 100, mapping="fitted", max_copies=4 if QUICK else 16)
print(lif)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained")
for trial, colour in ((0, "C0"), (5, "C1")):
    run = rheobase.simulate(lif, u[:, :, trial], output_step=5)
    left.plot(5 * np.arange(1, steps), z[0, :, trial], color=colour, label=f"rate, trial {trial}")
    left.plot(run.time_ms, run.output, color=colour, lw=0.8, alpha=0.7, label=f"spiking, trial {trial}")
left.set(xlabel="time (ms)", ylabel="output")
left.legend(frameon=False, fontsize="small")
rheobase.plot.raster(rheobase.simulate(lif, u[:, :, 5]), ax=right)
figure.savefig("convert_foreign.png", dpi=120)
