"""Rate networks."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from . import _engine
from ._checks import text, truth
from ._display import Shown, percent, read_only
from ._errors import input_error
from ._pickling import model_contents, path_text
from ._progress import Progress, progress_function


class RateRun(Shown):
    """What a rate network did in one trial, or in many.

    Attributes
    ----------
    x, r : ndarray, N x T (x trials)
        Synaptic currents and rates.
    output : ndarray, outputs x (T - 1) (x trials)
        Readout; column i belongs to step i + 1.
    step_ms : float
        Duration of a step in ms.
    """

    def __init__(self, x: np.ndarray, r: np.ndarray, output: np.ndarray, step_ms: float) -> None:
        self.x = x
        self.r = r
        self.output = output
        self.step_ms = step_ms

    @property
    def time_ms(self) -> np.ndarray:
        """Times of the columns of `x` and `r` in ms, T values; the output's are those but 0."""
        return self.step_ms * np.arange(self.r.shape[1])

    def _rows(self) -> list[tuple[str, str]]:
        trials = self.r.shape[2] if self.r.ndim == 3 else 1
        return [
            ("units", str(self.r.shape[0])),
            ("time", f"{self.r.shape[1]} steps of {self.step_ms:g} ms"),
            ("trials", str(trials)),
            ("mean rate", f"{self.r.mean():.3g}"),
        ]


class RateModel(Shown):
    """A rate network, whatever made it.

    tau dx/dt = -x + W r + W_in u + b (+ noise), r = phi(x), z = W_out r + b_out, in Euler steps.

    Parameters
    ----------
    w : array_like, N x N
        Recurrent weights, row = postsynaptic, column = presynaptic unit; as they act, or without
        signs where `signs` are given.
    w_in : array_like, N x inputs
        Input weights.
    w_out : array_like, outputs x N
        Readout weights; N numbers are one output.
    tau_ms : float or array_like, N
        Time constants in ms, not shorter than the step.
    activation : {'sigmoid', 'softplus', 'clipped_relu', 'relu', 'tanh'}
        Transfer function phi.
    step_ms : float
        Euler step in ms.
    bias, b_out : float or array_like, optional
        Of the units, N, and of the outputs; default 0.
    signs : array_like, N, optional
        1 for excitatory, -1 for inhibitory units (Dale's principle).
    mask : array_like, N x N, optional
        Of 0 and 1: connections at 0 do not exist.
    noise : float
        Standard deviation of the noise that a step adds to x.

    Raises
    ------
    InputError
        Names the argument, what was found and what must hold.

    Notes
    -----
    Models do not change: their arrays are read-only views, without a copy. Source: the equations
    stand in docs/rate-networks.md.
    """

    def __init__(
        self,
        w: Any,
        w_in: Any,
        w_out: Any,
        tau_ms: Any,
        *,
        activation: str = "sigmoid",
        step_ms: float = 5.0,
        bias: Any = None,
        b_out: Any = None,
        signs: Any = None,
        mask: Any = None,
        noise: float = 0.0,
    ) -> None:
        text(activation, "activation")
        self._model = _engine.model_from(
            {
                "w": w, "w_in": w_in, "w_out": w_out, "tau_ms": tau_ms, "activation": activation,
                "step_ms": step_ms, "bias": bias, "b_out": b_out, "signs": signs, "mask": mask,
                "noise": noise,
            }
        )

    @classmethod
    def _of(cls, model: _engine.Model) -> Any:
        self = cls.__new__(cls)
        self._model = model
        return self

    @functools.cached_property
    def _mapped(self) -> _engine.MappedModel:
        return _engine.mapped_model(self._model)

    def __getstate__(self) -> dict[str, Any]:
        state = {name: value for name, value in self.__dict__.items() if name != "_mapped"}
        return {**state, "_model": model_contents(self._model)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(read_only(state))
        self._model = _engine.parse_model(state["_model"])

    @property
    def w(self) -> np.ndarray:
        """Recurrent weights as they act, N x N, row = postsynaptic unit."""
        return self._model.w

    @property
    def w_in(self) -> np.ndarray:
        """Input weights, N x inputs."""
        return self._model.w_in

    @property
    def w_out(self) -> np.ndarray:
        """Readout weights, outputs x N."""
        return self._model.w_out

    @property
    def w_initial(self) -> np.ndarray | None:
        """Recurrent weights before training, N x N; None where not known."""
        initial = self._model.w_initial
        return initial if initial.size else None

    @property
    def bias(self) -> np.ndarray:
        """Bias of the units, N."""
        return self._model.bias

    @property
    def b_out(self) -> np.ndarray:
        """Bias of the outputs, outputs."""
        return self._model.b_out

    @property
    def tau_ms(self) -> np.ndarray:
        """Time constants in ms, N."""
        return self._model.tau_ms

    @property
    def step_ms(self) -> float:
        """Euler step in ms."""
        return self._model.step_ms

    @property
    def activation(self) -> str:
        """Name of the transfer function."""
        return self._model.activation

    @property
    def noise(self) -> float:
        """Standard deviation of the noise of a step."""
        return self._model.noise

    @property
    def unit_types(self) -> np.ndarray:
        """``'E'``, ``'I'`` or ``'SOM'`` of every unit, N; ``'mixed'`` without Dale's principle."""
        return np.array(self._model.unit_types)

    @property
    def units(self) -> int:
        """Number of units N."""
        return self.w.shape[0]

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return self.w_in.shape[1]

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return self.w_out.shape[0]

    @property
    def task(self) -> str:
        """Name of the task it was trained on; empty where not known."""
        return self._model.task

    @property
    def losses(self) -> np.ndarray:
        """Loss of every training trial; empty where not known."""
        return self._model.losses

    @property
    def seed(self) -> int | None:
        """Seed of the training."""
        return self._model.seed

    @property
    def command(self) -> str:
        """What made the network, for the record."""
        return self._model.command

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that tell networks apart."""
        return self._model.fingerprint

    def run(
        self,
        u: Any,
        *,
        noise: float | None = None,
        seed: int = 1,
        trial: int = 0,
        threads: int = 0,
        progress: Progress = False,
    ) -> RateRun:
        """Runs the network over an input, in double precision.

        Parameters
        ----------
        u : array_like, inputs x T or inputs x T x trials
            Input, a column a step; the last column has no effect.
        noise : float, optional
            Standard deviation of the noise of a step, in place of the network's own.
        seed, trial : int
            Of the noise; trial k of many is number ``trial + k``.
        threads : int
            For many trials; 0: all there are. No influence on the result.
        progress : bool or callable
            A bar on standard error, or a function of (fraction, status).

        Returns
        -------
        RateRun
            With a third axis, trials, where the input has one.

        Raises
        ------
        InputError
            For an input of another shape, or numbers that leave the finite ones.
        """
        options = {"noise": noise, "seed": seed, "trial": trial, "threads": threads}
        with progress_function(progress, "running") as report:
            arrays = self._model.run(u, {k: v for k, v in options.items() if v is not None}, report)
        return RateRun(**arrays, step_ms=self.step_ms)

    def save(self, path: Any, *, level73: bool = False) -> None:
        """Writes a model file (docs/formats.md), which the command line, MATLAB and SciPy read.

        Parameters
        ----------
        path : path_like
            Ends in .mat; complete or not there at all.
        level73 : bool
            MATLAB's level 7.3 (HDF5) in place of level 5.
        """
        self._model.save(path_text(path), truth(level73, "level73"))

    def _title(self) -> str:
        return f"{type(self).__name__}, {self.units} units"

    def _rows(self) -> list[tuple[str, str]]:
        types = self.unit_types
        kinds = ", ".join(
            f"{(types == kind).sum()} {kind}" for kind in ("E", "I", "SOM", "mixed") if (types == kind).any()
        )
        taus = self.tau_ms
        span = f"{taus.min():.4g}" if taus.min() == taus.max() else f"{taus.min():.4g} to {taus.max():.4g}"
        rows = [
            ("units", kinds),
            ("inputs, outputs", f"{self.inputs}, {self.outputs}"),
            ("activation", self.activation),
            ("time constants", f"{span} ms, steps of {self.step_ms:g} ms"),
            ("connections", percent(np.count_nonzero(self.w) / self.w.size)),
        ]
        if self.task:
            rows.append(("task", self.task))
        if self._model.trials:
            accuracy = self._model.accuracy
            text = f"{self._model.trials} trials"
            rows.append(("training", text if accuracy < 0 else f"{text}, accuracy {percent(accuracy)}"))
        return rows


def as_rate_model(model: Any, argument: str = "model") -> RateModel:
    """`model`, where it is a rate network. InputError that names the argument otherwise."""
    if isinstance(model, RateModel):
        return model
    raise input_error(argument, f"a {type(model).__name__}", "must be a RateModel or what convert() returns")
