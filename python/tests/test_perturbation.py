"""What perturb draws and refuses, as the command line does."""

import json

import numpy as np
import pytest

import rheobase


@pytest.fixture(scope="module")
def varied(lif):
    """A spiking network whose units differ, drawn with a seed of its own."""
    return rheobase.convert(lif, scaling=[50.0], trials=2, mapping="published", threshold_sd=2.0, unit_seed=7)


@pytest.mark.parametrize(("given", "argument"), [
    (dict(strengths=[1, 2], drive="exc", drive_strength=5), "drive_strength"),
    (dict(strengths=[1, 2], drive="exc", duration_ms=50), "duration_ms"),
    (dict(times=[0, 100], drive="exc", drive_window=(0, 50)), "drive_window"),
    (dict(strengths=[1, 2], drive="exc", repeats=5), "repeats"),
    (dict(times=[0, 100], drive=[0, 3], repeats=2), "repeats"),
    (dict(vary="synaptic_delay", values=[0, 1], repeats=2), "repeats"),
    (dict(vary="synaptic_delay", values=[0, 1], threshold_sd=0, repeats=2), "repeats"),
])
def test_what_would_be_without_effect_is_refused(lif, given, argument):
    with pytest.raises(rheobase.InputError) as caught:
        rheobase.perturb(lif, trials=2, **given)
    assert caught.value.argument == argument


def test_repeats_are_allowed_where_something_is_drawn(lif, varied):
    for model, given in ((lif, dict(strengths=[1], drive="exc@0.5")), (lif, dict(strengths=[1], drive="exc", bias_sd=0.5)),
                         (lif, dict(vary="delay_spread", values=[1])), (varied, dict(times=[0], drive="exc"))):
        assert rheobase.perturb(model, trials=1, repeats=2, **given).rate.shape == (1, 2)
    for rate in (varied.rate, lif.rate):  # spreads are of the spiking network alone
        with pytest.raises(rheobase.InputError, match="nothing is drawn"):
            rheobase.perturb(rate, strengths=[1], drive="exc", bias_sd=0.5, trials=1, repeats=2)


def test_repeats_draw_units_that_differ_from_the_seed_of_the_model_on(varied, program, tmp_path):
    options = dict(drive="inh", trials=16)
    found = rheobase.perturb(varied, strengths=[0.5, 1.0], repeats=2, **options)
    for k in range(2):
        alone = rheobase.evaluate(varied, drive_strength=0.5, unit_seed=7 + k, **options)
        assert found.spiking[0, k] == alone.spiking.accuracy
    varied.save(tmp_path / "m.mat")
    out = json.loads(program("perturb", tmp_path / "m.mat", "--drive", "inh", "--strengths", "0.5,1", "--repeats", "2",
                             "--trials", "16", "--json"))
    expected = [[one["spiking"]["value"] for one in point["repeats"]] for point in out["points"]]
    np.testing.assert_array_equal(found.spiking, expected)
    assert len(np.unique(found.spiking, axis=1).T) == 2  # the two choices are not one
