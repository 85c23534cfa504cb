"""Innate training of chaotic networks: ``rheobase innate``.

>>> from rheobase import innate
>>> result = innate.timing(delay=1000, units=400, seed=1)   # doctest: +SKIP
>>> result.r2(perturbed=True)                               # doctest: +SKIP

Reference: Laje & Buonomano, Nat Neurosci 16:925 (2013); docs/innate.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine
from ._checks import dimensions, names_of, truth, whole_number
from ._display import Measure, Shown
from ._errors import input_error
from ._options import call_text, option_texts
from ._pickling import contents_of, path_text, read_contents, with_path_texts
from ._progress import Progress, progress_function
from .models import RateModel

PUBLISHED_DELAYS = (250, 500, 1000, 2000, 3000, 4000, 5000, 6000, 7000, 8000)
_ROBUSTNESS = [("trajectory", int), ("noise", float), ("perturbation", float), ("mean_r2", float),
               ("sd_r2", float), ("path_rmse", float)]


@dataclasses.dataclass(frozen=True, repr=False)
class Trajectory(Measure):
    """What a network learns to repeat.

    Attributes
    ----------
    name : str
        ``'pulse'``, or the word that is written.
    innate : ndarray, recorded units x T
        Rates of the trial that training repeats.
    target : ndarray, outputs x T
        Of the readout.
    window_ms : (float, float)
        Where training and scoring happen.
    """

    name: str
    innate: np.ndarray
    target: np.ndarray
    window_ms: tuple[float, float]


class InnateTest(Shown):
    """A test trial.

    Attributes
    ----------
    trajectory : int
        Which one, from 0.
    trained, perturbed : bool
        After training; with a perturbation.
    r2 : float
        Squared correlation of output and target in the window, mean over outputs.
    path_rmse : float
        Root of the mean squared distance of output and target in the window.
    output : ndarray, outputs x T
        Readout.
    rates : ndarray, recorded units x T
        Rates.
    """

    def __init__(self, facts: dict[str, Any]) -> None:
        self.trajectory: int = facts["trajectory"]
        self.trained: bool = facts["trained"]
        self.perturbed: bool = facts["perturbed"]
        self.r2: float = facts["r2"]
        self.path_rmse: float = facts["path_rmse"]
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
        The trained network, as any other; its trajectories are in the file of `save` alone.
    tests : list of InnateTest
        In the order of the trials.
    trajectories : list of Trajectory
        One of `timing`, one a word of `words`.
    recurrent_loss, readout_loss : ndarray
        Per training trial.
    loss_fell : bool
        Whether the recurrent loss fell by a fifth or more: where not, the network is not tamed.
    step_ms, seconds : float
        Euler step; wall time.
    """

    def __init__(self, file: _engine.InnateFile) -> None:
        self._file = file
        self.model: RateModel = RateModel._of(file.model())
        facts = file.facts()
        self.tests = [InnateTest(test) for test in facts["tests"]]
        self.step_ms: float = facts["step_ms"]
        self.trajectories = [
            Trajectory(one["name"], one["innate"], one["target"],
                       (one["window"][0] * self.step_ms, one["window"][1] * self.step_ms))
            for one in facts["trajectories"]
        ]
        self.recurrent_loss: np.ndarray = facts["recurrent_loss"]
        self.readout_loss: np.ndarray = facts["readout_loss"]
        self.loss_fell: bool = facts["loss_fell"]
        self.seconds: float = facts["seconds"]

    def __getstate__(self) -> bytes:
        return contents_of(lambda path: self._file.save(path, False))

    def __setstate__(self, state: bytes) -> None:
        InnateResult.__init__(self, read_contents(state, _engine.read_innate))

    @property
    def innate(self) -> np.ndarray:
        """Rates of the first trajectory's innate trial, recorded units x T."""
        return self.trajectories[0].innate

    @property
    def target(self) -> np.ndarray:
        """Of the first trajectory, outputs x T."""
        return self.trajectories[0].target

    @property
    def window_ms(self) -> tuple[float, float]:
        """Of the first trajectory: where training and scoring happen."""
        return self.trajectories[0].window_ms

    def r2(
        self, *, trained: bool = True, perturbed: bool = True, trajectory: int | None = None
    ) -> float:
        """Mean R^2 of the tests of a kind; not-a-number without any.

        Parameters
        ----------
        trained, perturbed : bool
            After training; with a perturbation.
        trajectory : int, optional
            Of this one alone, from 0.
        """
        which = None if trajectory is None else whole_number(trajectory, "trajectory", 0, len(self.trajectories) - 1)
        trained, perturbed = truth(trained, "trained"), truth(perturbed, "perturbed")
        found = [
            test.r2 for test in self.tests
            if (test.trained, test.perturbed) == (trained, perturbed)
            and which in (None, test.trajectory)
        ]
        return float(np.mean(found)) if found else float("nan")

    def lyapunov(self, *, progress: Progress = False) -> dict[str, Any]:
        """Largest Lyapunov exponents before and after training, per second; above 0: chaos.

        Parameters
        ----------
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).

        Returns
        -------
        dict
            ``free_before``, ``free_after``: without input; ``trial_before``, ``trial_after``: along
            every trajectory.

        Notes
        -----
        Source: Benettin et al., Meccanica 15:9 (1980).
        """
        with progress_function(progress, "exponents") as report:
            return dict(self._file.lyapunov(report))

    def robustness(
        self, noise: Any = None, perturbation: Any = 0.0, *, progress: Progress = False,
        **options: Any
    ) -> np.ndarray:
        """R^2 of every trajectory for every noise with every size of the perturbation.

        The grid of ``rheobase innate run --noise-levels ... --amplitudes ...``, bit for bit.

        Parameters
        ----------
        noise : float or array_like, optional
            Amplitudes I0 of the noise; default: that of training.
        perturbation : float or array_like
            Amplitudes of the perturbation, at its time in training; 0: none.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        **options
            trials : int
                Of every combination (10); all start from the same states with the same noise.
            spike_noise : float
                Scaling factor in Hz of spike-like noise; default: as in training.
            seed, threads : int
                1; all.

        Returns
        -------
        record array
            ``trajectory`` (from 0), ``noise``, ``perturbation``, ``mean_r2`` over trials and
            outputs, ``sd_r2`` over trials and ``path_rmse``.

        Raises
        ------
        InputError
            For numbers below 0, and where a trial has no place for a perturbation.

        Notes
        -----
        Source: Laje & Buonomano (2013), figure 1.
        """
        with progress_function(progress, "trials") as report:
            rows = self._file.robustness(noise, perturbation, options, report)
        return np.array(rows, dtype=_ROBUSTNESS).view(np.recarray)

    def save(self, path: Any, *, keep_state: bool = False) -> None:
        """Writes the file that ``rheobase innate run`` and ``rheobase report`` read.

        Parameters
        ----------
        path : path_like
            Ends in .mat.
        keep_state : bool
            With P, so that training can go on from it.
        """
        self._file.save(path_text(path), truth(keep_state, "keep_state"))

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("network", f"{self.model.units} units"),
            ("trajectories", ", ".join(one.name for one in self.trajectories)),
            ("tests", f"R^2 {self.r2():.3f} perturbed, {self.r2(trained=False):.3f} before training"),
            ("recurrent loss", "fell" if self.loss_fell else "did not fall"),
            ("time", f"{self.seconds:.1f} s"),
        ]


def _train(
    kind: str, names: list[str], paths: list[Any], progress: Progress, options: dict[str, Any]
) -> InnateResult:
    command = call_text(f"innate.{kind}", **options)
    given = with_path_texts(options)
    with progress_function(progress, "training") as report:
        return InnateResult(_engine.innate_train(kind, names, paths, given, command, report))


@option_texts(_engine.innate_options("timing"))
def timing(*, progress: Progress = False, **options: Any) -> InnateResult:
    """Trains a chaotic network to repeat its own trajectory, with a pulse a time after a cue.

    The same options and seed give the network of ``rheobase innate timing``. Ctrl-C raises
    KeyboardInterrupt within a tenth of a second and gives the trial at hand up; with `checkpoint`
    the training can be resumed from there.

    Parameters
    ----------
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    start : path_like, optional
        A file of weights, trials and start states (docs/innate.md) in place of a new network.
    checkpoint : path_like, optional
        Where a checkpoint is written: every `checkpoint_every` training trials and on Ctrl-C.
    checkpoint_every : int
        0: on Ctrl-C alone.
    resume : path_like, optional
        Goes on from a checkpoint, bit for bit; beside it only `threads`, `checkpoint` and
        `checkpoint_every`.
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
    return _train("timing", [], [], progress, options)


_WRITTEN_WORDS = ("chaos", "neuron")


@option_texts(_engine.innate_options("words"))
def words(
    words: Sequence[str] | Mapping[str, Any] = _WRITTEN_WORDS, *, progress: Progress = False,
    **options: Any
) -> InnateResult:
    """Trains a chaotic network to write words, one a cue: ``rheobase innate words``.

    Parameters
    ----------
    words : sequence of str, or mapping of str to array_like, outputs x steps
        Names of the paths of our own, or paths by name.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    start, checkpoint, checkpoint_every, resume
        As for `timing`.
    {options}

    Returns
    -------
    InnateResult
        ``model``, ``tests``, losses; ``trajectories`` in the order of the words.

    Raises
    ------
    InputError
        For unknown words, paths of other shapes, too few inputs (a cue and a perturbation a word).

    Notes
    -----
    Source: Laje & Buonomano, Nat Neurosci 16:925 (2013), figure 2.
    """
    paths = list(words.values()) if isinstance(words, Mapping) else []
    if options.get("start") is not None and words is not _WRITTEN_WORDS:
        raise input_error("words", "start beside it", "must be left out: the file has network, trial and target")
    return _train("words", names_of(words, "words"), paths, progress, options)


@dataclasses.dataclass(frozen=True, repr=False)
class Capacity(Measure):
    """How long a delay networks can learn; D delays, K networks of each.

    Attributes
    ----------
    delays_ms : ndarray, D
        Delays.
    mean_r2 : ndarray, D
        Squared correlation of output and target in a noisy test, mean over networks.
    standard_error : ndarray, D
        Population standard deviation over the root of K, as published.
    r2, correlation, first_loss, last_loss : ndarray, D x K
        Of every network; losses of its recurrent trials.
    seeds : ndarray of int, D x K
        Of network and trials.
    seconds : ndarray, D x K
        Wall time.
    """

    delays_ms: np.ndarray
    mean_r2: np.ndarray
    standard_error: np.ndarray
    r2: np.ndarray
    correlation: np.ndarray
    first_loss: np.ndarray
    last_loss: np.ndarray
    seeds: np.ndarray
    seconds: np.ndarray


@option_texts(_engine.innate_options("capacity"))
def capacity(
    delays: Any = PUBLISHED_DELAYS, networks: int = 10, *, progress: Progress = False, **options: Any
) -> Capacity:
    """How long a delay networks can learn: ``rheobase innate capacity``.

    Parameters
    ----------
    delays : array_like
        In ms.
    networks : int
        New ones for every delay.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    jobs : int
        Networks trained at a time; 0: as many as the machine has threads. No influence on the result.
    {options}

    Returns
    -------
    Capacity
        Of every delay and network.

    Raises
    ------
    InputError
        For options out of range, or networks whose P does not fit into memory.

    Notes
    -----
    Source: Laje & Buonomano (2013), figure 3; its replication, Vitay, ReScience 2 (2016).
    """
    networks = whole_number(networks, "networks", 1)
    wanted = delays if dimensions(delays, "delays") else [delays]
    if np.size(wanted) == 0:
        raise input_error("delays", "an empty array", "must hold a delay in ms")
    with progress_function(progress, "capacity") as report:
        rows = _engine.innate_capacity(wanted, networks, options, report)
    columns = [np.array(column).reshape(-1, networks) for column in zip(*rows)]
    delay, _, seed, correlation, r2, first, last, seconds = columns
    return Capacity(delay[:, 0], r2.mean(axis=1), r2.std(axis=1) / np.sqrt(networks), r2,
                    correlation, first, last, seed, seconds)


def load(path: Any) -> InnateResult:
    """The network of a file of ``rheobase innate timing`` or ``words``, or of a checkpoint.

    Parameters
    ----------
    path : path_like
        A .mat file.

    Raises
    ------
    InputError
        Names the file and the field.
    """
    return InnateResult(_engine.read_innate(path_text(path)))
