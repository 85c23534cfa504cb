"""Recorded sessions and targets of FORCE training: a part of `rheobase.force`.

Reference: Inagaki et al., Nature 566:212 (2019); docs/force.md.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine
from ._checks import mapping_of, sequence_of, text, whole_number
from ._display import Shown, percent
from ._options import option_texts
from ._pickling import path_text


class Targets(Shown):
    """What FORCE training is to learn; lists are right, left.

    Attributes
    ----------
    rates : list of ndarray, N x T
        0 to 1, scaled by each unit's extremes over both sides.
    selectivity : list of str
        ``'right'``, ``'left'`` or ``'none'`` of every unit.
    epochs : dict
        Steps: ``sample``, ``delay``, ``cue``, ``steps``.
    description : str
        Where they come from.
    """

    def __init__(self, targets: _engine.ForceTargets) -> None:
        self._targets = targets
        self._set_facts(targets.facts())

    def _set_facts(self, facts: dict[str, Any]) -> None:
        self.rates: list[np.ndarray] = facts["rates"]
        self.selectivity: list[str] = facts["selectivity"]
        self.epochs: dict[str, int] = facts["epochs"]
        self.description: str = facts["description"]

    def __getstate__(self) -> tuple[Any, ...]:
        return self.rates, self.epochs, self.selectivity, self.description

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        Targets.__init__(self, _engine.force_targets(*state))

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("targets", self.description),
            ("shape", f"{len(self.rates[0])} units, {self.epochs['steps']} steps"),
            ("selective", percent(np.mean([one != "none" for one in self.selectivity]))),
        ]


def _bins(first_bin: int, after_cue: int) -> tuple[int, int]:
    return whole_number(first_bin, "first_bin", 0), whole_number(after_cue, "after_cue", 0)


@option_texts(_engine.force_options("Session"))
class Session(Shown):
    """A recorded session of the delayed-response task, and its rates; lists are right, left.

    `read_session` reads one in the form of Inagaki et al. (2019); this makes one of arrays.

    Parameters
    ----------
    units : sequence of mapping
        ``spike_times`` (s, from the start of the trial), ``spike_trials`` (the trial of each, from
        0), ``spike_width`` (ms) and optionally ``name`` and ``trials``: the first trial to be
        analysed and the one behind the last.
    response : array_like of int, trials
        1 right, 2 left, both correct; others are not analysed.
    sample, delay, cue : array_like, trials
        When the epochs begin, in s.
    edges : array_like
        Of the bins of the rates, in s.
    stimulation : array_like of int, trials, optional
        Trials with photostimulation, other than 0, are not analysed.
    name : str
        For messages.
    {options}

    Attributes
    ----------
    names, cell_types, selectivity : list of str
        Of every unit; ``'regular'``, ``'fast'``, ``'other'``; ``'right'``, ``'left'``, ``'none'`` by
        a rank-sum test over the delay.
    trials : list of ndarray of int
        Of each side, from 0.
    mean : list of ndarray, units x bins
        Rates in Hz, mean over the unit's trials.
    delay_mean : list of ndarray, units x trials of the side
        Mean rates during the delay; not-a-number outside the unit's range.
    events : dict
        Bins in which ``sample``, ``delay`` and ``cue`` begin.
    edges_s : ndarray
        Of the bins.

    Raises
    ------
    InputError
        For lengths that do not fit, and for sides or units without trials.

    Notes
    -----
    Source: the published program of Inagaki et al., Nature 566:212 (2019); docs/force.md.
    """

    def __init__(
        self, units: Sequence[Mapping[str, Any]], *, response: Any, sample: Any, delay: Any,
        cue: Any, edges: Any, stimulation: Any = None, name: str = "session", **options: Any
    ) -> None:
        trials = {
            "response": response, "sample": sample, "delay": delay, "cue": cue,
            "stimulation": np.zeros(np.size(response)) if stimulation is None else stimulation,
        }
        listed = [dict(mapping_of(unit, f"units[{i}]"))
                  for i, unit in enumerate(sequence_of(units, "units", "mappings"))]
        self._read(_engine.force_session, listed, trials, edges, text(name, "name"), options)

    def _read(self, make: Any, *arguments: Any) -> None:
        self._recipe = copy.deepcopy((make.__name__, *arguments))  # arrays may be changed by whoever gave them
        self._session: _engine.ForceSession = make(*arguments)
        facts = self._session.facts()
        self.name: str = facts["name"]
        self.names: list[str] = list(facts["names"])
        self.cell_types: list[str] = list(facts["types"])
        self.selectivity: list[str] = list(facts["selectivity"])
        self.trials: list[np.ndarray] = facts["trials"]
        self.mean: list[np.ndarray] = facts["mean"]
        self.delay_mean: list[np.ndarray] = facts["delay_mean"]
        self.events: dict[str, int] = facts["events"]
        self.edges_s: np.ndarray = facts["edges_s"]

    def __getstate__(self) -> tuple[Any, ...]:
        return self._recipe

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self._read(getattr(_engine, state[0]), *state[1:])

    def trial_rate(self, unit: int, trial: int) -> np.ndarray:
        """Smoothed rate of a unit in a trial (both from 0), in Hz, one value a bin.

        Parameters
        ----------
        unit, trial : int
            From 0.
        """
        return self._session.trial_rate(whole_number(unit, "unit", 0), whole_number(trial, "trial", 0))

    def targets(self, *, first_bin: int = 1000, after_cue: int = 250) -> Targets:
        """What FORCE training takes of the session, as published.

        Parameters
        ----------
        first_bin : int
            Bin that becomes step 0.
        after_cue : int
            Steps after the cue that are used.

        Raises
        ------
        InputError
            For units without spikes, or bins that do not hold that part.
        """
        return Targets(self._session.targets(*_bins(first_bin, after_cue)))

    def aligned_variation(self, *, first_bin: int = 1000, after_cue: int = 250) -> list[float]:
        """Share of the variation that units aligned at their centres of mass have in common.

        Parameters
        ----------
        first_bin, after_cue : int
            As for `targets`.
        """
        return list(self._session.aligned_variation(*_bins(first_bin, after_cue)))

    def _title(self) -> str:
        return f"Session {self.name}"

    def _rows(self) -> list[tuple[str, str]]:
        return [
            ("units", f"{len(self.names)}, {self.cell_types.count('regular')} regular, "
                      f"{self.cell_types.count('fast')} fast spiking"),
            ("trials", f"{len(self.trials[0])} right, {len(self.trials[1])} left"),
            ("selective", percent(np.mean([one != "none" for one in self.selectivity]))),
        ]


@option_texts(_engine.force_options("read_session"))
def read_session(path: Any, **options: Any) -> Session:
    """The session of a file in the form of Inagaki et al. (2019).

    Parameters
    ----------
    path : path_like
        A .mat file with the variable ``unit`` (docs/force.md).
    {options}

    Returns
    -------
    Session
        With the rates of its trials.

    Raises
    ------
    InputError
        Names file, unit and field.

    Notes
    -----
    Source: Inagaki et al., Nature 566:212 (2019).
    """
    session = Session.__new__(Session)
    session._read(_engine.read_force_session, os.path.abspath(path_text(path)), options)
    return session


def read_targets(path: Any, **epochs: Any) -> Targets:
    """Trial-averaged rates of a plain .mat file (docs/force.md).

    Parameters
    ----------
    path : path_like
        With ``target``, units x time x 2.
    **epochs : int
        ``sample_step``, ``delay_step`` and ``cue_step`` where the file has none.

    Raises
    ------
    InputError
        Names the file and the field.
    """
    return Targets(_engine.read_force_targets(path_text(path), epochs))
