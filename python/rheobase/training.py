"""Training of rate networks."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from . import _engine
from ._display import Shown, percent, read_only
from ._errors import input_error
from ._options import call_text, with_options
from ._pickling import path_text
from ._progress import Progress, progress_function
from .conversion import task_of
from .models import RateModel, as_rate_model
from .tasks import as_task


class TrainingResult(Shown):
    """A trained network and how it got there.

    Attributes
    ----------
    model : RateModel
        The network.
    losses : ndarray, trials
        Loss of every training trial.
    evaluations : record array
        ``trial``, ``loss`` and ``accuracy`` (0 to 1) of every evaluation of the stop criteria.
    trained : bool
        Whether the network is within the criteria's loss and accuracy.
    criteria_met : bool
        Whether training ended because of the stop criteria.
    unmet : tuple of str
        Where they were not met, why: ``'loss 8.1, must be below 7'``.
    trials : int
        Training trials done.
    accuracy : float
        Of the final network on fresh trials, 0 to 1.
    accuracy_interval : (float, float)
        Its 95 % interval (Wilson).
    mean_loss : float
        Of the same trials.
    seconds : float
        Wall time.
    """

    def __init__(self, model: RateModel, facts: dict[str, Any]) -> None:
        self.model = model
        self.losses: np.ndarray = facts["losses"]
        self.evaluations = np.rec.fromarrays(
            [facts["evaluations"][:, 0].astype(int), *facts["evaluations"][:, 1:].T],
            names="trial,loss,accuracy",
        )
        read_only(self.evaluations)
        self.trained: bool = facts["trained"]
        self.criteria_met: bool = facts["criteria_met"]
        self.unmet: tuple[str, ...] = tuple(facts["unmet"])
        self.trials: int = facts["trials"]
        self.accuracy: float = facts["accuracy"]
        self.accuracy_interval: tuple[float, float] = facts["accuracy_interval"]
        self.mean_loss: float = facts["mean_loss"]
        self.seconds: float = facts["seconds"]

    def _rows(self) -> list[tuple[str, str]]:
        low, high = self.accuracy_interval
        return [
            ("model", f"{self.model.units} units, task {self.model.task}, seed {self.model.seed}"),
            ("trained", f"{'yes' if self.trained else 'no'}: {percent(self.accuracy)} correct (95 % "
                        f"interval {100 * low:.1f} to {100 * high:.1f} %)"),
            ("loss", f"{self.mean_loss:.3g} after {self.trials} trials"),
            ("criteria", "met" if self.criteria_met else "not met: " + "; ".join(self.unmet)),
            ("time", f"{self.seconds:.1f} s"),
        ]


@with_options("train")
def train(task: Any = None, *, start: Any = None, progress: Progress = False, **options: Any) -> TrainingResult:
    """Trains a rate network under Dale's principle on a task, by backpropagation through time.

    The same task, options and seed give the same network, bit for bit, as ``rheobase train``.
    Ctrl-C raises KeyboardInterrupt; with `checkpoint` the training can be resumed.

    Parameters
    ----------
    task : Task, str or object, optional
        What is to be learnt: a task, the name of one, or an object with trial(rng) and
        correct(trial, output). Default: the task of `start`.
    start : RateModel, optional
        Trains this network further in place of a new one: the optimiser starts anew, the noise is the network's own unless `rate_noise` is given. Options of new networks,
        `taus` and `mask` must be left out.
    train : str or sequence of str, optional
        What is trained, the rest stays as it is: ``'w'`` (recurrent), ``'w_out'`` and ``'b_out'``
        (readout), ``'taus_gaus'`` (time constants), ``'w_in'`` (input). Default: all, ``'w_in'``
        only with `train_input`.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    preset : {'recommended', 'paper'}
        Defaults with which networks learn and convert (those below), or those of the publication.
    taus : float or (float, float), default (4, 20)
        Synaptic decay time constants in steps of 5 ms: the smallest and the largest, between which
        they are trained, or one number for all units.
    mask : array_like, N x N, optional
        Of 0 and 1: connections at 0 never exist.
    checkpoint : path_like, optional
        Where a checkpoint is written: every `checkpoint_every` trials and on Ctrl-C.
    resume : path_like, optional
        Goes on from a checkpoint, bit for bit; beside it only `trials`, `threads` and `checkpoint`.
        The task by its name has the checkpoint's parameters; a Task with other parameters or other
        trials is refused. Trials of arrays are not in the checkpoint: they must be the same.
    {options}

    Returns
    -------
    TrainingResult
        The network is ``result.model``.

    Raises
    ------
    InputError
        For options out of range or a task that cannot be learnt.

    Notes
    -----
    Units whose rates go below 0 (``activation='tanh'``) are trained without spike-like noise, with
    a warning, unless it is asked for, which is refused.

    Source: Kim, Li & Sejnowski, PNAS 116:22811 (2019); docs/training.md.
    """
    network = None if start is None else as_rate_model(start, "start")
    if network is None and task is None:
        raise input_error("task", "nothing", "must be given, or be that of start")
    known = as_task(task) if network is None else task_of(network, task)
    for name in ("checkpoint", "resume"):
        if options.get(name) is not None:
            options[name] = path_text(options[name], name)
    command = call_text("train", repr(known.name), **options)
    if network is not None:
        options["start"] = network._model
    with progress_function(progress, "training") as report:
        model, facts = _engine.train(known._task, isinstance(task, str), options, command, report)
    if facts["without_spikes"]:
        warnings.warn(
            f"{model.activation} units are trained without spike-like noise (spike_noise=0), which is that of rates of 0 and more",
            stacklevel=2,
        )
    return TrainingResult(RateModel._of(model), facts)
