"""The other systems: against the command line and what is known of them."""

import json

import numpy as np
import pytest

import rheobase
from rheobase import attractor, innate


def test_innate_training_is_that_of_the_command_line(program, tmp_path):
    options = dict(units=80, delay=100, seed=3)
    result = innate.timing(recurrent_trials=4, readout_trials=2, **options)
    out = json.loads(program("innate", "timing", "--units", "80", "--delay", "100", "--seed", "3",
                             "--recurrent-trials", "4", "--readout-trials", "2", "--no-lyapunov", "--json",
                             "-o", tmp_path / "t.mat"))
    expected = rheobase.load(tmp_path / "t.mat")
    np.testing.assert_array_equal(result.model.w, expected.w)
    np.testing.assert_array_equal(result.model.w_out, expected.w_out)
    assert len(result.recurrent_loss) == 4 and out
    assert result.target.shape[0] == 1 and result.window_ms[1] > result.window_ms[0]
    result.save(tmp_path / "p.mat")
    np.testing.assert_array_equal(rheobase.load(tmp_path / "p.mat").w, expected.w)
    with pytest.raises(rheobase.InputError) as caught:
        innate.timing(units=-1)
    assert caught.value.argument == "units"


def test_attractor_trials_are_those_of_the_command_line(program, tmp_path):
    levels = attractor.simulate(trials=40, seed=2, levels=[0, 1.5])
    out = json.loads(program("attractor", "simulate", "--trials", "40", "--seed", "2", "--levels", "0,1.5",
                             "--json", "-o", tmp_path / "a.mat"))
    for ours, theirs in zip(levels, out["levels"]):
        assert ours.photoinhibition == theirs["photoinhibition"]
        assert ours.correct[ours.side == 0].mean() == theirs["right"]["correct"]["value"]
        assert ours.correct[ours.side == 1].mean() == theirs["left"]["correct"]["value"]
    assert len(levels[0].rates) == 40 and levels[0].rates[0].shape[0] == 2
    with pytest.raises(rheobase.InputError, match="type"):
        attractor.simulate("three-hemispheres")


def test_two_stable_states_with_a_saddle_between():
    points = attractor.fixed_points(ramp=1.0)
    assert [point.stable for point in points].count(True) >= 2
    for point in points:
        assert point.stable == bool((point.eigenvalues.real <= 0).all())
