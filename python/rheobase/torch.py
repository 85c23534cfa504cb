"""Networks trained in PyTorch. torch itself is not imported: what behaves like its tensors will do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ._checks import require_memory
from ._errors import input_error
from .models import RateModel

_RECURRENT = ("weight_hh_l0", "h2h.weight", "w_rec", "W_rec", "weight_hh", "w_hh")
_INPUT = ("weight_ih_l0", "input2h.weight", "w_in", "W_in", "weight_ih", "w_ih")
_READOUT = ("w_out", "W_out", "fc.weight", "out.weight", "readout.weight", "linear.weight",
            "output.weight", "decoder.weight", "h2o.weight")
_BIASES = ("bias_ih_l0", "bias_hh_l0", "input2h.bias", "h2h.bias", "b_rec", "bias_ih", "bias_hh")
_READOUT_BIASES = ("b_out", "fc.bias", "out.bias", "readout.bias", "linear.bias", "output.bias",
                   "decoder.bias", "h2o.bias")


def _array(tensor: Any) -> np.ndarray:
    """A tensor's numbers, wherever it lives."""
    for step in ("detach", "cpu"):
        if hasattr(tensor, step):
            tensor = getattr(tensor, step)()
    array = np.asarray(tensor)
    require_memory(array, "state_dict")
    return np.asarray(array, dtype=float)


def _find(state: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The entry of one of these names, or of one that ends in it after a dot."""
    for name in names:
        found = [key for key in state if key == name or key.endswith("." + name)]
        if len(found) == 1:
            return _array(state[found[0]])
        if len(found) > 1:
            raise input_error("state_dict", f"several entries {', '.join(found)}",
                               "must hold one recurrent layer and one readout")
    return None


def _needed(state: Mapping[str, Any], names: tuple[str, ...], given: Any, argument: str) -> np.ndarray:
    found = _array(given) if given is not None else _find(state, names)
    if found is None:
        raise input_error(argument, f"a state_dict with {', '.join(state)}",
                           f"must be given, or be in it under one of {', '.join(names)}")
    return found


def _leak(alpha: Any, dt_ms: float | None, tau_ms: Any, plain: bool, units: int) -> tuple[np.ndarray, float]:
    """alpha of every unit, and the step in ms."""
    step = 5.0 if dt_ms is None else float(dt_ms)
    if alpha is None and tau_ms is None:
        if not plain:
            raise input_error("alpha", "nothing", "must be given for a continuous-time network: "
                               "alpha = dt / tau, or dt_ms and tau_ms")
        leak = np.ones(units)
    elif alpha is not None and tau_ms is not None:
        raise input_error("alpha", "tau_ms beside it", "must be given alone")
    else:
        leak = np.broadcast_to(_array(alpha) if alpha is not None else step / _array(tau_ms), (units,))
    if not np.all((leak > 0) & (leak <= 1)):
        raise input_error("alpha", f"{leak.min():g} to {leak.max():g}", "must be above 0, up to 1")
    return leak, step


def _rate_state(w: np.ndarray, w_in: np.ndarray, bias: np.ndarray, w_out: np.ndarray,
                leak: np.ndarray) -> dict[str, np.ndarray]:
    """r_n = (1 - a) r_{n-1} + a p_n, p_n = relu(W r_{n-1} + W_in u_{n-1} + b) of N units as 2 N
    rectified ones: p with a time constant of one step, and q_n = r_{n-1} = (1 - a) q_{n-1} +
    a p_{n-1}, so that r_n = (1 - a) q_n + a p_n."""
    units = len(w)
    r_of_p, r_of_q = np.diag(leak), np.diag(1 - leak)
    return {
        "w": np.block([[w @ r_of_p, w @ r_of_q], [np.eye(units), np.zeros((units, units))]]),
        "w_in": np.vstack([w_in, np.zeros_like(w_in)]),
        "bias": np.concatenate([bias, np.zeros(units)]),
        "w_out": np.hstack([w_out @ r_of_p, w_out @ r_of_q]),
        "alpha": np.concatenate([np.ones(units), leak]),
    }


def from_torch(
    source: Any,
    *,
    activation: str | None = None,
    alpha: Any = None,
    dt_ms: float | None = None,
    tau_ms: Any = None,
    state: str | None = None,
    w_out: Any = None,
    b_out: Any = None,
    noise: float = 0.0,
) -> RateModel:
    """A rate network from PyTorch: plain nn.RNN, or the usual continuous-time network.

    Parameters
    ----------
    source : Module or state_dict
        nn.RNN with a linear readout (in one module, or the readout given as `w_out`), or a
        continuous-time network with input2h, h2h and fc, or w_in, w_rec and w_out. torch itself
        is not imported: any mapping of names to arrays will do.
    activation : str, optional
        Default: that of an nn.RNN module, else ``'tanh'``; ``'relu'`` for networks whose state is
        the rate.
    alpha : float or array_like, N, optional
        dt / tau of a continuous-time network; nn.RNN has 1.
    dt_ms : float
        Step in ms, default 5; a trial's duration follows from it, nothing else.
    tau_ms : float or array_like, N, optional
        In place of `alpha`.
    state : {'current', 'rate'}, optional
        What the leak is of. ``'current'``: x = (1 - a) x + a (W phi(x) + W_in u + b);
        ``'rate'``: r = (1 - a) r + a relu(W r + W_in u + b), which becomes 2 N rectified units,
        exactly. Default: ``'rate'`` for names input2h and h2h, else ``'current'``.
    w_out, b_out : array_like, optional
        Readout, outputs x N and outputs, where the source has none.
    noise : float
        Standard deviation of the noise of a step.

    Returns
    -------
    RateModel
        Its output column i is PyTorch's output at time i, from a state of 0.

    Raises
    ------
    InputError
        For missing weights, several layers, or a state of rates that are not rectified.

    Notes
    -----
    Sources: docs/rate-networks.md; Yang & Wang, Neuron 107:1048 (2020), continuous-time networks.
    """
    entries = source.state_dict() if hasattr(source, "state_dict") else source
    if not isinstance(entries, Mapping):
        raise TypeError(f"from_torch() takes a module or a state_dict, not {type(source).__name__}")
    if any(name.endswith("_l1") for name in entries):
        raise input_error("state_dict", "a second layer", "must be one recurrent layer")
    w = _needed(entries, _RECURRENT, None, "state_dict")
    w_in = _needed(entries, _INPUT, None, "state_dict")
    units = len(w)
    if w.shape != (units, units):
        raise input_error("state_dict", f"recurrent weights of shape {w.shape}",
                           "must be (N, N): gated layers (LSTM, GRU) are none")
    readout = np.atleast_2d(_needed(entries, _READOUT, w_out, "w_out"))
    biases = [_find(entries, (name,)) for name in _BIASES]
    bias = sum((one for one in biases if one is not None), np.zeros(units))
    bias_out = _array(b_out) if b_out is not None else _find(entries, _READOUT_BIASES)
    plain = any(key.endswith("weight_hh_l0") for key in entries)
    if state is None:
        named = any(key.endswith("h2h.weight") for key in entries)
        state = "rate" if named else "current"
    if state not in ("current", "rate"):
        raise ValueError(f"state must be 'current' or 'rate', not {state!r}")
    if activation is None:
        activation = "relu" if state == "rate" else getattr(source, "nonlinearity", "tanh")
    leak, step = _leak(alpha, dt_ms, tau_ms, plain, units)
    network = {"w": w, "w_in": w_in, "bias": bias, "w_out": readout, "alpha": leak}
    if state == "rate" and not np.all(leak == 1):
        if activation != "relu":
            raise input_error("activation", repr(activation),
                               "must be 'relu' where the state is the rate: others have no "
                               "equivalent network whose state is the current")
        network = _rate_state(w, w_in, bias, readout, leak)
    return RateModel(
        w=network["w"], w_in=network["w_in"], w_out=network["w_out"], bias=network["bias"],
        b_out=bias_out, tau_ms=step / network["alpha"], step_ms=step, activation=activation,
        noise=noise,
    )
