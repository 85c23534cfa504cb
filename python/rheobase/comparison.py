"""A rate network beside its spiking one."""

from __future__ import annotations

import functools
import json
from typing import Any

from . import _engine
from ._checks import number, text
from ._display import Shown, percent
from ._errors import input_error
from ._options import call_text, with_options
from ._pickling import contents_of, path_text
from ._progress import Progress, progress_function
from .conversion import task_of
from .models import RateModel, as_rate_model
from .tasks import Task


class Comparison(Shown):
    """What `compare` measured.

    Attributes
    ----------
    task : Task or None
        Of the trials.
    model : RateModel or None
        That was compared.
    """

    def __init__(self, comparison: _engine.Comparison, task: Task | None, model: RateModel | None) -> None:
        self._comparison = comparison
        self.task = task
        self.model = model

    def __getstate__(self) -> dict[str, Any]:
        contents = contents_of(self._comparison.save) if self._has_traces else self._comparison.json.encode()
        return {"task": self.task, "model": self.model, "contents": contents}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(_engine.parse_comparison(state["contents"]), state["task"], state["model"])

    @functools.cached_property
    def figures(self) -> dict[str, Any]:
        """Everything but the traces, by the names of the JSON form in docs/formats.md."""
        return json.loads(self._comparison.json)

    @functools.cached_property
    def traces(self) -> dict[str, Any]:
        """What figures are drawn from.

        ``rate_output`` and ``spiking_output`` (trials x outputs L: all samples of the first readout,
        then those of the next, of ``len(figures["outputs"])`` readouts), ``rate_average`` and
        ``spiking_average`` (a list of N x L, one a condition), ``rate_trajectory`` and
        ``spiking_trajectory`` (a list of components x S), ``conditions``, ``rate_correct`` and
        ``spiking_correct`` (trials), ``spikes`` (trial, units, times in ms) of the example trials,
        ``step_ms``: samples lie at step_ms, 2 step_ms, ... Not-a-number behind the end of shorter
        trials. Arrays are empty where the comparison was read from .json, which holds none.
        """
        return self._comparison.traces

    @property
    def _has_traces(self) -> bool:
        return len(self.traces["conditions"]) > 0

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions."""
        return tuple(condition["name"] for condition in self.figures["conditions"])

    @property
    def rate_accuracy(self) -> float:
        """Of the rate network, 0 to 1."""
        return self.figures["all"]["rate_accuracy"]["value"]

    @property
    def spiking_accuracy(self) -> float:
        """Of the spiking network, 0 to 1."""
        return self.figures["all"]["spiking_accuracy"]["value"]

    @property
    def output_rmse(self) -> float | None:
        """Root mean square difference of the outputs."""
        return self.figures["all"]["output_rmse"]

    @property
    def output_correlation(self) -> float | None:
        """Pearson's correlation of the outputs."""
        return self.figures["all"]["output_correlation"]

    @property
    def rate_correlation(self) -> float | None:
        """Pearson's correlation of the units' activity, averaged over the trials of a condition."""
        return self.figures["all"]["rate_correlation"]

    @property
    def mean_rate_hz(self) -> float:
        """Mean firing rate of the spiking network in Hz."""
        return self.figures["all"]["mean_rate_hz"]

    def check(
        self,
        *,
        min_accuracy: float | None = None,
        max_output_rmse: float | None = None,
        min_rate_correlation: float | None = None,
        max_accuracy_drop: float | None = None,
        baseline: Comparison | None = None,
        tolerance: float = 0.05,
    ) -> list[str]:
        """Bounds and a baseline, for tests (docs/regression-checks.md).

        Parameters
        ----------
        min_accuracy, max_accuracy_drop : float, optional
            Of the spiking network, and of the rate network's minus its; 1 is 100 %.
        max_output_rmse, min_rate_correlation : float, optional
            Of outputs and of the units' activity.
        baseline : Comparison, optional
            An earlier one of the same network, such as `load_comparison` reads; no figure may be
            worse by more than `tolerance`.
        tolerance : float
            See there.

        Returns
        -------
        list of str
            A line for every bound that is not met.
        """
        if baseline is not None and not isinstance(baseline, Comparison):
            raise input_error("baseline", f"a {type(baseline).__name__}", "must be a Comparison")
        earlier = None if baseline is None else baseline._comparison
        bounds = {"min_accuracy": min_accuracy, "max_output_rmse": max_output_rmse,
                  "min_rate_correlation": min_rate_correlation, "max_accuracy_drop": max_accuracy_drop}
        shares = {"min_accuracy": {"least": 0.0, "most": 1.0}, "max_accuracy_drop": {"least": -1.0, "most": 1.0}}
        numbers = [None if bound is None else number(bound, name, **shares.get(name, {})) for name, bound in bounds.items()]
        return self._comparison.check(*numbers, earlier, number(tolerance, "tolerance", least=0))

    def report(self, path: Any, *, name: str = "model") -> None:
        """Writes the page of figures: ``rheobase report``.

        Parameters
        ----------
        path : path_like
            The page (.html), complete or not there at all.
        name : str
            Of the model, on the page.
        """
        if self.task is None:
            raise input_error("task", "a comparison from a file, which has none",
                              "must be known: compare the model anew")
        model = None if self.model is None else self.model._model
        self._comparison.report(self.task._task, model, path_text(path), text(name, "name"))

    def save(self, path: Any) -> None:
        """Writes the comparison: .mat with all traces, or .json without; `load_comparison` reads both.

        Parameters
        ----------
        path : path_like
            Complete or not there at all.

        Raises
        ------
        InputError
            For another ending, a place that cannot be written, or .mat where a comparison from
            .json has no traces.
        """
        place = path_text(path)
        if place.endswith(".mat") and not self._has_traces:
            raise input_error("path", repr(place), "must end in .json: the comparison has no traces")
        self._comparison.save(place)

    def _rows(self) -> list[tuple[str, str]]:
        def text(value: float | None) -> str:
            return "-" if value is None else f"{value:.3f}"

        return [
            ("task", f"{self.figures['task']['name']}, {self.figures['all']['trials']} trials"),
            ("rate noise", f"{self.figures['options']['rate_noise']:g}"),
            ("accuracy", f"rate {percent(self.rate_accuracy)}, spiking "
                         f"{percent(self.spiking_accuracy)}"),
            ("output", f"RMSE {text(self.output_rmse)}, correlation {text(self.output_correlation)}"),
            ("activity", f"correlation {text(self.rate_correlation)}, {self.mean_rate_hz:.2f} Hz"),
        ]


@with_options("compare")
def compare(model: Any, task: Any = None, *, progress: Progress = False, **options: Any) -> Comparison:
    """Runs the same trials through a rate network and its spiking one: ``rheobase compare``.

    Parameters
    ----------
    model : SpikingModel or RateModel
        What `convert` returned, or a rate network with ``scaling=``.
    task : Task, str or object, optional
        Default: the registered task that the model was made for.
    noise_sd, threads
        As for `simulate`.
    lesion, lesion_connections, drive, drive_strength, drive_window, lesion_seed
        As for `simulate`, of both networks.
    progress : bool or callable
        A bar on standard error, or a function of (fraction, status).
    {options}

    Returns
    -------
    Comparison
        Accuracies, distances, correlations, subspaces, traces; ``report("page.html")``.

    Raises
    ------
    InputError
        For a task that does not fit the model, or options out of range.

    Notes
    -----
    The rate network has the noise of its file, as in `evaluate`; ``figures["options"]["rate_noise"]``
    says which.

    Source: Kim, Li & Sejnowski, PNAS 116:22811 (2019), Figs. 2, 3, S1 and S2; docs/measures.md.
    """
    known = as_rate_model(model)
    chosen = task_of(known, task)
    command = call_text("compare", "model", repr(chosen.name), **options)
    with progress_function(progress, "comparing") as report:
        comparison = _engine.compare(known._model, chosen._task, options, command, report)
    return Comparison(comparison, chosen, known)
