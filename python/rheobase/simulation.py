"""Runs of spiking networks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np

from . import _engine
from ._checks import dimensions, names_of, truth, whole_number
from ._display import Shown
from ._errors import input_error
from ._options import call_text, with_options
from ._pickling import path_text, run_contents
from ._progress import Progress, progress_function
from .conversion import task_of
from .models import as_rate_model


class Run(Shown):
    """One trial of a spiking network. Arrays are read-only views, without a copy."""

    def __init__(self, run: _engine.Run) -> None:
        self._run = run

    def __getstate__(self) -> bytes:
        return run_contents(self._run)

    def __setstate__(self, state: bytes) -> None:
        self._run = _engine.parse_run(state)

    @property
    def spike_units(self) -> np.ndarray:
        """Unit of every spike, from 0, in order of time."""
        return self._run.spike_units

    @property
    def spike_times_ms(self) -> np.ndarray:
        """Time of every spike in ms."""
        return self._run.spike_times_ms

    @property
    def spike_copies(self) -> np.ndarray:
        """Copy of the unit that fired, from 0; empty where units have one copy."""
        return self._run.spike_copies

    @property
    def spike_count(self) -> np.ndarray:
        """Spikes of every unit, N."""
        return self._run.spike_count

    @property
    def mean_rate_hz(self) -> np.ndarray:
        """Mean firing rate of every unit in Hz, N."""
        return self._run.mean_rate_hz

    @property
    def output(self) -> np.ndarray:
        """The first readout at `time_ms`."""
        return self._run.output

    @property
    def outputs(self) -> np.ndarray:
        """All readouts, outputs x samples, at `time_ms`."""
        return self._run.outputs

    @property
    def time_ms(self) -> np.ndarray:
        """Times of the samples of `output`, `rate` and `input` in ms."""
        return self._run.output_start_ms + self._run.output_step_ms * np.arange(len(self.output))

    @property
    def voltage(self) -> np.ndarray | None:
        """Voltages in mV, recorded units x samples; None unless recorded."""
        return _present(self._run.voltage)

    @property
    def voltage_time_ms(self) -> np.ndarray | None:
        """Times of the samples of `voltage` in ms."""
        voltage = self.voltage
        if voltage is None:
            return None
        return self._run.voltage_step_ms * np.arange(1, voltage.shape[1] + 1)

    @property
    def rate(self) -> np.ndarray | None:
        """Filtered spike trains in Hz, N x samples; None unless recorded."""
        return _present(self._run.rate)

    @property
    def input(self) -> np.ndarray | None:
        """Total input current in mV, N x samples; None unless recorded."""
        return _present(self._run.input)

    @property
    def duration_ms(self) -> float:
        """Duration of the trial in ms."""
        return self._run.duration_ms

    @property
    def engine(self) -> str:
        """Engine that ran."""
        return self._run.engine

    @property
    def seed(self) -> int:
        """Seed of the random numbers."""
        return self._run.seed

    @property
    def trial(self) -> int:
        """Number of the trial."""
        return self._run.trial

    @property
    def condition(self) -> str:
        """Condition of a task's trial; empty for an input of your own."""
        return self._run.condition

    @property
    def correct(self) -> bool | None:
        """Whether a task's answer was right; None for an input of your own."""
        return self._run.correct

    @property
    def unit_types(self) -> np.ndarray:
        """``'E'``, ``'I'``, ``'SOM'`` or ``'mixed'`` of every unit, N."""
        return np.array(self._run.unit_types)

    @property
    def units(self) -> int:
        """Number of units N."""
        return len(self.spike_count)

    @property
    def copies(self) -> int:
        """LIF units that stand for one unit of the rate network."""
        return self._run.copies

    def spike_trains(self, *, copy: int | None = None) -> dict[int, np.ndarray]:
        """Spike times in ms of every unit that fired, by unit.

        Parameters
        ----------
        copy : int, optional
            Of this copy of each unit alone, from 0: the train of one LIF unit, which is what
            statistics of intervals are of. Default: those of all copies together.
        """
        units, spike_times = self.spike_units, self.spike_times_ms
        if copy is not None:
            which = whole_number(copy, "copy", 0, self.copies - 1)
            if self.copies > 1:
                units, spike_times = units[self.spike_copies == which], spike_times[self.spike_copies == which]
        order = np.argsort(units, kind="stable")
        units, starts = np.unique(units[order], return_index=True)
        times = np.split(spike_times[order], starts[1:])
        return {int(unit): train for unit, train in zip(units, times)} if len(units) else {}

    def to_neo(self) -> Any:
        """The run as a neo.Block: one segment with a spike train a LIF unit, and the readout.

        Returns
        -------
        neo.Block
            Spike trains in ms, named by unit and, where units have several, by copy, with the
            annotations ``unit``, ``copy`` and ``unit_type``; an
            AnalogSignal ``readout`` (dimensionless) and, where recorded, ``voltage`` in mV.

        Raises
        ------
        ImportError
            Where the package neo is missing.
        """
        from .neo import block_of

        return block_of([self])

    def save(self, path: Any, *, level73: bool = False) -> None:
        """Writes a run file (docs/formats.md), complete or not at all.

        Parameters
        ----------
        path : path_like
            Ends in .mat.
        level73 : bool
            MATLAB's level 7.3 (HDF5) in place of level 5.
        """
        self._run.save(path_text(path), truth(level73, "level73"))

    def _rows(self) -> list[tuple[str, str]]:
        spikes = int(self.spike_count.sum())
        rows = [
            ("units", str(self.units)),
            ("spikes", f"{spikes} in {self.duration_ms:g} ms, {self.mean_rate_hz.mean():.2f} Hz a unit"),
            ("engine", self.engine),
            ("trial", f"{self.trial}, seed {self.seed}"),
        ]
        if self.condition:
            rows.append(("answer", f"{'correct' if self.correct else 'wrong'}, condition "
                                   f"{self.condition}"))
        return rows


class Runs(Sequence[Run], Shown):
    """Many trials of one spiking network: a sequence of `Run`."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self._runs = list(runs)

    @overload
    def __getitem__(self, index: int) -> Run: ...

    @overload
    def __getitem__(self, index: slice) -> Runs: ...

    def __getitem__(self, index: int | slice) -> Run | Runs:
        """A trial, or several."""
        return Runs(self._runs[index]) if isinstance(index, slice) else self._runs[index]

    def __len__(self) -> int:
        """Number of trials."""
        return len(self._runs)

    def __iter__(self) -> Iterator[Run]:
        """Trial after trial."""
        return iter(self._runs)

    @property
    def output(self) -> np.ndarray:
        """First readouts, trials x samples, at `time_ms`; not-a-number behind shorter trials."""
        return _stacked([run.output for run in self._runs])

    @property
    def outputs(self) -> np.ndarray:
        """All readouts, trials x outputs x samples, at `time_ms`; not-a-number as in `output`."""
        return _stacked([run.outputs for run in self._runs])

    @property
    def time_ms(self) -> np.ndarray:
        """Times of the samples in ms, of the longest trial."""
        return max((run.time_ms for run in self._runs), key=len)

    @property
    def spike_count(self) -> np.ndarray:
        """Spikes, trials x N."""
        return np.stack([run.spike_count for run in self._runs])

    @property
    def mean_rate_hz(self) -> np.ndarray:
        """Mean firing rates in Hz, trials x N."""
        return np.stack([run.mean_rate_hz for run in self._runs])

    @property
    def correct(self) -> np.ndarray | None:
        """Whether the answers of a task's trials were right; None for inputs of your own."""
        if self._runs[0].correct is None:
            return None
        return np.array([run.correct for run in self._runs])

    def to_neo(self) -> Any:
        """The runs as a neo.Block: a segment a trial, each as `Run.to_neo` makes it.

        Returns
        -------
        neo.Block
            Segments in the order of the trials, with the annotations ``trial``, ``condition`` and
            ``correct``.

        Raises
        ------
        ImportError
            Where the package neo is missing.
        """
        from .neo import block_of

        return block_of(self._runs)

    def save(self, path: Any) -> None:
        """Writes the file of ``rheobase simulate --trials``; `load_run` reads it.

        Parameters
        ----------
        path : path_like
            Ends in .mat. Complete or not there at all.

        Notes
        -----
        Spikes, readouts and answers; voltages, rates and inputs are left out (`Run.save` keeps them).
        """
        _engine.write_runs(path_text(path), [run._run for run in self._runs])

    def _rows(self) -> list[tuple[str, str]]:
        if not self._runs:
            return [("trials", "none")]
        first = self._runs[0]
        rows = [
            ("trials", f"{len(self)}, from {first.trial} on, seed {first.seed}"),
            ("units", str(first.units)),
            ("spikes", f"{self.mean_rate_hz.mean():.2f} Hz a unit, {first.duration_ms:g} ms a trial"),
            ("engine", first.engine),
        ]
        correct = self.correct
        if correct is not None:
            rows.append(("answers", f"{correct.sum()} of {len(correct)} correct"))
        return rows


def _stacked(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Arrays whose last axes may differ in length, filled up with not-a-number."""
    samples = max(array.shape[-1] for array in arrays)
    stacked = np.full((len(arrays), *arrays[0].shape[:-1], samples), np.nan)
    for row, array in zip(stacked, arrays):
        row[..., : array.shape[-1]] = array
    return stacked


def _present(array: np.ndarray) -> np.ndarray | None:
    return array if array.size else None


@with_options("simulate")
def simulate(
    model: Any,
    u: Any = None,
    *,
    task: Any = None,
    condition: str | int | None = None,
    trials: int | None = None,
    record: str | Sequence[str] = ("spikes",),
    progress: Progress = False,
    **options: Any,
) -> Any:
    """Runs a spiking network over an input, or over trials of a task: ``rheobase simulate``.

    Parameters
    ----------
    model : SpikingModel or RateModel
        What `convert` returned, or a rate network with ``scaling=``.
    u : array_like, inputs x T or inputs x T x trials, optional
        Input, a column a step of the rate network; the run lasts T - 1 of them. Trial k of many
        has the random numbers of number ``trial + k``.
    task : Task, str or object, optional
        In place of `u`: its evaluation trials; default: the task that the model was made for.
    condition : str or int, optional
        Of the task's trial; default: drawn.
    trials : int, optional
        That many trials of the task, or of its `condition`; of given trials at most as many as
        there are to be evaluated, each once.
    record : {'spikes', 'output', 'voltage', 'rate', 'input'} or a sequence of them
        What is kept beside the readout and the spike counts.
    voltage_units : array_like of int, optional
        Units (from 0) whose voltage is recorded; default: all.
    scaling : float, optional
        Scaling factor s = 1 / lambda in place of the model's own.
    initial_voltage : array_like, N, optional
        mV; default: drawn uniformly from reset to 30 mV.
    noise_sd : float, optional
        The membrane noise as the standard deviation (mV) of a voltage without spikes, in place
        of `noise`.
    stimulate : {'exc', 'inh'}, optional
        Artificial stimulation: in every step, with probability 0.5, the voltage of
        ``stimulate_units`` (from 0) moves by 0.5 mV between the times ``stimulate_window`` (ms).
    lesion : str or array_like of int, optional
        Units without input and effect: by number from 0, or ``'exc'``, ``'inh'``, ``'som'``,
        ``'all'``, or a random fraction of these such as ``'inh@0.25'``.
    lesion_connections : str, optional
        Connections taken out: a random fraction of those from one type to another, such as
        ``'exc-inh@0.5'``.
    drive : str or array_like of int, optional
        Units, named as in `lesion`, that get a constant input of `drive_strength` (1) between the
        times `drive_window` (start, end in ms; default: always): one more input of weight 1.
    lesion_seed : int
        Of what a fraction chooses (1); a larger fraction has what a smaller one has.
    threads : int
        For many trials; 0: all there are. No influence on the result.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    {options}

    Returns
    -------
    Run or Runs
        Runs where `u` has a third axis or `trials` is given.

    Raises
    ------
    InputError
        For an input of another shape, options that exclude each other or lie out of range.

    Notes
    -----
    The same seed and options give the same spikes, bit for bit, as the command line. Sources of
    the engines: docs/engines.md.
    """
    network = as_rate_model(model)
    options["record"] = tuple(names_of(record, "record"))
    if u is not None and (task is not None or condition is not None or trials is not None):
        raise input_error("u", "task, condition or trials beside it", "must be given alone, or be left out")
    many = dimensions(u, "u") == 3 if u is not None else trials is not None
    known = None if u is not None else task_of(network, task)
    count = 1 if trials is None else whole_number(trials, "trials", 1)
    which = None if known is None else known.condition_index(condition)
    command = call_text("simulate", "model", "u" if known is None else repr(known.name), **options)
    with progress_function(progress, "simulating") as report:
        runs = _engine.simulate(
            network._mapped, u, None if known is None else known._task, which, count, options,
            command, report,
        )
    made = [Run(run) for run in runs]
    return Runs(made) if many else made[0]
