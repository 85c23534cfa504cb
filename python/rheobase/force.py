"""FORCE training of all recurrent weights: ``rheobase force``.

>>> from rheobase import force
>>> network = force.train(units=40, iterations=2, seed=1)
>>> network.pvar.shape
(2, 2)

References: Rajan, Harvey & Tank, Neuron 90:128 (2016); Inagaki et al., Nature 566:212 (2019);
docs/force.md.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import numpy as np

from . import _engine
from ._checks import number, sequence_of, text, truth
from ._display import Measure, Shown, percent
from ._errors import input_error
from ._options import call_text, option_texts
from ._pickling import contents_of, path_text, read_contents, with_path_texts
from ._progress import Progress, progress_function
from .force_comparison import ComparedPoint, ForceComparison
from .force_sessions import Session, Targets, read_session, read_targets
from .models import RateModel

__all__ = [
    "ComparedPoint", "ForceComparison", "ForceNetwork", "FreshTest", "Robustness", "Session", "Targets",
    "load", "read_session", "read_targets", "train",
]


@dataclasses.dataclass(frozen=True, repr=False)
class FreshTest(Measure):
    """Both sides from x = 0 without noise.

    Attributes
    ----------
    pvar : list of float
        Fraction of the targets' variation that the rates explain: right, left.
    recovered : float
        Fraction of the units whose selectivity is that of the targets.
    rates : list of ndarray, N x T
        Right, left.
    """

    pvar: list[float]
    recovered: float
    rates: list[np.ndarray]


@dataclasses.dataclass(frozen=True, repr=False)
class Robustness(Measure):
    """Trials of both sides under noise or photoinhibition; lists are right, left.

    Attributes
    ----------
    correct : list of float
        Fraction of correct trials.
    collapsed : list of float
        Fraction that ends nearer to the other side's undisturbed end.
    projection : list of ndarray, trials
        On the coding direction at the go cue: 0 left, 1 right.
    pvar : (float, float)
        Mean over trials.
    recovered : float
        Mean fraction of recovered selectivity.
    """

    correct: list[float]
    collapsed: list[float]
    projection: list[np.ndarray]
    pvar: tuple[float, float]
    recovered: float


class ForceNetwork(Shown):
    """A network that FORCE trained, with what it was trained on; lists are right, left.

    Attributes
    ----------
    model : RateModel
        The network as any other, an input a unit; its readout is the coding direction.
    pvar : ndarray, iterations x 2
        Explained variation of every iteration's test.
    converged : bool
        Whether both sides got above the threshold.
    initial : ndarray, N x N
        Recurrent weights before training.
    targets, inputs : list of ndarray, N x T
        Rates, 0 to 1, and frozen inputs.
    selectivity : list of str
        ``'right'``, ``'left'`` or ``'none'`` of every unit in the targets.
    epochs : dict
        Steps: ``sample``, ``delay``, ``cue``, ``steps``.
    """

    def __init__(self, file: _engine.ForceFile) -> None:
        self._file = file
        facts = file.facts()
        self.model: RateModel = RateModel._of(file.model())
        self.pvar: np.ndarray = facts["pvar"]
        self.converged: bool = facts["converged"]
        self.initial: np.ndarray = facts["initial"]
        self.targets: list[np.ndarray] = facts["targets"]
        self.inputs: list[np.ndarray] = facts["inputs"]
        self.selectivity: list[str] = facts["selectivity"]
        self.epochs: dict[str, int] = facts["epochs"]
        self._description: str = facts["description"]

    def __getstate__(self) -> bytes:
        return contents_of(self._file.save)

    def __setstate__(self, state: bytes) -> None:
        ForceNetwork.__init__(self, read_contents(state, _engine.read_force))

    def test(self) -> FreshTest:
        """Both sides from x = 0, as the published program's test call."""
        return FreshTest(**self._file.test())

    @option_texts(_engine.force_options("robustness"))
    def robustness(
        self, noise: float = 0.0, *, clamped: float = 0.0, common_noise: bool = True,
        progress: Progress = False, **options: Any
    ) -> Robustness:
        """Trials under noise, or with a fraction of the units silenced during the delay.

        Parameters
        ----------
        noise : float
            Amplitude.
        clamped : float
            Fraction of the units that are clamped, drawn anew for every trial.
        common_noise : bool
            One number a step for all units, as published, or one a unit.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        {options}

        Raises
        ------
        InputError
            For options out of range, and where no unit is selective for a side.

        Notes
        -----
        Source: docs/force.md.
        """
        with progress_function(progress, "trials") as report:
            found = self._file.robustness(
                number(noise, "noise"), number(clamped, "clamped", least=0, most=1),
                {**options, "common_noise": common_noise}, report
            )
        return Robustness(**found)

    def compare(
        self, type: str = "several-fixed-points", *, levels: Any = None,
        fractions: Any = (0.02, 0.05, 0.1, 0.2), progress: Progress = False, **options: Any
    ) -> ForceComparison:
        """The structured model beside the network, both on the network's protocol.

        The same numbers as ``rheobase force compare``.

        Parameters
        ----------
        type : str
            Published parameters of the structured model, one of `attractor.types`.
        levels : array_like, optional
            Of the model's photoinhibition; default: those of the type. 0 is added.
        fractions : array_like
            Of the network's units that are photoinhibited; 0 is added.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        **options
            photoinhibition_ms : float
                From the start of the delay (579).
            remaining : float
                Of the rates of photoinhibited units (0).
            trials : int
                Of each side and strength (100).
            noise : float
                Amplitude of the network's noise (0.1).
            seed, threads : int
                1; all.

        Raises
        ------
        InputError
            For an unknown type, options out of range, levels that leave too few trials of a side.

        Notes
        -----
        Source: Inagaki et al., Nature 566:212 (2019); docs/force.md.
        """
        with progress_function(progress, "comparing") as report:
            found = _engine.force_compare(self._file, text(type, "type"), levels, fractions, options, report)
        return ForceComparison(*found)

    def save(self, path: Any) -> None:
        """Writes the file of ``rheobase force``; it is a rate network for every other command.

        Parameters
        ----------
        path : path_like
            Ends in .mat.
        """
        self._file.save(path_text(path))

    def _rows(self) -> list[tuple[str, str]]:
        right, left = self.pvar[-1]
        return [
            ("network", f"{len(self.initial)} units, {self.epochs['steps']} steps a trial"),
            ("targets", self._description),
            ("converged", f"{'yes' if self.converged else 'no'}: pVar {right:.3f} right, {left:.3f} left"),
            ("iterations", str(len(self.pvar))),
            ("selective", percent(np.mean([one != "none" for one in self.selectivity]))),
        ]


@option_texts(_engine.force_options("train"))
def train(
    targets: Any = None, *, suppress: bool = False, progress: Progress = False, **options: Any
) -> ForceNetwork:
    """Trains all recurrent weights of a random network towards the rates of both sides.

    The same options and seed give the network of ``rheobase force train``. Ctrl-C raises
    KeyboardInterrupt within a tenth of a second and gives the iteration at hand up; with
    `checkpoint` the training can be resumed, here or with ``rheobase force train --resume``.

    Parameters
    ----------
    targets : Targets, Session, path_like or (array_like, array_like), units x T each, optional
        Trial-averaged rates, right and left, in Hz or any unit: they are scaled by each unit's
        extremes over both. Of a session its `Session.targets`; a path is one of `read_session` or
        `read_targets`. Default: generated from the structured model.
    suppress : bool
        Selective units are silent on the side they do not prefer.
    checkpoint : path_like, optional
        Where a checkpoint is written: every `checkpoint_every` iterations and on Ctrl-C.
    checkpoint_every : int
        0: on Ctrl-C alone.
    resume : path_like, optional
        Goes on from a checkpoint, bit for bit; beside it only `iterations`, `checkpoint` and
        `checkpoint_every`.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    {options}

    Returns
    -------
    ForceNetwork
        Converged or not: ``converged`` says.

    Raises
    ------
    InputError
        For targets of two shapes or with units of constant rate, epochs outside the trial, options
        out of range.

    Notes
    -----
    Source: Rajan, Harvey & Tank, Neuron 90:128 (2016).
    """
    command = call_text("force.train", **options)
    if isinstance(targets, (str, os.PathLike)):
        session = _engine.holds_force_session(path_text(targets))
        targets = read_session(targets) if session else read_targets(targets)
    if isinstance(targets, Session):
        targets = targets.targets()
    if isinstance(targets, Targets):
        targets = targets._targets
    elif targets is not None:
        sides = sequence_of(targets, "targets", "two arrays")
        if len(sides) != 2:
            raise input_error("targets", f"{len(sides)} arrays", "must be 2: right and left")
        targets = tuple(sides)
    given = with_path_texts(options)
    with progress_function(progress, "training") as report:
        return ForceNetwork(_engine.force_train(targets, truth(suppress, "suppress"), given, command, report))


def load(path: Any) -> ForceNetwork:
    """The network of a file of ``rheobase force train``.

    Parameters
    ----------
    path : path_like
        A .mat file.

    Raises
    ------
    InputError
        Names the file and the field.
    """
    return ForceNetwork(_engine.read_force(path_text(path)))
