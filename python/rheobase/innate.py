"""Innate training of chaotic networks: ``rheobase innate``.

>>> from rheobase import innate
>>> result = innate.timing(delay=1000, units=400, seed=1)   # doctest: +SKIP
>>> result.r2(perturbed=True)                               # doctest: +SKIP

Reference: Laje & Buonomano, Nat Neurosci 16:925 (2013); docs/innate.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _engine
from ._display import Shown
from ._options import call_text, option_texts
from ._pickling import path_text
from ._progress import Progress, progress_function
from .models import RateModel


class InnateTest(Shown):
    """A test trial.

    Attributes
    ----------
    trained, perturbed : bool
        After training; with a perturbation.
    r2 : float
        Squared correlation of output and target in the window.
    output : ndarray, outputs x T
        Readout.
    rates : ndarray, recorded units x T
        Rates.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        self.trained: bool = facts["trained"]
        self.perturbed: bool = facts["perturbed"]
        self.r2: float = facts["r2"]
        self.output: np.ndarray = facts["output"]
        self.rates: np.ndarray = facts["rates"]

    def _rows(self) -> list[tuple[str, str]]:
        kind = f"{'after' if self.trained else 'before'} training"
        return [("test", kind + (", perturbed" if self.perturbed else "")), ("R^2", f"{self.r2:.3f}")]


class InnateResult(Shown):
    """A network of innate training, and its tests.

    Attributes
    ----------
    model : RateModel
        The trained network, as any other.
    tests : list of InnateTest
        In the order of the trials.
    innate : ndarray, recorded units x T
        Rates of the trial that training repeats.
    target : ndarray, outputs x T
        Of the readout.
    window_ms : (float, float)
        Where training and scoring happen.
    recurrent_loss, readout_loss : ndarray
        Per training trial.
    loss_fell : bool
        Whether the recurrent loss fell: where not, the network is not tamed.
    step_ms, seconds : float
        Euler step; wall time.
    """

    def __init__(self, file: _engine.InnateFile, model: RateModel, facts: dict[str, Any]) -> None:
        self._file: _engine.InnateFile | None = file
        self.model = model
        self.tests = [InnateTest(test) for test in facts["tests"]]
        self.innate: np.ndarray = facts["innate"]
        self.target: np.ndarray = facts["target"]
        self.step_ms: float = facts["step_ms"]
        start, stop = facts["window"]
        self.window_ms = (start * self.step_ms, stop * self.step_ms)
        self.recurrent_loss: np.ndarray = facts["recurrent_loss"]
        self.readout_loss: np.ndarray = facts["readout_loss"]
        self.loss_fell: bool = facts["loss_fell"]
        self.seconds: float = facts["seconds"]

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_file": None}

    def r2(self, *, trained: bool = True, perturbed: bool = True) -> float:
        """Mean R^2 of the tests of a kind; not-a-number without any.

        Parameters
        ----------
        trained, perturbed : bool
            After training; with a perturbation.
        """
        found = [t.r2 for t in self.tests if (t.trained, t.perturbed) == (trained, perturbed)]
        return float(np.mean(found)) if found else float("nan")

    def save(self, path: Any, *, keep_state: bool = False) -> None:
        """Writes the file that ``rheobase innate run`` and ``rheobase report`` read.

        Parameters
        ----------
        path : path_like
            Ends in .mat.
        keep_state : bool
            With P, so that training can go on from it.
        """
        if self._file is None:
            raise ValueError("a result that was pickled has no file any more: save result.model")
        self._file.save(path_text(path), keep_state)

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("network", f"{self.model.units} units"),
            ("tests", f"R^2 {self.r2():.3f} perturbed, {self.r2(trained=False):.3f} before training"),
            ("recurrent loss", "fell" if self.loss_fell else "did not fall"),
            ("time", f"{self.seconds:.1f} s"),
        ]


@option_texts(_engine.innate_options())
def timing(*, progress: Progress = False, **options: Any) -> InnateResult:
    """Trains a chaotic network to repeat its own trajectory, with a pulse a time after a cue.

    The same options and seed give the network of ``rheobase innate timing``. Ctrl-C raises
    KeyboardInterrupt; checkpoints are the command line's.

    Parameters
    ----------
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    {options}

    Returns
    -------
    InnateResult
        ``model``, ``tests``, losses.

    Raises
    ------
    InputError
        For options out of range, or a network whose P does not fit into memory.

    Notes
    -----
    Source: Laje & Buonomano, Nat Neurosci 16:925 (2013), figure 1.
    """
    command = call_text("innate.timing", **options)
    with progress_function(progress, "training") as report:
        file, model, facts = _engine.innate_timing(options, command, report)
    return InnateResult(file, RateModel._of(model), facts)
