"""Accuracy over the size of a lesion, the strength or the time of a drive: ``rheobase perturb``."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from . import _engine
from ._checks import number, one_of, require_memory, unmasked, whole_number
from ._display import Measure
from ._errors import input_error
from ._progress import Progress, progress_function
from .conversion import SpikingModel, task_of
from .evaluation import evaluate
from .models import as_rate_model


# Options of what unit_seed draws, and their names in files.
_SPREADS = {"threshold_sd": "threshold_sd_mv", "bias_sd": "bias_sd_mv", "tau_membrane_sd": "tau_membrane_sd_ms",
            "refractory_sd": "refractory_sd_ms", "delay_spread": "delay_spread_ms"}


@dataclasses.dataclass(frozen=True, repr=False)
class Perturbation(Measure):
    """Accuracies under a lesion or a drive of V values, R random choices of each.

    Attributes
    ----------
    varied : str
        ``'fractions'``, ``'strengths'``, ``'times'``, or the option of `vary`.
    values : ndarray, V
        Fractions, strengths, starts in ms, or values of the option.
    rate : ndarray, V x R
        Accuracy of the rate network, 0 to 1.
    spiking : ndarray, V x R, or None
        Of the spiking network; None without one.
    trials : int
        Trials of every evaluation, the same in all.
    """

    varied: str
    values: np.ndarray
    rate: np.ndarray
    spiking: np.ndarray | None
    trials: int


def _sweep(given: dict[str, Any]) -> tuple[str, np.ndarray]:
    """What is varied, and its values."""
    wanted = {name: value for name, value in given.items() if value is not None}
    if len(wanted) != 1:
        raise input_error("fractions, strengths, times, values", f"{len(wanted)} of them",
                          "must be one: what is varied")
    name, value = wanted.popitem()
    values = np.atleast_1d(unmasked(value, name))
    if values.ndim != 1 or values.dtype.kind not in "iuf" or not len(values):
        raise input_error(name, f"{values.dtype} of shape {values.shape}",
                          "must be an array of numbers of shape (n,)")
    require_memory(values, name)
    return name, values.astype(float)


def _spread(options: dict[str, Any], stored: dict[str, Any]) -> bool:
    """Whether units of the spiking network differ by what unit_seed draws; `stored`: values of its model."""
    for names in _SPREADS.items():
        value = next((options[name] for name in names if options.get(name) is not None), stored[names[1]])
        if not isinstance(value, (int, float, np.number)) or value != 0:  # what is no number is refused later
            return True
    return False


def _require_something_drawn(varied: str, repeats: int, spread: bool, options: dict[str, Any]) -> None:
    """Repeats of what is not drawn are one and the same."""
    texts = [options.get(name) for name in ("lesion", "lesion_connections", "drive")]
    drawn = varied == "fractions" or varied in _SPREADS or spread or any(
        isinstance(text, str) and "@" in text for text in texts)
    if repeats > 1 and not drawn:
        raise input_error("repeats", repr(repeats), "must be 1: nothing is drawn at random")


def _check(varied: str, values: np.ndarray, options: dict[str, Any]) -> None:
    lesions = [name for name in ("lesion", "lesion_connections") if options.get(name) is not None]
    if varied == "fractions":
        if not np.all((values >= 0) & (values <= 1)):
            raise input_error("fractions", "a number outside 0 to 1", "must be 0 to 1")
        if len(lesions) != 1 or not isinstance(options[lesions[0]], str) or "@" in options[lesions[0]]:
            raise input_error("fractions", "no lesion or two, or one with @",
                              "must come with one of lesion and lesion_connections, a type without @")
    elif varied not in ("strengths", "times"):
        if varied in options:
            raise input_error(varied, repr(options[varied])[:60], "must be left out: values has its values")
    elif options.get("drive") is None:
        raise input_error(varied, "no drive", "must come with drive")
    elif varied == "strengths" and options.get("drive_strength") is not None:
        raise input_error("drive_strength", repr(options["drive_strength"])[:60],
                          "must be left out beside strengths")
    elif varied == "times" and options.get("drive_window") is not None:
        raise input_error("drive_window", repr(options["drive_window"]),
                          "must be left out beside times")


def _at(varied: str, value: float, repeat: int, duration_ms: float, options: dict[str, Any]) -> dict[str, Any]:
    """The options of an evaluation at a value: a repeat draws the units that differ anew."""
    if "unit_seed" in options:
        options = {**options, "unit_seed": options["unit_seed"] + repeat}
    if varied == "strengths":
        return {**options, "drive_strength": value}
    if varied == "times":
        return {**options, "drive_window": (value, value + duration_ms)}
    if varied != "fractions":
        return {**options, varied: value}
    name = "lesion" if options.get("lesion") is not None else "lesion_connections"
    return {**options, name: f"{options[name]}@{value!r}"}


def perturb(
    model: Any, task: Any = None, *, fractions: Any = None, strengths: Any = None, times: Any = None,
    vary: str | None = None, values: Any = None, duration_ms: float | None = None, repeats: int = 1, trials: int = 100,
    progress: Progress = False, **options: Any,
) -> Perturbation:
    """Accuracy over the size of a lesion, the strength or time of a drive, or an option: ``rheobase perturb``.

    Both networks do the trials of `evaluate` at every value.

    Parameters
    ----------
    model : RateModel or SpikingModel
        The network.
    task : Task, str or object, optional
        Default: the registered task that the model was made for.
    fractions : array_like, optional
        Of `lesion` or `lesion_connections`, which name a type such as ``'inh'`` or ``'exc-exc'``.
    strengths : array_like, optional
        Of `drive`.
    times : array_like, optional
        Times in ms at which `drive` begins, for `duration_ms`.
    vary : str, optional
        Option of the spiking network with a number, such as ``'threshold_sd'`` or ``'synaptic_delay'``.
    values : array_like, optional
        Of `vary`. One of `fractions`, `strengths`, `times` and `values` is given.
    duration_ms : float, optional
        How long a drive of `times` lasts, with which it must come; default 100.
    repeats : int
        Random choices of units or connections at every value, with the seeds `lesion_seed`,
        `lesion_seed` + 1 and so on, and of units that differ, with `unit_seed` (default: the
        model's) likewise; 1 where nothing is drawn at random.
    trials : int
        Number of trials at every value.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    **options
        Those of `evaluate`, with its lesions and drives.

    Returns
    -------
    Perturbation
        Accuracies, values x repeats.

    Raises
    ------
    InputError
        For units or connections that the network lacks, options out of range, a `drive_strength`
        beside `strengths`, and `repeats` where nothing is drawn.

    Notes
    -----
    The same seed and options give the accuracies of the command line. Source: docs/experiments.md.
    """
    network = as_rate_model(model)
    known = task_of(network, task)
    varied, values = _sweep({"fractions": fractions, "strengths": strengths, "times": times, "values": values})
    if (vary is None) == (varied == "values"):
        raise input_error("vary", repr(vary)[:60], "must be given with values, and with them alone")
    if vary is not None:
        numbers = [option["keyword"] for option in _engine.option_table("evaluate") if option["kind"] == "float"]
        varied = one_of(vary, "vary", numbers)
    _check(varied, values, options)
    repeats = whole_number(repeats, "repeats", 1)
    if duration_ms is not None and varied != "times":
        raise input_error("duration_ms", repr(duration_ms)[:60], "must come with times")
    duration = 100.0 if duration_ms is None else number(duration_ms, "duration_ms", above=0)
    first = whole_number(options.pop("lesion_seed", 1), "lesion_seed", 1)
    spiking = isinstance(model, SpikingModel) or options.get("scaling") is not None
    if vary is not None and not spiking:
        raise input_error("vary", "a rate network", "must come with a spiking network")
    _require_something_drawn(varied, repeats, spiking and _spread(options, network._model.transfer), options)
    if spiking or "unit_seed" in options:
        first_units = options.get("unit_seed", network._model.transfer["unit_seed"])
        options["unit_seed"] = whole_number(first_units, "unit_seed", 0, 2**32 - 1)
    rate_accuracy = np.empty((len(values), repeats))
    spiking_accuracy = np.empty((len(values), repeats))
    used = 0
    with progress_function(progress, "perturbing") as report:
        for i, value in enumerate(values):
            for repeat in range(repeats):
                if report is not None:
                    report((i + repeat / repeats) / len(values), f"{varied} {value:g}")
                found = evaluate(
                    model, known, trials=trials, network="both" if spiking else "rate",
                    lesion_seed=first + repeat, **_at(varied, float(value), repeat, duration, options),
                )
                assert found.rate is not None
                rate_accuracy[i, repeat] = found.rate.accuracy
                used = len(found.rate.correct)
                if found.spiking is not None:
                    spiking_accuracy[i, repeat] = found.spiking.accuracy
        if report is not None:
            report(1.0, "")
    return Perturbation(varied, values, rate_accuracy, spiking_accuracy if spiking else None, used)
