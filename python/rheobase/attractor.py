"""Discrete attractors of persistent activity in frontal cortex: ``rheobase attractor``.

>>> from rheobase import attractor
>>> levels = attractor.simulate(trials=100, seed=1)
>>> len(levels) > 1
True

Reference: Inagaki et al., Nature 566:212 (2019); docs/attractors.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, overload

import numpy as np

from . import _engine
from ._checks import number, text, whole_number
from ._display import Measure, Shown, percent
from ._options import call_text, option_texts
from ._pickling import contents_of, path_text, read_contents
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


@dataclasses.dataclass(frozen=True, repr=False)
class Outcome(Measure):
    """Trials of one side with one outcome.

    Attributes
    ----------
    trials : int
        How many.
    mean, sd : ndarray, samples
        Of the projection on the coding direction: left trials end around 0, right ones around 1.
    endpoint : ndarray, trials
        Mean projection over the last 401 ms of the delay.
    """

    trials: int
    mean: np.ndarray
    sd: np.ndarray
    endpoint: np.ndarray


@dataclasses.dataclass(frozen=True, repr=False)
class Summary(Measure):
    """What one level of photoinhibition does; lists are right, left.

    Attributes
    ----------
    photoinhibition : float
        Level.
    correct : list of (float, float, float)
        Fraction of correct trials with its 95 % interval.
    correct_trials, error_trials : list of Outcome
        Their projections.
    switched : list of int
        Error trials that stood on the cued side 50 ms before the delay.
    relative_fluctuation : list of ndarray, samples
        Standard deviation across correct trials over that at the end of the sample.
    sample_every_ms : float
        Distance of two samples.
    """

    photoinhibition: float
    correct: list[tuple[float, float, float]]
    correct_trials: list[Outcome]
    error_trials: list[Outcome]
    switched: list[int]
    relative_fluctuation: list[np.ndarray]
    sample_every_ms: float


class Simulation(Sequence[AttractorTrials], Shown):
    """Trials at several levels of photoinhibition: a sequence of `AttractorTrials`."""

    def __init__(self, file: _engine.AttractorFile) -> None:
        self._file = file
        self._levels = [AttractorTrials(one) for one in file.trials()]

    def __getstate__(self) -> bytes:
        return contents_of(self._file.save)

    def __setstate__(self, state: bytes) -> None:
        Simulation.__init__(self, read_contents(state, _engine.read_attractor))

    @overload
    def __getitem__(self, index: int) -> AttractorTrials: ...

    @overload
    def __getitem__(self, index: slice) -> list[AttractorTrials]: ...

    def __getitem__(self, index: int | slice) -> AttractorTrials | list[AttractorTrials]:
        """A level, or several."""
        return self._levels[index]

    def __len__(self) -> int:
        """Number of levels."""
        return len(self._levels)

    def analyse(self) -> list[Summary]:
        """Every level along the coding direction: ``rheobase attractor analyse``.

        Returns
        -------
        list of Summary
            One a level.

        Raises
        ------
        InputError
            Without a level of 0, or with trials whose rates were not kept.

        Notes
        -----
        Source: Inagaki et al., Nature 566:212 (2019).
        """
        summaries = []
        for facts in self._file.analyse():
            for name in ("correct_trials", "error_trials"):
                facts[name] = [Outcome(**one) for one in facts[name]]
            summaries.append(Summary(**facts))
        return summaries

    def save(self, path: Any) -> None:
        """Writes the file of ``rheobase attractor simulate``.

        Parameters
        ----------
        path : path_like
            Ends in .mat.
        """
        self._file.save(path_text(path))

    def _rows(self) -> list[tuple[str, str]]:
        return [
            (f"level {level.photoinhibition:g}",
             f"{len(level.side)} trials, {percent(level.correct.mean())} correct")
            for level in self._levels
        ]


@dataclasses.dataclass(frozen=True, repr=False)
class Bifurcation(Measure):
    """Where equilibria meet.

    Attributes
    ----------
    kind : {'fold', 'pitchfork'}
        Two meet and vanish, or two begin that mirror each other.
    input : float
        Common input in Hz.
    state : ndarray, populations
        h in Hz.
    supercritical : bool
        Of a pitchfork: the branch that begins is stable.
    """

    kind: str
    input: float
    state: np.ndarray
    supercritical: bool


@dataclasses.dataclass(frozen=True, repr=False)
class Branch(Measure):
    """Equilibria over the common input.

    Attributes
    ----------
    input : ndarray, points
        In Hz.
    state : ndarray, populations x points
        h in Hz.
    unstable_directions : ndarray of int, points
        0: stable.
    bifurcations : list of Bifurcation
        On this branch.
    """

    input: np.ndarray
    state: np.ndarray
    unstable_directions: np.ndarray
    bifurcations: list[Bifurcation]


@dataclasses.dataclass(frozen=True, repr=False)
class FixedPoint(Measure):
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
) -> Simulation:
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
    Simulation
        A sequence of `AttractorTrials`, one a level.

    Raises
    ------
    InputError
        For an unknown type or options out of range.

    Notes
    -----
    Source: Inagaki et al., Nature 566:212 (2019), methods.
    """
    text(type, "type")
    command = call_text("attractor.simulate", repr(type), **options)
    with progress_function(progress, "simulating") as report:
        return Simulation(_engine.attractor_simulate(type, levels, options, command, report))


def load(path: Any) -> Simulation:
    """The trials of a file of ``rheobase attractor simulate``.

    Parameters
    ----------
    path : path_like
        A .mat file.

    Raises
    ------
    InputError
        Names the file and the field.
    """
    return Simulation(_engine.read_attractor(path_text(path)))


def bifurcations(
    type: str = DEFAULT_TYPE, *, low: float = -5.0, high: float = 10.0, arc_step: float = 0.05,
    **options: Any
) -> list[Branch]:
    """Branches of equilibria over the common input: the diagram of ``rheobase attractor phase``.

    Parameters
    ----------
    type : str
        A published model.
    low, high : float
        Range of the common input in Hz.
    arc_step : float
        Step along a branch, in Hz.
    **options
        Of the model, as for `simulate`.

    Returns
    -------
    list of Branch
        The symmetric branch first, then one that begins at each pitchfork.

    Raises
    ------
    InputError
        For an unknown type, options out of range or an empty range.

    Notes
    -----
    Source: Keller, in Applications of Bifurcation Theory (1977), p. 359.
    """
    given = {**options, "low": low, "high": high, "arc_step": arc_step}
    found = _engine.attractor_branches(text(type, "type"), given)
    return [
        Branch(one["input"], one["state"], one["unstable_directions"],
               [Bifurcation(**point) for point in one["bifurcations"]])
        for one in found
    ]


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
    found = _engine.attractor_fixed_points(
        text(type, "type"), number(ramp, "ramp"), number(cue, "cue"), whole_number(side, "side", 0, 1),
        number(photoinhibition, "photoinhibition"), options)
    return [FixedPoint(one["state"], np.array(one["eigenvalues"]), one["stable"]) for one in found]
