"""Discrete attractors of persistent activity in frontal cortex: ``rheobase attractor``.

>>> from rheobase import attractor
>>> levels = attractor.simulate(trials=100, seed=1)
>>> len(levels) > 1
True

Reference: Inagaki et al., Nature 566:212 (2019); docs/attractors.md.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from . import _engine
from ._display import Shown, percent
from ._options import option_texts
from ._progress import Progress, progress_function

DEFAULT_TYPE = _engine.attractor_types()[0]


def types() -> list[str]:
    """Names of the published models."""
    return list(_engine.attractor_types())


class AttractorTrials(Shown):
    """Trials at one level of photoinhibition.

    Attributes
    ----------
    photoinhibition : float
        Level, a multiple of the drive of inhibition.
    side : ndarray of int, trials
        0 right, 1 left.
    cue : ndarray, trials
        Amplitudes in Hz.
    correct : ndarray of bool, trials
        Whether the cued population won.
    choice_rate, endpoint_rate : ndarray, populations x trials
        Rates in Hz at the end of the delay, and their mean over its last 401 ms.
    rates : list of ndarray, populations x samples
        Of every trial, in Hz, a sample every `sample_every_ms`.
    sample_every_ms : float
        Distance of two samples.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        self.photoinhibition: float = facts["photoinhibition"]
        self.side: np.ndarray = facts["side"]
        self.cue: np.ndarray = facts["cue"]
        self.correct: np.ndarray = facts["correct"]
        self.choice_rate: np.ndarray = facts["choice_rate"]
        self.endpoint_rate: np.ndarray = facts["endpoint_rate"]
        self.rates: list[np.ndarray] = facts["rates"]
        self.sample_every_ms: float = facts["sample_every_ms"]

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("photoinhibition", f"{self.photoinhibition:g}"),
            ("trials", str(len(self.side))),
            ("correct", f"right {percent(self.correct[self.side == 0].mean())}, "
                        f"left {percent(self.correct[self.side == 1].mean())}"),
        ]


@dataclasses.dataclass(frozen=True)
class FixedPoint:
    """An equilibrium without noise.

    Attributes
    ----------
    state : ndarray, populations
        h in Hz.
    eigenvalues : ndarray of complex
        Of the linearised flow, per ms, by decreasing real part.
    stable : bool
        No real part is positive.
    """

    state: np.ndarray
    eigenvalues: np.ndarray
    stable: bool


@option_texts(_engine.attractor_options())
def simulate(
    type: str = DEFAULT_TYPE, *, levels: Any = None, progress: Progress = False, **options: Any
) -> list[AttractorTrials]:
    """Delayed-response trials at several levels of photoinhibition, as ``rheobase attractor simulate``.

    Parameters
    ----------
    type : str
        A published model; `types` lists them. The options below change it; their defaults are
        those of the type, shown for the first.
    levels : array_like, optional
        Levels of photoinhibition, multiples of the drive of inhibition; default: those of the type.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    {options}

    Returns
    -------
    list of AttractorTrials
        One a level.

    Raises
    ------
    InputError
        For an unknown type or options out of range.

    Notes
    -----
    Source: Inagaki et al., Nature 566:212 (2019), methods.
    """
    with progress_function(progress, "simulating") as report:
        found = _engine.attractor_simulate(type, levels, options, report)
    return [AttractorTrials(one) for one in found]


def fixed_points(
    type: str = DEFAULT_TYPE, *, ramp: float = 0.0, cue: float = 0.0, side: int = 0,
    photoinhibition: float = 0.0, **options: Any
) -> list[FixedPoint]:
    """All equilibria of a model without noise under a constant input.

    Parameters
    ----------
    type : str
        A published model.
    ramp, cue : float
        Input in Hz; the cue goes to the populations of `side`.
    side : int
        0 right, 1 left.
    photoinhibition : float
        A multiple of the drive of inhibition.
    **options
        Of the model, as for `simulate`.

    Returns
    -------
    list of FixedPoint
        By decreasing h of the first population.

    Raises
    ------
    InputError
        For an unknown type or options out of range.

    Notes
    -----
    Source: docs/attractors.md.
    """
    found = _engine.attractor_fixed_points(type, ramp, cue, side, photoinhibition, options)
    return [FixedPoint(one["state"], np.array(one["eigenvalues"]), one["stable"]) for one in found]
