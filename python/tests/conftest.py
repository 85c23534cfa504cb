"""Fixtures: the model of data/models, a small network, the program of the command line."""

import os
import pathlib
import signal
import subprocess

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import rheobase  # noqa: E402

# A shell's background job begins with Ctrl-C ignored; tests send it.
signal.signal(signal.SIGINT, signal.default_int_handler)

SOURCE = pathlib.Path(__file__).resolve().parents[2]
MODEL = SOURCE / "data/models/go-nogo_N200_seed1.lif.mat"


@pytest.fixture(scope="session")
def lif():
    return rheobase.load(MODEL)


@pytest.fixture(scope="session")
def program():
    """Runs the command line; skips where the build has none."""
    path = os.environ.get("RHEOBASE_PROGRAM", "")
    if not os.path.exists(path):
        pytest.skip("RHEOBASE_PROGRAM names no program")

    def run(*arguments, cwd=None):
        words = [path, *map(str, arguments)]
        return subprocess.run(words, cwd=cwd, check=True, capture_output=True, text=True).stdout

    return run


@pytest.fixture(scope="session")
def small():
    """A rate network of three units, two inputs and one output."""
    rng = np.random.default_rng(1)
    return rheobase.RateModel(
        w=rng.normal(size=(3, 3)), w_in=rng.normal(size=(3, 2)), w_out=rng.normal(size=3),
        tau_ms=[20, 30, 40], activation="softplus",
    )


class Hold:
    """Hold the sign of a pulse."""

    name = "hold"
    conditions = ("down", "up")
    stimulus_ms = ((50, 100),)

    def trial(self, rng):
        up = int(rng.integers(2))
        u = np.zeros((1, 60))
        u[0, 10:20] = 2 * up - 1
        z = np.zeros((1, 60))
        z[0, 30:] = 2 * up - 1
        return u, z, up

    def correct(self, trial, output):
        return bool(np.all(output[0, 45:] * (2 * trial.condition - 1) > 0.3))


@pytest.fixture(scope="session")
def hold():
    return Hold()
