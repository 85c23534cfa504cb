"""Figures: axes returned and taken, labels with units."""

import subprocess
import sys

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
    np.testing.assert_array_equal(
        ax.lines[0].get_ydata(), comparison.traces["rate_output"][chosen].mean(axis=0))
    run = rheobase.simulate(lif, condition="go")
    drawn = sum(len(line.get_xdata()) for line in plot.raster(run).lines)
    assert drawn == len(run.spike_units)
    ax = plt.figure().add_subplot(projection="3d")
    assert plot.trajectories(comparison, ax=ax).get_zlabel() == "component 3"
    plt.close("all")


def test_a_run_without_what_is_drawn(lif):
    run = rheobase.simulate(lif, np.zeros((1, 200)), record="output")
    for draw in (plot.raster, plot.rates):
        with pytest.raises(rheobase.InputError, match="record"):
            draw(run)


def test_what_cannot_be_drawn_is_told_before_a_figure_is_made(lif, comparison):
    run = rheobase.simulate(lif, np.zeros((1, 20)))
    for draw, argument, wrong in [
        (plot.outputs, "what", lif), (plot.raster, "run", comparison), (plot.rates, "what", None), (plot.search, "model", run),
        (plot.trajectories, "comparison", "x"), (plot.weights, "model", np.zeros((3, 3)))]:
        with pytest.raises(rheobase.InputError, match="must be a ") as caught:
            draw(wrong)
        assert caught.value.argument == argument
    for condition in ("none", 7, -1, 1.5, [0]):
        with pytest.raises(rheobase.InputError, match="condition"):
            plot.outputs(comparison, condition=condition)
    assert not plt.get_fignums()


def test_matplotlib_and_neo_are_imported_only_when_used():
    code = "import rheobase, sys; assert not {'matplotlib', 'neo', 'torch', 'quantities'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
