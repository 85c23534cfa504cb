"""A step of tanh units with dense weights: PyTorch, NumPy and Rheobase, beside the product with the weights alone.

    PYTHONPATH=build/release/python taskset -c 0 python3 bench/network_torch.py

Needs PyTorch (Debian: python3-torch); one thread each. Prints JSON, microseconds a step. What is compared takes
turns, round after round, and of each the least processor time counts: the machine's other work then meets all.
"""

import json
import time

import numpy as np
import torch

from rheobase.network import Network

ROUNDS = 15
STEP, TAU = 1e-3, 10.0


def torch_product(weights, dtype):
    matrix = torch.tensor(weights, dtype=dtype)
    x, y = torch.full((len(weights),), 0.5, dtype=dtype), torch.empty(len(weights), dtype=dtype)

    def steps(count):
        for _ in range(count):
            torch.mv(matrix, x, out=y)

    return steps


def torch_loop(weights, dtype):
    matrix, one = torch.tensor(weights, dtype=dtype), torch.ones(len(weights), dtype=dtype)

    def steps(count):
        v = torch.zeros(len(weights), dtype=dtype)
        with torch.no_grad():
            for _ in range(count):
                v = v + STEP * (-v / TAU + matrix @ torch.tanh(v) + one)

    return steps


def numpy_loop(weights):
    def steps(count):
        v = np.zeros(len(weights))
        for _ in range(count):
            v += STEP * (-v / TAU + weights @ np.tanh(v) + 1.0)

    return steps


def rheobase_run(weights, storage):
    network = Network(
        step=STEP,
        populations={"p": {"template": "tanh", "size": len(weights), "parameters": {"tau": TAU}}},
        edges=[{"source": "p.r", "target": "p.r_in", "weights": weights, "storage": storage}],
        inputs=["p.I_ext"])
    return lambda count: network.run(np.ones((1, len(weights))), steps=count)


def microseconds(steps, count):
    start = time.process_time()
    steps(count)
    return 1e6 * (time.process_time() - start) / count


def main():
    torch.set_num_threads(1)
    table = {}
    for units in (100, 1000, 4000):
        weights = np.random.default_rng(1).normal(size=(units, units))
        bodies = {
            "torch_product_double": torch_product(weights, torch.float64),
            "torch_step_double": torch_loop(weights, torch.float64),
            "numpy_step_double": numpy_loop(weights),
            "rheobase_step_double": rheobase_run(weights, "dense"),
            "torch_product_single": torch_product(weights, torch.float32),
            "torch_step_single": torch_loop(weights, torch.float32),
            "rheobase_step_single_weights": rheobase_run(weights, "single"),
        }
        count = max(3, 2_000_000 // units**2)
        best = dict.fromkeys(bodies, float("inf"))
        for _ in range(ROUNDS):
            for name, body in bodies.items():
                best[name] = min(best[name], microseconds(body, count))
        table[units] = {name: round(value, 2) for name, value in best.items()}
    print(json.dumps({"torch": torch.__version__, "microseconds": table}, indent=2))


if __name__ == "__main__":
    main()
