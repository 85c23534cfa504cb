"""The linear thalamocortical model of motifs: a part of `rheobase.motif`.

Reference: Logiaco & Escola, arXiv:2006.13332 (2021); docs/motifs.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine
from ._checks import named_arrays, names_of, number
from ._display import Measure, Shown
from ._options import option_texts
from ._pickling import contents_of, path_text, read_contents
from ._progress import Progress, progress_function


@dataclasses.dataclass(frozen=True, repr=False)
class Scores(Measure):
    """Root mean square errors of every motif.

    Attributes
    ----------
    random : ndarray, motifs
        From random states.
    others : ndarray, motifs
        After every other motif; not-a-number where there is one motif.
    pair : ndarray, motifs x motifs
        ``pair[first, second]``: of the second.
    interrupted : ndarray, motifs x fractions, or None
        After others that were left at a fraction of their length.
    p_value : float
        Signed-rank test of `random` against `others` over motifs.
    end_states : ndarray, N x motifs
        States at the end of the first trial of every motif.
    end_std : float
        Their standard deviation.
    """

    random: np.ndarray
    others: np.ndarray
    pair: np.ndarray
    interrupted: np.ndarray | None
    p_value: float
    end_states: np.ndarray
    end_std: float


class LinearChain(Shown):
    """Motifs of the linear model, played one behind the other, a preparation before each.

    Attributes
    ----------
    output, target : ndarray, T
        Readout and what it should be; not-a-number during preparations.
    norm : ndarray, T
        Length of the state's vector.
    start : list of int
        First step of every motif.
    rmse, distance : ndarray, motifs
        Root mean square error of each; |x - x_init| / |x_init| after its preparation.
    motifs : list of str
        Their names.
    """

    def __init__(self, motifs: list[str], facts: dict[str, Any]) -> None:
        self.motifs = motifs
        self.output: np.ndarray = facts["output"]
        self.target: np.ndarray = facts["target"]
        self.norm: np.ndarray = facts["norm"]
        self.start: list[int] = list(facts["start"])
        self.rmse: np.ndarray = facts["rmse"]
        self.distance: np.ndarray = facts["distance"]

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("chain", ", ".join(self.motifs)),
            ("steps", str(len(self.output))),
            ("RMSE", ", ".join(f"{error:.3f}" for error in self.rmse)),
        ]


class LinearModel(Shown):
    """The linear thalamocortical model of motifs.

    Attributes
    ----------
    units : int
        N.
    step_tau : float
        Sampling step in time constants.
    motifs : dict of str to ndarray
        Targets by name.
    fit_rmse, cost, random_cost : ndarray, motifs
        Error of the sum of exponentials; what noise costs, and with the random loop at the start.
    preparation_cost, random_preparation_cost : float
        Per unit.
    a : ndarray, N x N
        Cortex without loops.
    w : ndarray, N
        Readout.
    """

    def __init__(self, model: _engine.LinearMotifs) -> None:
        self._linear = model
        facts = model.facts()
        self.units: int = facts["units"]
        self.step_tau: float = facts["step_tau"]
        self.motifs: dict[str, np.ndarray] = dict(facts["motifs"])
        self.fit_rmse: np.ndarray = facts["fit_rmse"]
        self.cost: np.ndarray = facts["cost"]
        self.random_cost: np.ndarray = facts["random_cost"]
        self.preparation_cost: float = facts["preparation_cost"]
        self.random_preparation_cost: float = facts["random_preparation_cost"]
        self.a: np.ndarray = facts["a"]
        self.w: np.ndarray = facts["w"]

    def __getstate__(self) -> bytes:
        return contents_of(self.save)

    def __setstate__(self, state: bytes) -> None:
        LinearModel.__init__(self, read_contents(state, _engine.read_linear_motifs))

    def scores(self, *, progress: Progress = False, **options: Any) -> Scores:
        """Errors of every motif from random states and after every other motif.

        Parameters
        ----------
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        **options
            ``trials`` (9), ``std`` of random states (1), ``seed`` (1) and ``threads`` (all).

        Raises
        ------
        InputError
            For options out of range.

        Notes
        -----
        Source: Logiaco & Escola (2021), figure 1.
        """
        with progress_function(progress, "motifs") as report:
            return Scores(**self._linear.scores(options, report))

    def chain(self, motifs: Sequence[str], **options: Any) -> LinearChain:
        """Plays motifs one behind the other, from a random state.

        Parameters
        ----------
        motifs : sequence of str
            In any order, as often as you like.
        **options
            ``std`` (1) and ``seed`` (1) of the random state.

        Raises
        ------
        InputError
            For a motif that the model does not have.
        """
        names = names_of(motifs, "motifs")
        return LinearChain(names, self._linear.chain(names, options))

    def save(self, path: Any) -> None:
        """Writes the file of ``rheobase motif linear``.

        Parameters
        ----------
        path : path_like
            Ends in .mat.
        """
        self._linear.save(path_text(path), "rheobase.motif.linear()")

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("network", f"linear, {self.units} units")]
        for (name, samples), error, cost in zip(self.motifs.items(), self.fit_rmse, self.cost):
            rows.append((name, f"{len(samples)} samples, fit {error:.4f}, noise cost {cost:.3f}"))
        return rows


@option_texts(_engine.motif_options("linear"))
def linear(
    targets: Mapping[str, Any], *, step_tau: float = 0.1, progress: Progress = False, **options: Any
) -> LinearModel:
    """The linear thalamocortical model of motifs: ``rheobase motif linear``.

    Every motif becomes a sum of exponentials; a loop of rank one places their exponents among the
    eigenvalues of the network and is chosen to suffer least from noise; preparatory weights lead
    from any state to where a motif starts.

    Parameters
    ----------
    targets : mapping of str to array_like
        Samples of motifs by name.
    step_tau : float
        Sampling step of the targets in time constants.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    {options}

    Returns
    -------
    LinearModel
        The same options and seed give the model of the command line.

    Raises
    ------
    InputError
        For options out of range, and targets that no such sum describes.

    Notes
    -----
    Source: Logiaco & Escola (2021), section 2; docs/motifs.md.
    """
    added = named_arrays(targets, "targets")
    with progress_function(progress, "linear model") as report:
        return LinearModel(_engine.motif_linear(added, number(step_tau, "step_tau", above=0), options, report))
