"""From rate networks to spiking ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import _engine
from ._display import Shown, percent, read_only
from ._errors import input_error
from ._options import call_text, with_options
from ._progress import Progress, progress_function
from .models import RateModel, as_rate_model
from .tasks import as_task

_TABLE = [
    ("scaling_factor", float), ("accuracy", float), ("low", float), ("high", float),
    ("mean_rate_hz", float), ("output_rmse", float), ("copies", int),
]


_SPREADS = ("threshold_sd_mv", "bias_sd_mv", "tau_membrane_sd_ms", "refractory_sd_ms", "delay_spread_ms")


class SpikingNetwork(Shown):
    """The spiking network itself, as it is simulated.

    Attributes
    ----------
    w : ndarray, N x N
        Recurrent weights over the scaling factor, mV/Hz, row = postsynaptic unit.
    w_in : ndarray, N x inputs
        Input weights, mV.
    w_out : ndarray, outputs x N
        Readout weights over the scaling factor, 1/Hz.
    b_out : ndarray, outputs
        Bias of the readout; 0 unless it was asked for.
    decay_ms : ndarray, N
        Decay times of the synapses, ms.
    unit_bias_mv : ndarray
        Bias of the units beside the neurons' own, mV; empty: none.
    unit_threshold_mv, unit_reset_mv : ndarray
        Thresholds and resets of the units, mV; empty: those of the neurons.
    unit_tau_membrane_ms, unit_refractory_ms : ndarray
        Membrane time constants and refractory periods of the units, ms; empty: those of the neurons.
    copies : int
        Membranes of a unit.
    copy_bias_mv : ndarray
        Bias of every copy of a unit beside both, mV; empty: none.
    parameters : dict
        Neuron, synapse and operating point by the names of docs/formats.md.
    """

    def __init__(self, arrays: dict[str, Any], parameters: dict[str, Any]) -> None:
        self.w: np.ndarray = arrays["w"]
        self.w_in: np.ndarray = arrays["w_in"]
        self.w_out: np.ndarray = arrays["w_out"]
        self.b_out: np.ndarray = arrays["b_out"]
        self.decay_ms: np.ndarray = arrays["decay_ms"]
        self.unit_bias_mv: np.ndarray = arrays["unit_bias_mv"]
        self.unit_threshold_mv: np.ndarray = arrays["unit_threshold_mv"]
        self.unit_reset_mv: np.ndarray = arrays["unit_reset_mv"]
        self.unit_tau_membrane_ms: np.ndarray = arrays["unit_tau_membrane_ms"]
        self.unit_refractory_ms: np.ndarray = arrays["unit_refractory_ms"]
        self.copies: int = arrays["copies"]
        self.copy_bias_mv: np.ndarray = arrays["copy_bias_mv"]
        self.parameters = parameters

    def _rows(self) -> list[tuple[str, str]]:
        shown = dict(self.parameters)
        if not any(shown.get(name) for name in _SPREADS):  # all units alike
            for name in (*_SPREADS, "unit_seed"):
                shown.pop(name, None)
        return [(name, f"{value:g}" if isinstance(value, float) else str(value)) for name, value in shown.items()]


class SpikingModel(RateModel):
    """A rate network with the spiking network that stands for it.

    Made by `convert` and by `load`; everything of `RateModel` is that of the rate network.

    Attributes
    ----------
    table : record array
        ``scaling_factor``, ``accuracy`` with its 95 % interval ``low`` to ``high``,
        ``mean_rate_hz`` and ``output_rmse`` of every value tried, and the ``copies`` of a unit. Of
        a model from a file the four from ``low`` to ``output_rmse`` are not known: not-a-number.
    candidates : record array
        The spiking networks that were tried, with their operating points; empty for a file's.
    reached : bool or None
        Whether the target was reached on fresh trials; None: not known, as with
        ``mapping="published"``, which runs none, and of a model from a file.
    notes : tuple of str
        What to know before the result is used.
    """

    @classmethod
    def _converted(cls, model: _engine.Model, facts: dict[str, Any]) -> SpikingModel:
        self = cls._of(model)
        self._read_table(facts["table"])
        rows = facts["candidates"]
        self.candidates = np.rec.fromarrays(
            [np.array([row[name] for row in rows]) for name in rows[0]], names=list(rows[0])
        )
        read_only(self.candidates)
        self.reached: bool | None = facts["reached"]
        self.notes = tuple(_engine.in_python_words(note) for note in facts["notes"])
        self._facts = {k: v for k, v in facts.items() if k not in ("table", "candidates")}
        return self

    @classmethod
    def _loaded(cls, model: _engine.Model) -> SpikingModel:
        self = cls._of(model)
        unknown = [float("nan")] * 4
        self._read_table([(s, a, *unknown) for s, a in zip(model.scaling_factors, model.accuracies)])
        self.candidates = read_only(np.rec.array(np.zeros(0, dtype=_TABLE)))
        self.reached = None
        self.notes = ()
        self._facts = {}
        return self

    def _read_table(self, rows: list[tuple[float, ...]]) -> None:
        copies = self._model.search_copies
        if len(copies) != len(rows) or not ((copies >= 1) & (copies <= 1e6)).all():
            copies = np.full(len(rows), self._model.transfer["copies"])  # one number for all
        self.table = np.array([(*row, n) for row, n in zip(rows, copies)], dtype=_TABLE).view(np.recarray)
        read_only(self.table)

    @property
    def scaling_factor(self) -> float:
        """s = 1 / lambda: spikes a second of a rate of 1."""
        return self._model.scaling_factor

    @property
    def rate(self) -> RateModel:
        """The rate network alone."""
        return RateModel._of(self._model)

    @property
    def spiking(self) -> SpikingNetwork:
        """The spiking network alone."""
        return SpikingNetwork(self._model.spiking_network(), self._model.transfer)

    @property
    def accuracy(self) -> float:
        """Of the chosen network on the search's trials, 0 to 1; not-a-number where not known."""
        if "chosen" in self._facts:
            return float(self.candidates.accuracy[self._facts["chosen"]])
        known = self._model.search_accuracy
        return float("nan") if known is None else known

    def _rows(self) -> list[tuple[str, str]]:
        transfer = self._model.transfer
        rows = super()._rows()
        rows.append(("spiking", f"{transfer['neuron']} units, {transfer['mapping']} mapping, scaling "
                                f"factor {self.scaling_factor:g}, {transfer['copies']} "
                                f"cop{'y' if transfer['copies'] == 1 else 'ies'}"))
        if len(self.table):
            rows.append(("search", f"{len(self.table)} value{'s' * (len(self.table) > 1)}, best accuracy "
                                   f"{percent(self.table.accuracy.max())}"))
        if self.reached is not None:
            rows.append(("target", f"{percent(self._facts['target'])} on fresh trials "
                                   f"{'reached' if self.reached else 'not reached'}"))
        rows.extend(("note", note) for note in self.notes)
        return rows


@with_options("convert")
def convert(model: Any, task: Any = None, *, progress: Progress = False, **options: Any) -> SpikingModel:
    """Finds a spiking network for a rate network: ``rheobase map``, bit for bit.

    Parameters
    ----------
    model : RateModel
        The rate network.
    task : Task, str or object, optional
        What both have to do; default: the registered task that the model was trained on.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    scaling : float or array_like, optional
        Scaling factors to try, increasing; default: 20, 25, ... 75 for the sigmoid, 4, 6, ... 26
        for others, and beyond while the best value lies at the edge.
    noise_sd : float, optional
        The membrane noise as the standard deviation (mV) of a voltage without spikes, in place
        of `noise`.
    threads : int
        0: all there are. No influence on the result.
    {options}

    Returns
    -------
    SpikingModel
        ``table``, ``scaling_factor``, ``spiking`` and all of the rate network.

    Raises
    ------
    InputError
        For a network that spikes cannot stand for, a task that does not fit, options out of range.

    Notes
    -----
    Source: Kim, Li & Sejnowski, PNAS 116:22811 (2019), methods; docs/conversion.md.
    """
    network = as_rate_model(model)
    known = task_of(network, task)
    command = call_text("convert", "model", repr(known.name), **options)
    with progress_function(progress, "scaling search") as report:
        converted, facts = _engine.convert(network._model, known._task, options, command, report)
    return SpikingModel._converted(converted, facts)


def task_of(model: RateModel, task: Any) -> Any:
    """The task that was given, or the one that the model's file names."""
    if task is not None:
        return as_task(task)
    name = as_rate_model(model).task
    if not set(name.split("+")) <= set(_engine.task_names()):
        maker = ": Task.from_file or Task.from_trials" if "file" in name.split("+") else ""
        raise input_error("task", f"nothing, and the model's own is {name or 'not known'!r}",
                          "must be given" + maker)
    from .tasks import Task

    return Task(name, **{k.replace("-", "_"): v for k, v in model._model.task_parameters.items()})
