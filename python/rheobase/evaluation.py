"""Accuracy on fresh trials."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _engine
from ._checks import one_of
from ._display import Shown, percent
from ._options import with_options
from ._progress import Progress, progress_function
from .conversion import SpikingModel, task_of
from .models import as_rate_model


class NetworkEvaluation(Shown):
    """One network on fresh trials.

    Attributes
    ----------
    accuracy : float
        0 to 1.
    interval : (float, float)
        Its 95 % interval (Wilson).
    correct : ndarray of bool, trials
        Every answer.
    conditions : ndarray of int, trials
        Index of every trial's condition.
    outputs : ndarray or None
        Of a rate network: trials x (outputs (T - 1)), all outputs of a step side by side:
        ``outputs.reshape(trials, T - 1, -1)``.
    target_rmse : float or None
        To the target over the scored part, of own trials that are judged by it.
    mean_loss, mean_rate : float or None
        Of a rate network.
    mean_rate_hz : ndarray or None
        Of a spiking network, N.
    engine : str or None
        That ran a spiking network.
    seconds : float
        Wall time.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        self.accuracy, *interval = facts["accuracy"]
        self.interval: tuple[float, float] = (interval[0], interval[1])
        self.correct: np.ndarray = facts["correct"]
        self.conditions: np.ndarray = facts["conditions"]
        self.outputs: np.ndarray | None = facts.get("outputs")
        self.target_rmse: float | None = facts.get("target_rmse")
        self.mean_loss: float | None = facts.get("mean_loss")
        self.mean_rate: float | None = facts.get("mean_rate")
        self.mean_rate_hz: np.ndarray | None = facts.get("mean_rate_hz")
        self.engine: str | None = facts.get("engine")
        self.seconds: float = facts["seconds"]

    def _rows(self) -> list[tuple[str, str]]:
        low, high = self.interval
        return [
            ("accuracy", f"{percent(self.accuracy)} (95 % interval {100 * low:.1f} to "
                         f"{100 * high:.1f} %)"),
            ("trials", str(len(self.correct))),
            *([("RMSE to target", f"{self.target_rmse:.4f}")] if self.target_rmse is not None else []),
            ("rate", f"{self.mean_rate:.3f}" if self.mean_rate is not None
             else f"{np.mean(self.mean_rate_hz):.2f} Hz"),
        ]


class Evaluation(Shown):
    """Both networks on the same fresh trials.

    Attributes
    ----------
    rate, spiking : NetworkEvaluation or None
        None: not evaluated.
    """

    def __init__(self, rate: NetworkEvaluation | None, spiking: NetworkEvaluation | None) -> None:
        self.rate = rate
        self.spiking = spiking

    def _rows(self) -> list[tuple[str, str]]:
        rows = []
        for name, part in (("rate", self.rate), ("spiking", self.spiking)):
            if part is not None:
                rows.append((name, f"{part._rows()[0][1]}, {len(part.correct)} trials"))
        return rows


@with_options("evaluate")
def evaluate(
    model: Any, task: Any = None, *, trials: int = 100, network: str | None = None,
    progress: Progress = False, **options: Any
) -> Evaluation:
    """Accuracy of a rate network and of its spiking one on fresh trials: ``rheobase eval``.

    Parameters
    ----------
    model : RateModel or SpikingModel
        The network.
    task : Task, str or object, optional
        Default: the registered task that the model was made for.
    trials : int
        Number of trials.
    network : {'rate', 'spiking', 'both'}, optional
        Default: both where the model has a spiking network.
    scaling, noise_sd, threads
        As for `simulate`.
    lesion, lesion_connections, drive, drive_strength, drive_window, lesion_seed
        As for `simulate`, of both networks.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    {options}

    Returns
    -------
    Evaluation
        ``rate`` and ``spiking``.

    Raises
    ------
    InputError
        For a task that does not fit the model, or options out of range.

    Notes
    -----
    Source of the interval: Wilson, J Am Stat Assoc 22:209 (1927).
    """
    wanted = one_of(network, "network", ("rate", "spiking", "both")) or (
        "both" if isinstance(model, SpikingModel) or "scaling" in options else "rate")
    known = as_rate_model(model)
    chosen = task_of(known, task)
    with progress_function(progress, "evaluating") as report:
        parts = _engine.evaluate(
            known._model, chosen._task, wanted != "spiking", wanted != "rate",
            {**options, "trials": trials}, report,
        )
    return Evaluation(*(None if part is None else NetworkEvaluation(part) for part in parts))
