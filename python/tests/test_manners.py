"""Ctrl-C, threads, progress, memory, pickling, what results look like."""

import copy
import gc
import pickle
import resource
import sys
import threading
import time

import numpy as np
import pytest

import rheobase
from rheobase import force, innate, motif

from interrupts import interrupted_after, least_lateness


@pytest.mark.parametrize("work", ["train", "evaluation", "simulate", "rate", "convert", "compare", "batch", "force",
                                  "force test", "force noise", "innate", "capacity", "motif", "preparation"])
def test_ctrl_c_stops_soon_and_leaves_the_interpreter_usable(lif, work):
    long = np.zeros((1, 20000))
    jobs = {
        "train": lambda: rheobase.train("xor", units=100, trials=100000, stop_loss=0),
        "evaluation": lambda: rheobase.train("xor", units=200, evaluate_every=4, evaluation_trials=5000, stop_loss=0),
        "simulate": lambda: rheobase.simulate(lif, long[:, :4000], step=0.002, output_step=100),
        "rate": lambda: [lif.rate.run(long) for _ in range(1000)],
        "convert": lambda: rheobase.convert(lif, trials=20000),
        "compare": lambda: rheobase.compare(lif, trials=20000),
        "batch": lambda: rheobase.simulate(lif, np.zeros((1, 200, 2000)), record="output", output_step=50),
        "force": lambda: force.train(units=400, iterations=1000, threshold=1),
        "force test": lambda: [trained.test() for _ in range(1000)],
        "force noise": lambda: trained.robustness(0.1, trials=5000),
        "innate": lambda: innate.timing(units=600, delay=4000, recurrent_trials=50),
        "capacity": lambda: innate.capacity([4000], 4, units=400),
        "motif": lambda: library.train(targets, batches=100000, threads=1),
        "preparation": lambda: motif.prepare(units=300, batches=100000, threads=1),
    }
    library = motif.prepare(architecture="additive", units=200, seed=1)
    targets = motif.targets(count=2)
    trained = force.train(units=400, iterations=1) if work.startswith("force ") else None
    assert least_lateness(jobs[work], 0.3, aside=work in ("motif", "preparation", "capacity")) < 0.1
    assert rheobase.simulate(lif, np.zeros((1, 20))).duration_ms == 95


def test_a_training_that_is_stopped_goes_on_bit_for_bit(tmp_path):
    options = dict(units=20, trials=64, batch=8, evaluate_every=16, evaluation_trials=8, seed=3)
    whole = rheobase.train("go-nogo", **options)
    checkpoint = tmp_path / "c.mat"

    def stop(fraction, status):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        rheobase.train("go-nogo", progress=stop, checkpoint=checkpoint, **options)
    resumed = rheobase.train("go-nogo", resume=checkpoint)
    np.testing.assert_array_equal(resumed.model.w, whole.model.w)
    np.testing.assert_array_equal(resumed.losses, whole.losses)


def test_a_stop_in_an_evaluation_goes_on_bit_for_bit(tmp_path):
    """Evaluations take nearly all of the time here: Ctrl-C comes within one."""
    options = dict(units=50, trials=40, batch=4, evaluate_every=8, evaluation_trials=2000, seed=3, stop_loss=0)
    begin = time.monotonic()
    whole = rheobase.train("go-nogo", **options)
    seconds = time.monotonic() - begin
    checkpoint = tmp_path / "c.mat"
    stops = 0
    for part in (0.35, 0.6, 0.85):
        with interrupted_after(part * seconds):
            try:
                rheobase.train("go-nogo", checkpoint=checkpoint, **options)
                continue
            except KeyboardInterrupt:
                pass
        stops += 1
        resumed = rheobase.train("go-nogo", resume=checkpoint)
        np.testing.assert_array_equal(resumed.model.w, whole.model.w)
        np.testing.assert_array_equal(resumed.evaluations, whole.evaluations)
        assert resumed.accuracy == whole.accuracy
    assert stops > 0


def test_the_lock_is_free_while_computing(lif):
    done = threading.Event()
    counted = []

    def count():
        n = 0
        while not done.is_set():
            n += 1
            time.sleep(0.001)
        counted.append(n)

    thread = threading.Thread(target=count)
    thread.start()
    start = time.monotonic()
    rheobase.simulate(lif, np.zeros((1, 20000)), output_step=100)
    seconds = time.monotonic() - start
    done.set()
    thread.join()
    assert counted[0] > 50 * seconds


def test_two_threads_at_once_give_what_one_gives(lif):
    u = np.zeros((1, 200))
    expected = [rheobase.simulate(lif, u, seed=seed).spike_times_ms for seed in range(6)]
    found = [None] * 6

    def work(seed):
        found[seed] = rheobase.simulate(lif, u, seed=seed).spike_times_ms

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(found, expected):
        np.testing.assert_array_equal(one, other)


def test_threads_have_no_influence_on_a_batch(lif):
    u = np.random.default_rng(0).normal(size=(1, 50, 7))
    one = rheobase.simulate(lif, u, threads=1, seed=4)
    two = rheobase.simulate(lif, u, threads=2, seed=4)
    np.testing.assert_array_equal(one.output, two.output)
    np.testing.assert_array_equal(rheobase.simulate(lif, u[:, :, 3], seed=4, trial=3).output, one[3].output)
    assert len(one) == 7 and one.spike_count.shape == (7, 200)


def test_progress_as_a_function_and_as_a_bar(lif, capsys, monkeypatch):
    seen = []
    rheobase.evaluate(lif, trials=200, progress=lambda fraction, status: seen.append(fraction))
    assert seen and all(0 <= fraction <= 1 for fraction in seen) and seen[-1] == 1
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    rheobase.train("go-nogo", units=100, trials=2000, progress=True, stop_loss=0)
    captured = capsys.readouterr()
    assert "training  [" in captured.err and captured.err.endswith("\r")
    assert captured.out == ""
    with pytest.raises(rheobase.InputError, match="progress"):
        rheobase.evaluate(lif, progress=3)


def test_what_a_progress_function_raises_comes_out(lif):
    def fail(fraction, status):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        rheobase.evaluate(lif, trials=500, progress=fail)


def test_no_memory_leaks_over_ten_thousand_calls(small, lif):
    u, short, long = np.zeros((2, 200)), np.zeros((1, 3)), np.ones((2, 150_000))
    own = rheobase.Task.from_trials(np.ones((2, 5, 4)), np.ones((1, 5, 4)), test_fraction=0)

    def calls(count):
        for call in range(count):
            small.run(u)
            if call % 5 == 0:
                rheobase.simulate(lif, short).spike_trains()
            if call % 50 == 0:
                rheobase.evaluate(small, own, trials=2, scaling=30.0, threads=1)
            rheobase.analysis.pca(u + np.arange(200))
            if call % 10 == 0:  # beyond a millisecond: on a thread of its own
                rheobase.analysis.synchrony(long)
            rheobase.analysis.firing_rates([0, 1], [1.0, 2.0], count=2, duration_ms=9)
            rheobase.analysis.rank_sum(u[0, :9], u[1, :9])
            try:
                small.run(u.T)
            except rheobase.InputError:
                pass
        gc.collect()

    calls(500)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    calls(10000)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert after - before < 4096, f"{after - before} KiB"  # a leak of one array a call is 50 MB


def test_arrays_are_views_that_outlive_their_object(lif):
    run = rheobase.simulate(lif, np.zeros((1, 40)))
    output = run.output
    assert not output.flags.writeable and not output.flags.owndata
    kept = output.copy()
    del run
    gc.collect()
    np.testing.assert_array_equal(output, kept)
    with pytest.raises(ValueError):
        lif.w[0, 0] = 1.0


def test_results_can_be_pickled_and_copied(lif, hold):
    task = rheobase.Task("xor", delay=15)
    recorded = rheobase.Task.from_trials(np.ones((1, 20, 2)), np.ones((1, 20, 2)), label=["a", "b"])
    run = rheobase.simulate(lif, np.zeros((1, 40)), record=("spikes", "voltage"), voltage_units=[3])
    comparison = rheobase.compare(lif, trials=4)
    trained = rheobase.train("go-nogo", units=10, trials=4, evaluation_trials=4)
    for thing in (task, recorded, run, comparison, trained, lif, lif.rate, lif.spiking,
                  rheobase.Task.from_class(hold), rheobase.evaluate(lif, trials=2),
                  rheobase.analysis.pca(np.eye(3))):
        again = pickle.loads(pickle.dumps(thing))
        assert repr(again) == repr(thing)
    again = copy.deepcopy(run)
    np.testing.assert_array_equal(again.spike_times_ms, run.spike_times_ms)
    np.testing.assert_array_equal(again.voltage, run.voltage)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(lif)).w, lif.w)
    assert pickle.loads(pickle.dumps(comparison)).figures == comparison.figures
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(task)).trial(3).input, task.trial(3).input)
    error = pickle.loads(pickle.dumps(rheobase.InputError("w: found x; must be y")))
    assert isinstance(error, rheobase.InputError)


def test_results_show_themselves_on_one_screen(lif):
    run = rheobase.simulate(lif, np.zeros((1, 40)))
    for thing in (lif, run, rheobase.Task("timing"), rheobase.compare(lif, trials=4), lif.spiking,
                  rheobase.evaluate(lif, trials=2), rheobase.analysis.spectrum(lif.w)):
        text = repr(thing)
        assert 2 <= text.count("\n") + 1 <= 25 and max(map(len, text.splitlines())) <= 120
        html = thing._repr_html_()
        assert html.startswith("<table>") and html.count("<tr>") == len(thing._rows())
