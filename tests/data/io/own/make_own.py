"""Trials of the tests of own tasks: choice.mat is the worked example of docs/bring-your-own.md."""
import numpy as np, scipy.io
rng = np.random.default_rng(1)
K, T = 60, 100                                         # trials, columns of 5 ms
names = {-1.0: "right", -0.5: "right, weak", 0.5: "left, weak", 1.0: "left"}
strength = rng.permutation(np.repeat(list(names), K // 4))  # left minus right
u, z = 0.1 * rng.normal(size=(2, T, K)), np.full((T, K), np.nan)
u[0, 20:60] += 0.5 + 0.5 * strength
u[1, 20:60] += 0.5 - 0.5 * strength
z[:20], z[70:] = 0.0, np.sign(strength)                # nothing is asked in between
scipy.io.savemat("choice.mat", {
    "u": u, "z": z, "step_ms": 5.0, "title": "Which input is stronger?",
    "label": np.array([names[s] for s in strength], object),  # some of each are held out
    "input_names": np.array(["left", "right"], object),
    "values": {"strength": strength},                  # for compare --over strength
    "stimulus_windows_ms": [100.0, 300.0], "score_window_ms": [350.0, 500.0],
}, do_compression=True)
rng = np.random.default_rng(3)
K, T = 10, 60
scipy.io.savemat("noise.mat", {"u": rng.normal(size=(1, T, K)).astype(np.float32), "z": np.tile(rng.permutation([0.0, 1.0] * 5), (T, 1))}, do_compression=True)
# two outputs, steps of 10 ms, different lengths, a mask
u, z = np.empty(12, object), np.empty(12, object)
for k in range(12):
    n = 30 + 5 * (k % 3)
    u[k] = np.zeros((1, n)); u[k][0, 5:15] = 1.0 if k % 2 else -1.0
    z[k] = np.full((2, n), np.nan)
    z[k][0, 20:] = 1.0 if k % 2 else 0.0
    z[k][1, 20:] = 0.0 if k % 2 else 1.0
scipy.io.savemat("two_outputs.mat", {"u": u, "z": z, "step_ms": 10.0, "output_names": np.array(["a", "b"], object), "label": [1 + k % 2 for k in range(12)]}, do_compression=True)
# the same without conditions and with a value
scipy.io.savemat("two_values.mat", {"u": u, "z": z, "step_ms": 10.0, "output_names": np.array(["a", "b"], object), "values": {"strength": np.arange(12) % 2 - 0.5}}, do_compression=True)
# the second output is never asked for
half = np.empty(12, object)
for k in range(12):
    half[k] = z[k] * [[1.0], [np.nan]]
scipy.io.savemat("unscored.mat", {"u": u, "z": half, "step_ms": 10.0, "output_names": np.array(["a", "b"], object), "values": {"strength": np.arange(12) % 2 - 0.5}}, do_compression=True)
# a value of the trials, which differ in length
u, z = np.empty(12, object), np.empty(12, object)
for k in range(12):
    u[k], z[k] = np.ones((1, 30 + 15 * (k % 2))), np.full((1, 30 + 15 * (k % 2)), 0.5)
scipy.io.savemat("lengths.mat", {"u": u, "z": z, "values": {"strength": np.arange(12) % 2 - 0.5}}, do_compression=True)
scipy.io.savemat("single.mat", {"u": np.ones((1, 20, 3)), "z": np.tile([0.0, 1.0, 2.0], (20, 1)), "label": [1, 2, 3]})
for name, step in (("bad_step", np.nan), ("step4", 4.0)):
    scipy.io.savemat(name + ".mat", {"u": np.ones((1, 20, 3)), "z": np.zeros((20, 3)), "step_ms": step})
words = np.array(["left", "right", "left", "right", "left", "right"], object)
for name in ("words", "misspelt"):
    words[4] = "left" if name == "words" else "lfet"
    scipy.io.savemat(name + ".mat", {"u": np.ones((1, 20, 6)), "z": np.zeros((20, 6)), "label": words}, do_compression=True)
# ten trials with values, and the first four of them
u, value = np.random.default_rng(4).normal(size=(1, 20, 10)), np.repeat([-1.0, 1.0], 5)
for name, n in (("ten", 10), ("four", 4)):
    scipy.io.savemat(name + ".mat", {"u": u[:, :, :n], "z": np.tile(value[:n], (20, 1)), "values": {"strength": value[:n]}}, do_compression=True)
