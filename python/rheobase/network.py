"""Networks of rate and spiking populations, from templates or equations: ``rheobase network``.

The description is that of a network file (docs/network.md) in Python's words:

>>> import numpy as np
>>> from rheobase.network import Network
>>> network = Network(
...     step=1e-3,
...     populations={"rnn": {"template": "tanh", "size": 100}},
...     edges=[{"source": "rnn.r", "target": "rnn.r_in",
...             "weights": {"kind": "normal", "standard_deviation": 1.0, "seed": 1}}],
...     inputs=["rnn.I_ext"])
>>> run = network.run(np.ones((10000, 100)), record=["rnn.v"], sampling=10)
>>> run["rnn.v"].shape
(100, 1000)

Reference: Gast et al., RectiPy.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine
from . import _network_checks as _words
from ._checks import mapping_of, names_of, one_of, sequence_of, text
from ._display import Shown, read_only
from ._errors import input_error
from ._pickling import path_text
from ._progress import Progress, progress_function
from .network_templates import ImportedTemplates, Template, import_templates, templates

__all__ = [
    "ImportedTemplates", "Network", "NetworkFit", "NetworkRun", "NetworkState", "Template",
    "import_templates", "templates",
]


class NetworkRun(Shown):
    """What a run of a network recorded; ``run["exc.v"]`` is a record, units x samples.

    Attributes
    ----------
    time : ndarray, samples
        Times of the samples, in the network's unit of time; the first is that of the initial state.
    records : dict of str to ndarray
        By signal, units x samples (1 x samples for a mean); the second of one name is ``name_2``.
    units : dict of str to ndarray
        Units of the rows, from 0; empty for a mean.
    spike_times, spike_units : ndarray
        Spikes in order of time, units from 0; empty unless asked for.
    spike_populations : ndarray of str
        Their populations.
    time_unit : str
        Such as ``'ms'``.
    state : NetworkState
        Where the run ended: another run goes on from it, bit for bit (``dopri5``: within its tolerance).
    """

    def __init__(self, facts: dict[str, Any], state: NetworkState) -> None:
        self.time: np.ndarray = facts["time"]
        self.time_unit: str = facts["time_unit"]
        self.records: dict[str, np.ndarray] = {}
        self.units: dict[str, np.ndarray] = {}
        for name, units, values in facts["records"]:
            key, count = name, 1
            while key in self.records:
                count += 1
                key = f"{name}_{count}"
            self.records[key] = values
            self.units[key] = read_only(np.array(units, dtype=int))
        self.spike_times: np.ndarray = facts["spike_times"]
        self.spike_units: np.ndarray = facts["spike_units"]
        names = np.array(facts["populations"])
        self.spike_populations: np.ndarray = read_only(
            names[facts["spike_populations"]] if len(names) else names)
        self.state = state

    def __getitem__(self, signal: str) -> np.ndarray:
        return self.records[signal]

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("time", f"{len(self.time)} samples" + (
            f", {self.time[0]:g} to {self.time[-1]:g} {self.time_unit}" if len(self.time) else ""))]
        rows += [(name, " x ".join(map(str, values.shape))) for name, values in self.records.items()]
        if len(self.spike_times):
            rows.append(("spikes", str(len(self.spike_times))))
        return rows


class NetworkState(Shown):
    """Where a network is: all that another run needs to go on bit for bit."""

    def __init__(self, network: Network, state: _engine.NetworkState) -> None:
        self._network = network
        self._state = state

    def __getstate__(self) -> dict[str, Any]:
        return {"network": self._network, "numbers": self._state.numbers()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._network = state["network"]
        self._state = self._network._network.state_from(state["numbers"])

    @property
    def step(self) -> int:
        """Steps since the initial state."""
        return self._state.step

    def __getitem__(self, variable: str) -> np.ndarray:
        """Values of a variable such as ``"exc.v"``, one a unit."""
        return self._network._network.variable(self._state, text(variable, "variable"))

    def _rows(self) -> list[tuple[str, str]]:
        return [("step", str(self.step))]


def _numbers_of(state: Any) -> _engine.NetworkState | None:
    if state is not None and not isinstance(state, NetworkState):
        raise input_error("state", f"a {type(state).__name__}", "must be a NetworkState, such as run.state")
    return None if state is None else state._state


class NetworkFit(Shown):
    """What a fit made.

    Attributes
    ----------
    network : Network
        With the fitted weights.
    losses : ndarray
        Of ridge the mean squared error alone; of rls and bptt one before each update.
    r_squared : ndarray
        R^2 by output, over all samples (ridge) or the last pass over the trials, before its updates
        (rls, bptt); nan where a target does not vary, empty for log-probabilities.
    state : NetworkState
        After the last trial.
    """

    def __init__(
        self, network: Network, losses: np.ndarray, r_squared: np.ndarray, state: NetworkState
    ) -> None:
        self.network = network
        self.losses = losses
        self.r_squared = r_squared
        self.state = state

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("loss", f"{self.losses[-1]:.4g}")]
        if len(self.losses) > 1:
            rows = [("updates", str(len(self.losses))), ("loss", f"{self.losses[0]:.4g} to {self.losses[-1]:.4g}")]
        if len(self.r_squared):
            rows.append(("R^2", ", ".join(f"{value:.4g}" for value in self.r_squared[:8])))
        return rows + [(name, f"{size} units") for name, size in self.network.populations.items()]


class Network(Shown):
    """A network of populations, validated; runs do not change it.

    Parameters
    ----------
    step : float
        dt, in the unit of time of the equations.
    populations : mapping of str to mapping
        By name: ``template`` or ``equations`` (text), ``size``, and optionally ``parameters``,
        ``initial`` and ``noise`` (mappings of name to a number or one a unit).
    edges : sequence of mapping
        ``source`` ("exc.r"), ``target`` ("exc.r_in") and optionally ``weights`` (a number, target
        x source, or a maker such as ``{"kind": "normal", "standard_deviation": 1, "seed": 1}``),
        ``mask``, ``delay``, ``filter``, ``storage`` ("dense", "single", "sparse").
    nodes : mapping of str to mapping, optional
        Functions without memory: ``function`` and ``size``.
    inputs : sequence of str, or mapping of str to int, optional
        Targets of the run's input columns, in order; with a number, that many columns (1: one for
        all units), else one a unit.
    time_unit : str, optional
        ``'ms'`` and so on; must be that of the equations.

    Raises
    ------
    InputError
        For unknown names (with a suggestion) and shapes that do not fit.

    Notes
    -----
    Templates, equations and makers: docs/network.md.
    """

    def __init__(
        self,
        *,
        step: float,
        populations: Mapping[str, Mapping[str, Any]],
        edges: Sequence[Mapping[str, Any]] = (),
        nodes: Mapping[str, Mapping[str, Any]] | None = None,
        inputs: str | Iterable[str] | Mapping[str, int] = (),
        time_unit: str = "",
    ) -> None:
        self._recipe: Any = {
            "step": step,
            "time_unit": time_unit,
            "populations": {n: _words.checked_population(p, f"population {n!r}") for n, p in mapping_of(populations, "populations").items()},
            "nodes": {n: _words.checked(p, _words.NODE, f"node {n!r}") for n, p in mapping_of({} if nodes is None else nodes, "nodes").items()},
            "edges": [_words.checked_edge(edge, f"edges[{i}]") for i, edge in enumerate(sequence_of(edges, "edges", "mappings"))],
            "inputs": _words.input_columns(inputs),
        }
        self._fitted: list[tuple[str, str, str]] = []  # what fits changed, see with_fitted_numbers
        self._network = _engine.build_network(self._recipe)

    @classmethod
    def load(cls, path: Any) -> Network:
        """The network of a file (.toml).

        `run` then has its inputs, records and options as defaults, `fit` its table [fit].

        Parameters
        ----------
        path : path_like
            A network file (docs/network.md).

        Raises
        ------
        InputError
            With file, line and column.
        """
        self = cls.__new__(cls)
        self._recipe = os.path.abspath(path_text(path))
        self._fitted = []
        self._network = _engine.read_network(self._recipe)
        return self

    def __getstate__(self) -> Any:
        numbers = [
            (kind, first, second, self._network.parameter(first) if kind == "parameter"
             else self._network.weights(*((second, first) if kind == "readout" else (first, second))))
            for kind, first, second in self._fitted
        ]
        return {"recipe": self._recipe, "fitted": numbers}

    def __setstate__(self, state: Any) -> None:
        self._recipe = state["recipe"]
        self._fitted = [change[:3] for change in state["fitted"]]
        self._network = (_engine.read_network if isinstance(self._recipe, str) else _engine.build_network)(
            self._recipe
        )
        if state["fitted"]:
            self._network = self._network.with_fitted_numbers(state["fitted"])

    @property
    def step(self) -> float:
        """dt, in `time_unit`."""
        return self._network.step

    @property
    def time_unit(self) -> str:
        """Unit of `step`, delays and times; empty: not known."""
        return self._network.time_unit

    @property
    def populations(self) -> dict[str, int]:
        """Numbers of units by name."""
        return dict(self._network.populations)

    @property
    def input_columns(self) -> int:
        """Columns of the inputs of a run."""
        return self._network.input_columns

    def run(
        self,
        inputs: Any = None,
        *,
        record: str | Sequence[str | Mapping[str, Any]] | None = None,
        state: NetworkState | None = None,
        progress: Progress = False,
        **options: Any,
    ) -> NetworkRun:
        """Runs the network: ``rheobase network run``, bit for bit.

        Parameters
        ----------
        inputs : array_like, T x columns, optional
            A row a step, held over it; one row: for all steps. The columns of every target of
            `inputs` in turn: one a unit, or the one that all its units share. Default: those of
            the file; its pulses and sines go on in time with `state`.
        record : sequence of str or mapping, optional
            Signals such as ``"exc.v"``, ``"exc.r"``, ``"exc.spike"``; or ``{"signal": "exc.v",
            "units": [0, 4], "mean": True, "averaged": True}``. Default: those of the file.
        state : NetworkState, optional
            Goes on from there (``run.state`` of an earlier run); it is not changed.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        **options
            Each one that is left out is that of the file, for a network that was loaded; else:
            steps : int
                Length of the run; default: the rows of the inputs.
            sampling, cutoff : int
                A sample every so many steps (1), from this step on (0).
            solver : {'euler', 'heun', 'rk4', 'exponential-euler', 'dopri5'}
                Method of integration.
            spikes : bool
                Record all spikes.
            seed, trial : int
                Of noise.
            tolerance, longest_step : float
                Of dopri5.
            most_substeps : int
                Of dopri5: its steps within one of the network, after which it gives up (100000).

        Returns
        -------
        NetworkRun
            Records, spikes and the state at the end.

        Raises
        ------
        InputError
            For inputs and options that do not fit, or a network that diverges.

        Warns
        -----
        UserWarning
            Where the step is longer than a time constant or does not resolve spikes, for edges
            without any weight, and for records with values that are not finite.

        Notes
        -----
        Source of the solvers: docs/network.md.
        """
        with progress_function(progress, "running") as report:
            facts, after = self._network.run(
                inputs, _numbers_of(state), _words.records(record), options, report
            )
        for note in facts["notes"]:
            warnings.warn(note, stacklevel=2)
        return NetworkRun(facts, NetworkState(self, after))

    def weights(self, source: str, target: str) -> np.ndarray:
        """Weights of an edge, target x source.

        Parameters
        ----------
        source, target : str
            Its signal and its input: ``"rnn.r"``, ``"rnn.r_in"``.

        Raises
        ------
        InputError
            For an edge that the network does not have.
        """
        return self._network.weights(text(source, "source"), text(target, "target"))

    def fit(
        self,
        method: str | None = None,
        inputs: Any = None,
        targets: Any = None,
        *,
        source: str | None = None,
        target: str | None = None,
        readout: str | None = None,
        output: str | None = None,
        edges: Sequence[tuple[str, str] | Mapping[str, Any]] | None = None,
        parameters: str | Sequence[str] | None = None,
        state: NetworkState | None = None,
        progress: Progress = False,
        **options: Any,
    ) -> NetworkFit:
        """Fits weights to targets: ``rheobase network fit``, bit for bit. This network stays as it is.

        Parameters
        ----------
        method : {'ridge', 'rls', 'bptt'}, optional
            Ridge regression of a readout that is appended; recursive least squares on one edge while
            the network runs; gradients backwards through time. Default: the table [fit] of the file,
            for a network that was loaded, with all that it says; further arguments replace parts of it.
        inputs : array_like, T x columns, or a list of such, optional
            A trial each; one row: for all steps. Default: those of the file, or none.
        targets : array_like, T x outputs, or a list of such
            As many trials as inputs.
        source : str
            Signal that is read: ``"rnn.v"`` (ridge, rls).
        target : str
            Function node at the end of the edge that learns (rls); ``"readout"``.
        readout : str
            Name of the node that is appended (ridge); ``"readout"``.
        output : str
            Signal that is compared with the targets (bptt).
        edges : sequence of (source, target), or of mappings with ``masked``
            Edges that learn; with ``masked`` weights of 0 stay 0 (bptt).
        parameters : sequence of str
            ``"rnn.k"``: parameters that learn (bptt).
        state : NetworkState, optional
            Where the first trial begins.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).
        **options
            alpha : float
                Penalty of ridge (1e-4); P(0) of rls (1).
            sampling, cutoff : int
                Of ridge: steps between samples (1), steps left out at the beginning (0).
            forgetting : float
                Of rls (1).
            update_steps, epochs : int
                Steps between two updates (rls 1; bptt 0, once at the end); passes over all trials (1).
            continuing : bool
                The state goes on from trial to trial.
            seed, trial : int
                Of noise (ridge, rls); every pass over a trial has the noise of the next number. Default:
                those of the table [run] of the file, else 1 and 0.
            loss : {'mse', 'l1', 'negative_log'}
                Of bptt.
            optimiser : {'sgd', 'adam', 'adamw'}
                Of bptt, with learning_rate, beta1, beta2, epsilon, weight_decay.
            surrogate_slope : float
                Of spikes in bptt (1).

        Returns
        -------
        NetworkFit
            The fitted network, the losses, the state after the last trial.

        Raises
        ------
        InputError
            For unknown names, shapes that do not fit, or a network that diverges.

        Notes
        -----
        Sources of the methods: docs/network.md.
        """
        names = {
            "source": source,
            "target": target,
            "readout": readout,
            "output": output,
            "edges": None if edges is None else _words.trained_edges(edges),
            "parameters": None if parameters is None else names_of(parameters, "parameters"),
        }
        if method is not None:
            one_of(text(method, "method"), "method", ("ridge", "rls", "bptt"))
        needed = {"ridge": "source", "rls": "source", "bptt": "output"}.get(method or "")
        if needed is not None and names[needed] is None:
            raise input_error(needed, "nothing", f"must name a signal, such as 'rnn.r': {method} needs it")
        with progress_function(progress, "fitting") as report:
            fitted, losses, r_squared, after, changed = self._network.fit(
                method, None if inputs is None else _words.trials(inputs),
                None if targets is None else _words.target_trials(targets), names, _numbers_of(state),
                options, report,
            )
        network = Network.__new__(Network)
        network._recipe = self._recipe
        network._fitted = self._fitted + [change for change in changed if change not in self._fitted]
        network._network = fitted
        return NetworkFit(network, losses, r_squared, NetworkState(network, after))

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("step", f"{self.step:g} {self.time_unit}".strip())]
        rows += [(name, f"{size} units") for name, size in self.populations.items()]
        rows += [("edge", name) for name in self._network.edges[:12]]
        rows.append(("inputs", f"{self.input_columns} columns"))
        return rows
