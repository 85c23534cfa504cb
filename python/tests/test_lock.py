"""Measures, files and large arrays: the lock is free meanwhile, and Ctrl-C is prompt."""

import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import rheobase
from rheobase import analysis
from rheobase.network import Network

from conftest import MODEL
from interrupts import least_lateness

RNG = np.random.default_rng(0)
UNITS = 1500


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("large")


@pytest.fixture(scope="module")
def large(folder):
    """A model of 18 MB of weights, its files, and a run of 60 MB."""
    model = rheobase.RateModel(w=RNG.normal(size=(UNITS, UNITS)) / 40, w_in=RNG.normal(size=(UNITS, 1)),
                               w_out=RNG.normal(size=UNITS) / UNITS, tau_ms=50, activation="softplus")
    model.save(folder / "model.mat")
    model.save(folder / "model73.mat", level73=True)
    rheobase.export(model, folder / "model.h5")
    run = rheobase.simulate(rheobase.load(MODEL), np.zeros((1, 2000)), record=("rate", "voltage"),
                            output_step=0.5, step=0.5)
    run.save(folder / "run.mat")
    return model, run


def jobs(folder, model, run):
    samples = RNG.normal(size=3_000_000)
    spikes = RNG.integers(0, 100, 500_000), RNG.random(500_000) * 1e5
    wide = rheobase.RateModel(w=np.zeros((20, 20)), w_in=np.ones((20, 20)), w_out=np.ones(20), tau_ms=20.0,
                              activation="softplus")
    network = Network(step=1e-3, populations={"rnn": {"template": "tanh", "size": 20}}, inputs=["rnn.I_ext"])
    return {
        "pca": lambda: analysis.pca(RNG.normal(size=(300, 40_000))),
        "spectrum": lambda: analysis.spectrum(model.w[:700, :700]),
        "principal_angles": lambda: analysis.principal_angles(RNG.normal(size=(1000, 250)), RNG.normal(size=(1000, 250))),
        "targeted_reduction": lambda: analysis.targeted_reduction(
            RNG.normal(size=(300, 100, 300)), RNG.normal(size=(300, 3)), np.arange(300) % 4),
        "mixed_selectivity": lambda: analysis.mixed_selectivity(
            RNG.normal(size=(500, 10_000)), np.sign(RNG.normal(size=(10_000, 3)))),
        "firing_rates": lambda: analysis.firing_rates(*spikes, count=100, duration_ms=1e5, width_ms=100.0),
        "firing_rates, causal": lambda: analysis.firing_rates(
            *spikes, count=100, duration_ms=1e5, step_ms=0.2, kernel="exponential"),
        "roc_area": lambda: analysis.roc_area(samples, samples[::-1]),
        "rank_sum": lambda: analysis.rank_sum(samples, samples[::-1]),
        "load": lambda: [rheobase.load(folder / "model.mat") for _ in range(3)],
        "load 7.3": lambda: [rheobase.load(folder / "model73.mat") for _ in range(3)],
        "load hdf5": lambda: rheobase.load(folder / "model.h5"),
        "save": lambda: model.save(folder / "new.mat"),
        "export": lambda: rheobase.export(model, folder / "new.h5"),
        "save run": lambda: run.save(folder / "new_run.mat"),
        "load run": lambda: rheobase.load_run(folder / "run.mat"),
        "long input": lambda: [wide.run(np.zeros((20, 1_000_000), dtype=np.float32)) for _ in range(3)],
        "long drive": lambda: rheobase.simulate(wide, np.zeros((20, 1_000_000)), scaling=20.0, engine="clock",
                                                record="output", output_step=100),
        "many trials": lambda: rheobase.Task.from_trials(np.zeros((2, 50, 60_000)), np.zeros((1, 50, 60_000))),
        "network run": lambda: network.run(np.zeros((1_000_000, 20)), sampling=1000, record=["rnn.v"]),
    }


NAMES = list(jobs(None, rheobase.load(MODEL), None))


@pytest.mark.parametrize("name", NAMES)
def test_ctrl_c_is_prompt_and_the_lock_is_free(folder, large, name):
    job = jobs(folder, *large)[name]
    beats, over = [], threading.Event()

    def beat():
        while not over.is_set():
            beats.append(time.thread_time())
            time.sleep(0.001)

    thread = threading.Thread(target=beat)
    start = time.monotonic()
    thread.start()
    job()
    seconds = time.monotonic() - start
    over.set()
    thread.join()
    assert len(beats) > 10 * seconds
    assert seconds > 0.1, "ends before it can be stopped"
    assert least_lateness(job, 0.4 * seconds) < 0.1


def interrupted_process(before, work, folder):
    """Python that gets Ctrl-C 0.2 s after `work` begins."""
    lines = ["import numpy as np, rheobase, signal, threading", before,
             "threading.Timer(0.2, lambda: signal.raise_signal(signal.SIGINT)).start()", work]
    return subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=folder, capture_output=True, text=True,
                          timeout=120)


def test_no_file_appears_after_ctrl_c(tmp_path):
    """The end of the process waits for what was begun: nothing is left of it, and nothing comes later."""
    (tmp_path / "old.mat").write_text("as it was")
    model = ("m = rheobase.RateModel(w=np.random.default_rng(0).normal(size=(1500, 1500)), w_in=np.ones(1500), "
             "w_out=np.ones(1500), tau_ms=20.0)")
    for save in ("m.save('old.mat')", "rheobase.export(m, 'new.csv', table='weights')"):
        run = interrupted_process(model, save, tmp_path)
        assert run.returncode != 0 and "KeyboardInterrupt" in run.stderr, run.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["old.mat"]
        assert (tmp_path / "old.mat").read_text() == "as it was"


def test_python_ends_well_behind_work_that_was_left(tmp_path):
    run = interrupted_process("w = np.random.default_rng(0).normal(size=(900, 900))", "rheobase.analysis.spectrum(w)",
                              tmp_path)
    assert run.returncode == -2 and "KeyboardInterrupt" in run.stderr, (run.returncode, run.stderr)


def test_a_fork_amid_the_work_of_a_thread_ends(tmp_path):
    """It has no such thread to wait for."""
    code = ("import numpy as np, os, rheobase, sys, threading, time\n"
            "w = np.random.default_rng(0).normal(size=(500, 500))\n"
            "work = threading.Thread(target=lambda: [rheobase.analysis.spectrum(w) for _ in range(4)])\n"
            "work.start()\n"
            "time.sleep(0.2)\n"
            "child = os.fork()\n"
            "if child == 0: sys.exit(7)\n"
            "assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7\n"
            "assert work.is_alive()\n")
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr


def test_a_measure_behind_one_that_was_stopped_is_right(large):
    """What was left to itself shares nothing with what comes."""
    model, _ = large
    assert least_lateness(lambda: analysis.spectrum(model.w[:700, :700]), 0.2) < 0.1
    small = np.random.default_rng(1).normal(size=(40, 40))
    np.testing.assert_allclose(analysis.spectrum(small).spectral_radius, abs(np.linalg.eigvals(small)).max(), rtol=1e-10)
