"""Figures: axes returned and taken, labels with units."""

import copy
import subprocess
import sys
import warnings

import matplotlib.pyplot as plt
import numpy as np
import pytest

import rheobase
from rheobase import plot


@pytest.fixture(scope="module")
def comparison(lif):
    return rheobase.compare(lif, trials=12)


def test_every_figure_draws_into_the_axes_it_is_given(lif, comparison):
    run = rheobase.simulate(lif, condition="go", record=("spikes", "rate"))
    rate = lif.rate.run(rheobase.Task("go-nogo").trial(condition="go").input)
    drawings = [
        (plot.outputs, comparison, "time (ms)", "output"), (plot.outputs, run, "time (ms)", "output"),
        (plot.outputs, rate, "time (ms)", "output"), (plot.raster, run, "time (ms)", "unit, by type"),
        (plot.rates, comparison, "predicted by the rate network (Hz)", "spiking network (Hz)"),
        (plot.rates, run, "time (ms)", "unit"), (plot.rates, rate, "time (ms)", "unit"),
        (plot.search, lif, "scaling factor s (Hz at r = 1)", "correct trials (%)"),
        (plot.trajectories, comparison, "component 1", "component 2"),
        (plot.weights, lif, "presynaptic unit, by type", "postsynaptic unit, by type"),
    ]
    for draw, what, x, y in drawings:
        figure, ax = plt.subplots()
        assert draw(what, ax=ax) is ax
        assert (ax.get_xlabel(), ax.get_ylabel()) == (x, y)
        assert ax.has_data()
        figure.canvas.draw()
        other = draw(what)
        assert other is not ax
        plt.close("all")


def test_what_is_drawn_is_what_was_measured(lif, comparison):
    ax = plot.outputs(comparison, condition="go")
    chosen = comparison.traces["conditions"] == comparison.conditions.index("go")
    np.testing.assert_allclose(
        ax.lines[0].get_ydata(), comparison.traces["rate_output"][chosen].mean(axis=0), rtol=1e-12, atol=1e-15)
    run = rheobase.simulate(lif, condition="go")
    drawn = sum(len(line.get_xdata()) for line in plot.raster(run).lines)
    assert drawn == len(run.spike_units)
    ax = plt.figure().add_subplot(projection="3d")
    assert plot.trajectories(comparison, ax=ax).get_zlabel() == "component 3"
    plt.close("all")


@pytest.fixture(scope="module")
def of_two_readouts():
    """A tanh network with two readouts, compared on trials of two lengths."""
    rng = np.random.default_rng(3)
    network = rheobase.RateModel(w=rng.normal(size=(5, 5)) / 2, w_in=np.ones((5, 1)), w_out=rng.normal(size=(2, 5)),
                                 tau_ms=20.0, activation="tanh", bias=np.linspace(-1, 1, 5))
    u = [rng.normal(size=(1, 60 if k % 2 else 90)) for k in range(10)]
    z = [np.zeros((2, one.shape[1])) for one in u]
    task = rheobase.Task.from_trials(u[:2], z[:2], label=["one"] * 2, test=(u[2:], z[2:], ["one"] * 8), output_names=["p", "q"])
    return rheobase.compare(network, task, trials=8, scaling=40.0)


def test_every_readout_is_a_line_of_its_own_up_to_the_end_of_the_longest_trial(of_two_readouts):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax = plot.outputs(of_two_readouts)
    assert [line.get_label() for line in ax.lines] == ["rate, one, p", "spiking, one, p", "rate, one, q", "spiking, one, q"]
    traces = of_two_readouts.traces
    for line, network, k in zip(ax.lines, ("rate", "spiking") * 2, (0, 0, 1, 1)):
        trials = traces[f"{network}_output"].reshape(8, 2, -1)[:, k]
        assert trials.shape[1] == 89 and np.isnan(trials).any(axis=1).sum() == 4
        np.testing.assert_allclose(line.get_xdata(), 5.0 * np.arange(1, 90))
        short = trials[:, :59].mean(axis=0)
        long = trials[~np.isnan(trials).any(axis=1), 59:].mean(axis=0)
        np.testing.assert_allclose(line.get_ydata(), np.concatenate([short, long]), rtol=1e-12, atol=1e-12)
    assert len({line.get_linestyle() for line in ax.lines}) == 2
    plt.close("all")


def test_a_run_of_two_readouts_has_two_lines(of_two_readouts):
    run = rheobase.simulate(of_two_readouts.model, np.ones((1, 30)), scaling=40.0)
    lines = plot.outputs(run).lines
    np.testing.assert_array_equal([line.get_ydata() for line in lines], run.outputs)
    plt.close("all")


def test_rates_below_0_are_predicted_from_all_of_their_range(of_two_readouts):
    figures = of_two_readouts.figures
    activity = np.array(figures["units"]["rate_activity"])
    assert figures["signed_rates"] and activity.min() < 0.0
    ax = plot.rates(of_two_readouts)
    drawn = np.concatenate([line.get_xdata() for line in ax.lines[:-1]])  # the last is the diagonal
    np.testing.assert_allclose(np.sort(drawn), np.sort(40.0 * (1 + activity) / 2), rtol=1e-12)
    plt.close("all")


def test_a_search_over_copies_is_drawn_over_the_spikes_of_all(lif):
    model = copy.copy(lif)
    rows = [(20.0, 0.5, 1), (40.0, 0.7, 1), (20.0, 0.6, 2), (20.0, 0.9, 4), (40.0, 0.8, 2)]
    fields = [("scaling_factor", float), ("accuracy", float), ("low", float), ("high", float), ("copies", int)]
    model.table = np.array([(s, a, a, a, m) for s, a, m in rows], dtype=fields).view(np.recarray)
    ax = plot.search(model)
    line = next(one for one in ax.lines if one.get_label() == "spiking network")
    np.testing.assert_array_equal(line.get_xdata(), [20.0, 40.0, 40.0, 80.0, 80.0])
    np.testing.assert_allclose(line.get_ydata(), [50.0, 70.0, 60.0, 90.0, 80.0])
    assert ax.get_xlabel() == "s M, scaling factor times copies (Hz at r = 1)"
    many = rheobase.convert(lif, scaling=[40.0, 50.0], trials=2, mapping="published", copies=3)
    line, chosen = plot.search(many).lines
    np.testing.assert_array_equal(line.get_xdata(), [120.0, 150.0])
    assert set(chosen.get_xdata()) == {3 * many.scaling_factor}
    plt.close("all")


def test_a_run_without_what_is_drawn(lif):
    run = rheobase.simulate(lif, np.zeros((1, 200)), record="output")
    for draw in (plot.raster, plot.rates):
        with pytest.raises(rheobase.InputError, match="record"):
            draw(run)


def test_what_cannot_be_drawn_is_told_before_a_figure_is_made(lif, comparison, tmp_path):
    run = rheobase.simulate(lif, np.zeros((1, 20)))
    for draw, argument, wrong in [
        (plot.outputs, "what", lif), (plot.raster, "run", comparison), (plot.rates, "what", None), (plot.search, "model", run),
        (plot.trajectories, "comparison", "x"), (plot.weights, "model", np.zeros((3, 3)))]:
        with pytest.raises(rheobase.InputError, match="must be a ") as caught:
            draw(wrong)
        assert caught.value.argument == argument
    comparison.save(tmp_path / "c.json")  # without traces
    for draw, argument in ((plot.outputs, "what"), (plot.trajectories, "comparison")):
        with pytest.raises(rheobase.InputError, match="without traces") as caught:
            draw(rheobase.load_comparison(tmp_path / "c.json"))
        assert caught.value.argument == argument
    for condition in ("none", 7, -1, 1.5, [0]):
        with pytest.raises(rheobase.InputError, match="condition"):
            plot.outputs(comparison, condition=condition)
    assert not plt.get_fignums()


def test_matplotlib_and_neo_are_imported_only_when_used():
    code = "import rheobase, sys; assert not {'matplotlib', 'neo', 'torch', 'quantities'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
