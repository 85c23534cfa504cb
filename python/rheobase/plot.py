"""Figures with matplotlib, which is imported when a figure is asked for.

Every function draws into `ax` (default: a new figure) and returns it. Colours are those of the
command line's figures: grey for the rate network, green for the spiking one; excitatory units blue,
inhibitory ones orange.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _engine
from ._checks import whole_number
from ._errors import input_error
from .comparison import Comparison
from .conversion import SpikingModel
from .models import RateModel, RateRun
from .simulation import Run, Runs

__all__ = ["outputs", "raster", "rates", "search", "trajectories", "weights"]

_TYPES = _engine.palette()
_RATE, _SPIKING = _TYPES.pop("rate"), _TYPES.pop("spiking")


def _require(what: Any, argument: str, *kinds: type) -> None:
    """InputError unless `what` is of one of the classes."""
    if not isinstance(what, kinds):
        names = " or ".join(kind.__name__ for kind in kinds)
        raise input_error(argument, f"a {type(what).__name__}", f"must be a {names}")


def _axes(ax: Any, **options: Any) -> Any:
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    return plt.subplots(layout="constrained", subplot_kw=options or None)[1]


def _condition(comparison: Comparison, condition: str | int | None) -> list[int]:
    names = comparison.conditions
    if condition is None:
        return list(range(len(names)))
    if isinstance(condition, str):
        if condition not in names:
            raise input_error("condition", repr(condition), f"must be one of {', '.join(names)}")
        return [names.index(condition)]
    return [whole_number(condition, "condition", 0, len(names) - 1)]


def _traces(comparison: Comparison, argument: str) -> dict[str, Any]:
    if not comparison._has_traces:
        raise input_error(argument, "a comparison without traces",
                          "must be one from compare() or a .mat file: .json holds none")
    return comparison.traces


def _readouts(comparison: Comparison, output: np.ndarray) -> np.ndarray:
    """trials x outputs x L of what lies readout after readout in a row."""
    count = max(1, len(comparison.figures["outputs"]))
    return output.reshape(len(output), count, -1)


def _band(ax: Any, time: np.ndarray, trials: np.ndarray, **style: Any) -> None:
    """Mean and standard deviation of the trials that last as long."""
    reached = ~np.isnan(trials).all(axis=0)
    time, trials = time[reached], trials[:, reached]
    mean, spread = np.nanmean(trials, axis=0), np.nanstd(trials, axis=0)
    (line,) = ax.plot(time, mean, **style)
    ax.fill_between(time, mean - spread, mean + spread, color=line.get_color(), alpha=0.2, lw=0)


def _compared_outputs(ax: Any, comparison: Comparison, traces: dict[str, Any], conditions: list[int]) -> None:
    rate, spiking = (_readouts(comparison, traces[f"{network}_output"]) for network in ("rate", "spiking"))
    time = traces["step_ms"] * np.arange(1, rate.shape[2] + 1)
    lines = [(index, k) for index in conditions for k in range(rate.shape[1])]
    for style, (index, k) in zip(["-", "--", ":", "-."] * len(lines), lines):
        chosen = traces["conditions"] == index
        if chosen.any():
            name = comparison.conditions[index]
            if rate.shape[1] > 1:
                name += f", {comparison.figures['outputs'][k].get('name', f'output {k + 1}')}"
            _band(ax, time, rate[chosen, k], color=_RATE, ls=style, label=f"rate, {name}")
            _band(ax, time, spiking[chosen, k], color=_SPIKING, ls=style, label=f"spiking, {name}")


def outputs(what: Comparison | Run | Runs | RateRun, *, condition: str | int | None = None, ax: Any = None) -> Any:
    """Readouts over time: of both networks, mean and standard deviation over trials, or of runs; a line a readout.

    Parameters
    ----------
    what : Comparison, Run, Runs or RateRun
        What is drawn.
    condition : str or int, optional
        Of a comparison; default: all. Conditions, and readouts within them, are solid, dashed,
        dotted and so on.
    ax : Axes, optional
        Default: a new figure.

    Returns
    -------
    Axes
        Time in ms, output without a unit.

    Raises
    ------
    InputError
        For another thing, a condition that the comparison does not have, or one read from .json,
        which has no traces.
    """
    _require(what, "what", Comparison, Run, Runs, RateRun)
    conditions = _condition(what, condition) if isinstance(what, Comparison) else []
    traces = _traces(what, "what") if isinstance(what, Comparison) else {}
    ax = _axes(ax)
    if isinstance(what, Comparison):
        _compared_outputs(ax, what, traces, conditions)
        ax.legend(frameon=False, fontsize="small")
    elif isinstance(what, RateRun):
        output = what.output if what.output.ndim == 3 else what.output[:, :, None]
        for row in output:
            ax.plot(what.time_ms[1:], row, color=_RATE, lw=1)
    else:
        runs = [what] if isinstance(what, Run) else list(what)
        for run in runs:
            ax.plot(run.time_ms, run.outputs.T, color=_SPIKING, lw=1)
    ax.set(xlabel="time (ms)", ylabel="output")
    return ax


def raster(run: Run, *, ax: Any = None) -> Any:
    """Spikes of one trial, a row a unit, stacked by type.

    Parameters
    ----------
    run : Run
        With its spikes.
    ax : Axes, optional
        Default: a new figure.

    Returns
    -------
    Axes
        Time in ms, units from 0.

    Raises
    ------
    InputError
        For a run without spikes recorded.
    """
    _require(run, "run", Run)
    if len(run.spike_units) == 0 and run.spike_count.sum() > 0:
        raise input_error("run", "a run without spikes", "must be simulated with record='spikes'")
    ax = _axes(ax)
    types = run.unit_types
    order = np.argsort([list(_TYPES).index(kind) for kind in types], kind="stable")
    row = np.empty(run.units, dtype=int)
    row[order] = np.arange(run.units)
    for kind, colour in _TYPES.items():
        chosen = types[run.spike_units] == kind
        if chosen.any():
            ax.plot(run.spike_times_ms[chosen], row[run.spike_units[chosen]], "|", color=colour, ms=2,
                    label=kind, rasterized=True)
    if ax.lines:
        ax.legend(frameon=False, fontsize="small", loc="lower right", bbox_to_anchor=(1, 1), ncols=3,
                  markerscale=4, borderpad=0)
    ax.set(xlabel="time (ms)", ylabel="unit, by type", xlim=(0, run.duration_ms), ylim=(-1, run.units))
    return ax


def rates(what: Comparison | RateRun | Run, *, ax: Any = None) -> Any:
    """Activity of the units: predicted against measured firing rates, or rates over time.

    Parameters
    ----------
    what : Comparison, RateRun or Run
        Of a comparison: mean rates of every unit, what the rate network predicts (s r, or
        s (1 + r) / 2 where rates go below 0) against what the spiking one does. Of a run: N x time
        as an image (a Run recorded with ``'rate'``).
    ax : Axes, optional
        Default: a new figure.

    Returns
    -------
    Axes
        Rates in Hz; of a rate network without a unit.

    Raises
    ------
    InputError
        For a run without rates recorded.
    """
    _require(what, "what", Comparison, RateRun, Run)
    if isinstance(what, Run) and what.rate is None:
        raise input_error("what", "a run without rates", "must be simulated with record='rate'")
    ax = _axes(ax)
    if isinstance(what, Comparison):
        units = what.figures["units"]
        activity = np.array(units["rate_activity"], dtype=float)
        share = (1 + activity) / 2 if what.figures["signed_rates"] else activity
        predicted = what.figures["options"]["scaling_factor"] * share
        measured = np.array(units["spiking_hz"], dtype=float)
        types = np.array(units["type"])
        for kind, colour in _TYPES.items():
            chosen = types == kind
            if chosen.any():
                ax.plot(predicted[chosen], measured[chosen], ".", color=colour, label=kind)
        end = max(predicted.max(), measured.max()) * 1.05
        ax.plot([0, end], [0, end], color="0.6", lw=1, zorder=0)
        ax.legend(frameon=False, fontsize="small")
        ax.set(xlabel="predicted by the rate network (Hz)", ylabel="spiking network (Hz)",
               xlim=(0, end), ylim=(0, end), aspect="equal")
        return ax
    activity = what.r if isinstance(what, RateRun) else what.rate
    if activity.ndim == 3:
        activity = activity[:, :, 0]
    image = ax.imshow(activity, aspect="auto", origin="lower", cmap="magma", interpolation="nearest",
                      extent=(what.time_ms[0], what.time_ms[-1], -0.5, len(activity) - 0.5))
    ax.figure.colorbar(image, ax=ax, label="rate" if isinstance(what, RateRun) else "rate (Hz)")
    ax.set(xlabel="time (ms)", ylabel="unit")
    return ax


def search(model: SpikingModel, *, ax: Any = None) -> Any:
    """Accuracy over the scaling factor, with 95 % intervals where known; the chosen value marked.

    Where networks with other numbers of copies M were tried, over s M: spikes a second of all copies.

    Parameters
    ----------
    model : SpikingModel
        What `convert` returned, or a mapped model from a file.
    ax : Axes, optional
        Default: a new figure.

    Returns
    -------
    Axes
        Spikes a second at a rate of 1; accuracy in %.
    """
    _require(model, "model", SpikingModel)
    ax = _axes(ax)
    table = model.table
    copies = table["copies"] if "copies" in table.dtype.names else np.ones(len(table))
    fitted = bool((copies > 1).any())
    x = table.scaling_factor * copies if fitted else table.scaling_factor
    order = np.argsort(x, kind="stable")
    table, x = table[order], x[order]
    if np.isfinite(table.low).all():
        ax.fill_between(x, 100 * table.low, 100 * table.high, color=_SPIKING, alpha=0.2, lw=0, label="95 % interval")
    ax.plot(x, 100 * table.accuracy, ".-", color=_SPIKING, label="spiking network")
    chosen, many = model.scaling_factor, model._model.transfer["copies"] if fitted else 1
    ax.axvline(chosen * many, color="0.4", ls="--", lw=1,
               label=f"chosen: {chosen:g}" + (f", {many} copies" if many > 1 else ""))
    ax.legend(frameon=False, fontsize="small")
    ax.set(xlabel="s M, scaling factor times copies (Hz at r = 1)" if fitted else "scaling factor s (Hz at r = 1)",
           ylabel="correct trials (%)", ylim=(-2, 102))
    return ax


def trajectories(comparison: Comparison, *, ax: Any = None) -> Any:
    """Condition averages in the first principal components of each network.

    Parameters
    ----------
    comparison : Comparison
        With its traces.
    ax : Axes, optional
        Flat or three-dimensional; default: a new flat one.

    Returns
    -------
    Axes
        Each network in its own components, activity without a unit; a dot where a trajectory ends.

    Raises
    ------
    InputError
        For another thing, or a comparison read from .json, which has no traces.
    """
    _require(comparison, "comparison", Comparison)
    traces = _traces(comparison, "comparison")
    ax = _axes(ax)
    count = 3 if getattr(ax, "name", "") == "3d" else 2
    for network, colour in (("rate", _RATE), ("spiking", _SPIKING)):
        for style, (name, path) in zip(
            ["-", "--", ":", "-."] * 100, zip(comparison.conditions, traces[f"{network}_trajectory"])
        ):
            if path.size and len(path) >= count:
                ax.plot(*path[:count], color=colour, ls=style, lw=1.2, label=f"{network}, {name}")
                ax.plot(*path[:count, -1:], "o", color=colour, ms=4)
    ax.legend(frameon=False, fontsize="small")
    ax.set(xlabel="component 1", ylabel="component 2")
    if count == 3:
        ax.set_zlabel("component 3")
    return ax


def weights(model: RateModel, *, ax: Any = None) -> Any:
    """Recurrent weights as an image, blue excitatory, red inhibitory; units ordered by type.

    Parameters
    ----------
    model : RateModel
        Of a spiking model: its rate network's.
    ax : Axes, optional
        Default: a new figure.

    Returns
    -------
    Axes
        Presynaptic unit across, postsynaptic unit down.
    """
    _require(model, "model", RateModel)
    ax = _axes(ax)
    order = np.argsort([list(_TYPES).index(kind) for kind in model.unit_types], kind="stable")
    w = model.w[np.ix_(order, order)]
    present = np.abs(w[w != 0])
    limit = float(np.quantile(present, 0.98)) if present.size else 1.0
    image = ax.imshow(w, cmap="RdBu", vmin=-limit, vmax=limit, interpolation="nearest")
    ax.figure.colorbar(image, ax=ax, label="weight", extend="both")
    ax.set(xlabel="presynaptic unit, by type", ylabel="postsynaptic unit, by type")
    return ax
