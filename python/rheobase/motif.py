"""Motor motifs that a network chains without having learnt their transitions: ``rheobase motif``.

>>> from rheobase import motif
>>> library = motif.prepare(units=60, preparation_rank=20, batches=20)
>>> library = library.train(motif.targets(count=2, samples=200, longest_interval=100), batches=20)
>>> library.chain(["step1", "step2"]).output.shape[0] > 200
True

Reference: Logiaco & Escola, arXiv:2006.13332 (2021); docs/motifs.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine
from ._checks import named_arrays, names_of
from ._display import Shown, read_only
from ._options import call_text, option_texts
from ._pickling import contents_of, path_text, read_contents, with_path_texts
from ._progress import Progress, progress_function
from .linear_motifs import LinearChain, LinearModel, Scores, linear
from .models import RateModel

__all__ = [
    "Chain", "Library", "LinearChain", "LinearModel", "Scores", "linear", "load", "prepare", "targets",
]


@option_texts(_engine.motif_options("targets"))
def targets(**options: Any) -> dict[str, np.ndarray]:
    """Seeded motifs: steps, or oscillations.

    Motif k is the same however many there are.

    Parameters
    ----------
    {options}

    Returns
    -------
    dict of str to ndarray, samples
        ``step1`` ... or ``oscillation1`` ...

    Raises
    ------
    InputError
        For options out of range.

    Notes
    -----
    Source: Logiaco & Escola (2021), appendix; docs/motifs.md.
    """
    return dict(_engine.motif_targets(options))


class Chain(Shown):
    """Motifs played one behind the other.

    Attributes
    ----------
    model : RateModel
        The chain as a rate network, its loops gated in time.
    input : ndarray, inputs x (T + 1)
        Of its trial: ``model.run(chain.input)``.
    output, target : ndarray, T
        Readout and what it should be.
    norm : ndarray, T
        Length of the rates' vector.
    start : list of int
        First step of every motif.
    motifs : list of str
        Their names.
    """

    def __init__(self, motifs: list[str], model: RateModel, facts: dict[str, Any]) -> None:
        self.motifs = motifs
        self.model = model
        self.input: np.ndarray = facts["input"]
        self.output: np.ndarray = facts["output"]
        self.target: np.ndarray = facts["target"]
        self.norm: np.ndarray = facts["norm"]
        self.start: list[int] = list(facts["start"])

    @property
    def rmse(self) -> np.ndarray:
        """Root mean square error of every motif."""
        ends = [*self.start[1:], len(self.target)]
        squares = (self.output - self.target) ** 2
        return np.array([np.sqrt(squares[a:b].mean()) for a, b in zip(self.start, ends)])

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("chain", ", ".join(self.motifs)),
            ("steps", str(len(self.output))),
            ("RMSE", ", ".join(f"{error:.3f}" for error in self.rmse)),
        ]


class Library(Shown):
    """A network and its motifs; methods return other libraries and leave it as it is.

    Attributes
    ----------
    architecture : str
        ``'additive-preparation'`` and so on.
    units : int
        N.
    step_tau : float
        Sampling step in time constants.
    motifs : dict of str to ndarray
        Targets by name.
    courses : dict of str to ndarray, evaluations x 2
        Batch and RMSE during the last training of every motif.
    preparation_losses : ndarray
        Summed squared rates of every batch of the preparatory module's training.
    """

    def __init__(self, library: _engine.MotifLibrary) -> None:
        self._library = library
        facts = library.facts()
        self.architecture: str = facts["architecture"]
        self.units: int = facts["units"]
        self.step_tau: float = facts["step_tau"]
        self.motifs: dict[str, np.ndarray] = dict(facts["motifs"])
        self.courses = {
            name: read_only(np.array(course, dtype=float).reshape(-1, 2))
            for name, course in zip(self.motifs, facts["courses"])
        }
        self.preparation_losses: np.ndarray = facts["preparation_losses"]

    def __getstate__(self) -> bytes:
        return contents_of(self._library.save)

    def __setstate__(self, state: bytes) -> None:
        Library.__init__(self, read_contents(state, _engine.read_motif_library))

    @option_texts(_engine.motif_options("train"))
    def train(
        self,
        targets: Mapping[str, Any] | None = None,
        *,
        motifs: Sequence[str] | None = None,
        progress: Progress = False,
        **options: Any,
    ) -> Library:
        """Adds motifs and trains them; the others keep every bit.

        The same options and seed give the library of ``rheobase motif train``. Ctrl-C raises
        KeyboardInterrupt within a tenth of a second and gives the batches since the last
        evaluation up; with `checkpoint` the training can be resumed (`motif.resume`).

        Parameters
        ----------
        targets : mapping of str to array_like, optional
            Samples of new motifs by name.
        motifs : sequence of str, optional
            What is trained; default: the new ones, or all where there are none.
        checkpoint : path_like, optional
            Where a checkpoint is written: every `checkpoint_every` batches of all motifs and on Ctrl-C.
        checkpoint_every : int
            0: on Ctrl-C alone.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        {options}

        Returns
        -------
        Library
            With the minima over training.

        Raises
        ------
        InputError
            For targets shorter than the preparation or not finite, and for unknown names.

        Notes
        -----
        Source: Logiaco & Escola (2021); docs/motifs.md.
        """
        added = [] if targets is None else named_arrays(targets, "targets")
        command = call_text("motif.Library.train", **options)
        with progress_function(progress, "motifs") as report:
            found = self._library.train(
                added, None if motifs is None else names_of(motifs, "motifs"), with_path_texts(options), command, report
            )
        return Library(found)

    def scores(
        self, *, fractions: Any = None, progress: Progress = False, **options: Any
    ) -> Scores:
        """Errors of every motif from random states and after every other motif.

        Parameters
        ----------
        fractions : array_like, optional
            Also leave the first motif after these fractions of its length.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        **options
            trials : int
                From random states, of every motif (9).
            std, noise : float
                Standard deviation of random states; noise of a unit in a step (the library's).
            spike_noise : float
                Scaling factor in Hz of spike-like noise of the rates (0: none).
            seed, threads : int
                1; all.

        Raises
        ------
        InputError
            For a library without motifs.

        Notes
        -----
        Source: Logiaco & Escola (2021), figures 2 and 3.
        """
        with progress_function(progress, "motifs") as report:
            return Scores(**self._library.scores(fractions, options, report))

    def chain(self, motifs: Sequence[str], **options: Any) -> Chain:
        """Plays motifs one behind the other, from a random state.

        Parameters
        ----------
        motifs : sequence of str
            In any order, as often as you like.
        **options
            ``std``, ``noise``, ``spike_noise`` and ``seed``, as for `scores`.

        Raises
        ------
        InputError
            For a motif that the library does not have.
        """
        names = names_of(motifs, "motifs")
        model, facts = self._library.chain(names, options)
        return Chain(names, RateModel._of(model), facts)

    def save(self, path: Any) -> None:
        """Writes the file of ``rheobase motif``; it is a rate network for every other command.

        Parameters
        ----------
        path : path_like
            Ends in .mat.
        """
        self._library.save(path_text(path))

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("network", f"{self.architecture}, {self.units} units")]
        for name, samples in self.motifs.items():
            course = self.courses[name]
            error = f", RMSE {course[:, 1].min():.3f}" if len(course) else ""
            rows.append((name, f"{len(samples)} samples{error}"))
        return rows


@option_texts(_engine.motif_options("prepare"))
def prepare(*, progress: Progress = False, **options: Any) -> Library:
    """Makes a network for motifs and trains its preparatory module, where it has one.

    The same options and seed give the network of ``rheobase motif prepare``. With `checkpoint` a
    training that Ctrl-C stopped can be resumed (`resume`).

    Parameters
    ----------
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    checkpoint : path_like, optional
        Where a checkpoint is written: every `checkpoint_every` batches and on Ctrl-C.
    checkpoint_every : int
        0: on Ctrl-C alone.
    {options}

    Returns
    -------
    Library
        Without motifs.

    Raises
    ------
    InputError
        For options out of range.

    Notes
    -----
    Source: Logiaco & Escola (2021); docs/motifs.md.
    """
    command = call_text("motif.prepare", **options)
    with progress_function(progress, "preparatory module") as report:
        return Library(_engine.motif_prepare(with_path_texts(options), command, report))


def resume(path: Any, *, progress: Progress = False, **options: Any) -> Library:
    """Goes on with a training that was stopped, bit for bit: of `prepare` or of `Library.train`.

    Parameters
    ----------
    path : path_like
        A checkpoint of them, or of ``rheobase motif``; it is written over on Ctrl-C.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    **options
        batches : int
            To be done in all, in place of the number that the training began with.
        checkpoint, checkpoint_every
            As for `Library.train`; default: `path`, on Ctrl-C alone.
        threads : int
            All.

    Returns
    -------
    Library
        As if it had never been stopped.

    Raises
    ------
    InputError
        For a file without a training that was stopped, and fewer batches than are done.

    Notes
    -----
    Source: Logiaco & Escola (2021); docs/motifs.md.
    """
    with progress_function(progress, "motifs") as report:
        return Library(_engine.motif_resume(path_text(path), with_path_texts(options), report))


def load(path: Any) -> Library | LinearModel:
    """The library, or the linear model, of a file of ``rheobase motif``.

    Parameters
    ----------
    path : path_like
        A .mat file.

    Raises
    ------
    InputError
        Names the file and the field.
    """
    place = path_text(path)
    if _engine.holds_linear_motifs(place):
        return LinearModel(_engine.read_linear_motifs(place))
    return Library(_engine.read_motif_library(place))
