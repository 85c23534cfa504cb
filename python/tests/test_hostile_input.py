"""What is given by mistake: it is refused in words, and never ends the interpreter."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import rheobase
from rheobase import _engine, attractor, innate, motif

from interrupts import least_lateness


def refused(call, *parts):
    with pytest.raises(rheobase.InputError) as error:
        call()
    for part in parts:
        assert part in str(error.value)


def test_an_array_that_no_memory_holds_is_refused_in_words(small):
    huge = np.broadcast_to(np.float32(0.0), (small.inputs, 2**42))
    for call in (lambda: small.run(huge), lambda: rheobase.Task.from_trials(huge[:, :, np.newaxis], huge[:, :, np.newaxis]),
                 lambda: rheobase.analysis.pca(huge), lambda: rheobase.analysis.mcnemar(huge[0], huge[0])):
        refused(call, "GiB")


def test_targets_whose_squares_are_not_finite_are_refused():
    for size, step in ((1e200, 0.1), (1.0, 1e-320)):
        refused(lambda: motif.linear({"a": size * np.sin(np.arange(60.0))}, step_tau=step, units=20, terms=4,
                                     preparation_rank=10, starts=1), "target", "finite")


def test_a_list_that_is_no_array_is_refused_where_one_number_would_do(lif):
    ragged = [[1], [2, 3]]
    refused(lambda: rheobase.convert(lif, scaling=ragged), "scaling", "no array")
    refused(lambda: rheobase.train("go-nogo", taus=ragged), "taus", "no array")
    refused(lambda: attractor.simulate(levels=ragged), "levels", "no array")


def test_kinds_that_are_wrong_are_told_with_the_argument(small, lif):
    analysis = rheobase.analysis
    spikes = ([0], [1.0])
    for call, argument in [
        (lambda: analysis.firing_rates(*spikes, count=1, duration_ms=1e11, step_ms=1e-320), "step_ms"),
        (lambda: analysis.firing_rates(*spikes, count="1", duration_ms=9), "count"),
        (lambda: analysis.firing_rates(*spikes, count=1, duration_ms=9, kernel=3), "kernel"),
        (lambda: analysis.mixed_selectivity(np.ones((2, 9)), np.ones((9, 1)), alpha="x"), "alpha"),
        (lambda: analysis.mcnemar([[1], [1, 0]], [1, 0]), "first"),
        (lambda: rheobase.evaluate(lif, network=7), "network"), (lambda: rheobase.export(lif, "x.nir", format=7), "format"),
        (lambda: rheobase.export(3, "x.nir"), "what"), (lambda: rheobase.load(7), "path"),
        (lambda: rheobase.load("x.nir", spike_step="1"), "spike_step"), (lambda: small.save("x.mat", level73="yes"), "level73"),
        (lambda: rheobase.simulate(lif, np.zeros((1, 9)), record=5), "record"),
        (lambda: rheobase.simulate(lif, np.zeros((1, 9)), trials=3), "u"),
        (lambda: rheobase.simulate(lif, [[1], [1, 2]]), "u"), (lambda: rheobase.train("xor", train=5), "train"),
        (lambda: rheobase.train("xor", resume=5), "resume"), (lambda: rheobase.Task("xor").trial(0, seed=1.5), "seed"),
        (lambda: rheobase.Task("xor").trial(True), "number"), (lambda: rheobase.Task(5), "name"),
        (lambda: rheobase.Task("xor").correct((1, 2), [0]), "trial"), (lambda: rheobase.compare("lif"), "model"),
        (lambda: attractor.simulate(5), "type"), (lambda: attractor.fixed_points(side=3), "side"),
        (lambda: innate.capacity([]), "delays"), (lambda: innate.words([3]), "words"),
        (lambda: motif.linear({"a": np.ones(60)}, step_tau=-1), "step_tau"),
        (lambda: rheobase.from_torch(5), "source"),
    ]:
        with pytest.raises(rheobase.InputError) as caught:
            call()
        assert caught.value.argument == argument, caught.value


@pytest.mark.parametrize("keyword", ["seed", "trial", "threads"])
def test_a_whole_number_is_whole(small, keyword):
    refused(lambda: small.run(np.zeros((small.inputs, 20)), **{keyword: 1.5}), keyword, "1.5", "integer")


def test_classes_of_the_engine_cannot_be_made_without_their_contents():
    classes = [one for one in vars(_engine).values()
               if isinstance(one, type) and not issubclass(one, BaseException)]
    assert len(classes) >= 6
    for one in classes:
        with pytest.raises(TypeError):
            one.__new__(one)
        with pytest.raises(TypeError):
            one()


class Named:
    def __init__(self, conditions):
        self.conditions = conditions

    def trial(self, rng):
        return np.zeros((1, 10)), np.zeros((1, 10)), 0

    def correct(self, trial, output):
        return True


@pytest.mark.parametrize("names", [("a", "a"), (None, "b"), ("", "b"), "ab", (1, 2)])
def test_names_of_conditions_are_texts_that_differ(names):
    refused(lambda: rheobase.Task.from_class(Named(names)), "conditions")


def test_a_trial_has_a_condition():
    class Without(Named):
        def trial(self, rng):
            return np.zeros((1, 10)), np.zeros((1, 10)), None

    refused(lambda: rheobase.Task.from_class(Without(("a", "b"))).trial(), "condition", "None")


@pytest.mark.parametrize("label", [[1, "1"], [None, "a"], [float("nan"), "a"]])
def test_labels_are_conditions_that_differ(label):
    refused(lambda: rheobase.Task.from_trials(np.zeros((1, 9, 2)), np.zeros((1, 9, 2)), label=label),
            "label")


def test_a_number_that_is_none_has_no_place():
    with pytest.raises(rheobase.InputError) as error:
        rheobase.RateModel(w=np.zeros((3, 3)), w_in=np.zeros((3, 1)), w_out=np.zeros((1, 3)),
                           tau_ms=float("nan"), activation="tanh")
    assert "nan" in str(error.value) and "[]" not in str(error.value)


def test_values_under_a_mask_are_not_taken(small):
    masked = np.ma.masked_array(np.zeros((small.inputs, 20)), mask=False)
    small.run(masked)
    masked[0, 3] = np.ma.masked
    refused(lambda: small.run(masked), "1 masked value", "filled")
    targets = np.ma.masked_array(np.zeros((1, 20, 1)), mask=False)
    targets[0, 3, 0] = np.ma.masked
    refused(lambda: rheobase.Task.from_trials(np.zeros((1, 20, 1)), targets), "z", "masked")


def test_no_bar_where_nobody_looks():
    script = ("import rheobase; rheobase.train('go-nogo', units=100, trials=1500, stop_loss=0, "
              "progress=True)")
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stderr == ""


def test_ctrl_c_inside_a_long_trial_is_prompt():
    """Behind the innate trial: within those of the recurrent training."""
    job = lambda: innate.timing(units=500, delay=4000, recurrent_trials=50)  # noqa: E731
    assert least_lateness(job, 1.5) < 0.1
