"""Networks trained in PyTorch. torch itself is not imported: what behaves like its tensors will do."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ._checks import mapping_of, number, one_of, require_memory
from ._errors import input_error
from .models import RateModel

# Names of recurrent weights, of the input weights and biases beside them (all of which are summed), and
# whether the names are those of nn.RNN and nn.RNNCell.
_BIASES = ("b_rec", "bias", "b")
_LAYERS: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    "weight_hh_l0": (("weight_ih_l0",), ("bias_ih_l0", "bias_hh_l0"), True),
    "weight_hh": (("weight_ih",), ("bias_ih", "bias_hh"), True),
    "h2h.weight": (("input2h.weight",), ("input2h.bias", "h2h.bias"), False),
    "w_rec.weight": (("w_in.weight",), ("w_in.bias", "w_rec.bias"), False),
    "w_hh.weight": (("w_ih.weight", "w_in.weight"), ("w_ih.bias", "w_in.bias", "w_hh.bias"), False),
    "w_rec": (("w_in", "W_in"), _BIASES, False),
    "W_rec": (("w_in", "W_in"), _BIASES, False),
    "w_hh": (("w_ih", "w_in"), _BIASES, False),
}
_READOUT = ("w_out", "W_out", "w_out.weight", "fc.weight", "out.weight", "readout.weight", "linear.weight",
            "output.weight", "decoder.weight", "h2o.weight")
_READOUT_BIASES = ("b_out", "w_out.bias", "fc.bias", "out.bias", "readout.bias", "linear.bias", "output.bias",
                   "decoder.bias", "h2o.bias")
_MODES = {"RNN_TANH": "tanh", "RNN_RELU": "relu"}


class _Layer(NamedTuple):
    """The recurrent layer of a state_dict."""

    prefix: str
    kind: str
    w: np.ndarray
    w_in: np.ndarray
    bias: np.ndarray
    used: set[str]

    @property
    def plain(self) -> bool:
        return _LAYERS[self.kind][2]


def _array(tensor: Any, name: str) -> np.ndarray:
    """A tensor's numbers, wherever it lives."""
    for step in ("detach", "cpu"):
        if hasattr(tensor, step):
            tensor = getattr(tensor, step)()
    try:
        array = np.asarray(tensor)
    except (TypeError, ValueError):  # ragged, or of a type that NumPy lacks, such as bfloat16
        raise input_error(name, f"a {type(tensor).__name__}",
                          "must be numbers that NumPy has: tensor.float() makes them") from None
    if array.dtype.kind not in "biuf":
        raise input_error(name, f"{array.dtype} of shape {array.shape}", "must be real numbers")
    require_memory(array, name)
    return np.asarray(array, dtype=float)


def _ends_in(state: Mapping[str, Any], names: tuple[str, ...]) -> list[str]:
    """The entries of these names, or whose names end in one after a dot."""
    return [key for key in state for name in names if key == name or key.endswith("." + name)]


def _only(state: Mapping[str, Any], names: tuple[str, ...], what: str) -> str | None:
    found = _ends_in(state, names)
    if len(found) > 1:
        raise input_error("source", f"several {what}: {', '.join(found)}", "must hold one: leave the others out")
    return found[0] if found else None


def _refuse_more_layers(state: Mapping[str, Any]) -> None:
    for key in state:
        if "weight_hh_l" in key and not key.endswith("weight_hh_l0"):
            kind = "a layer in both directions" if key.endswith("_reverse") else "a second layer"
            raise input_error("source", f"{kind}: {key}", "must be one recurrent layer in one direction")


def _layer_of(state: Mapping[str, Any]) -> _Layer:
    """The one recurrent layer, whatever module it is in."""
    _refuse_more_layers(state)
    key = _only(state, tuple(_LAYERS), "recurrent layers")
    if key is None:
        raise input_error("source", ", ".join(state) or "no entry",
                          f"must hold recurrent weights under one of {', '.join(_LAYERS)}, with or without a prefix; "
                          "give them one of these names, or make a RateModel of the arrays")
    kind = next(kind for kind in _LAYERS if key == kind or key.endswith("." + kind))
    prefix = key[: len(key) - len(kind)]
    w = _array(state[key], key)
    if w.ndim != 2 or w.shape[0] != w.shape[1]:
        raise input_error("source", f"recurrent weights {key} of shape {w.shape}",
                          "must be (N, N): gated layers (LSTM, GRU) are none")
    inputs, biases, _ = _LAYERS[kind]
    w_in = next((prefix + name for name in inputs if prefix + name in state), None) or _only(
        state, inputs, "input weights")
    if w_in is None:
        raise input_error("source", ", ".join(state),
                          f"must hold input weights under {' or '.join(prefix + name for name in inputs)}")
    present = [prefix + name for name in biases if prefix + name in state]
    bias = np.zeros(len(w))
    for name in present:
        one = _array(state[name], name)
        if one.shape != bias.shape:
            raise input_error("source", f"{name} of shape {one.shape}", f"must be of shape {bias.shape}")
        bias = bias + one
    inputs_of = _array(state[w_in], w_in)
    if inputs_of.ndim == 1:
        inputs_of = inputs_of[:, np.newaxis]
    if inputs_of.ndim != 2 or len(inputs_of) != len(w):
        raise input_error("source", f"{w_in} of shape {inputs_of.shape}", f"must be of shape ({len(w)}, inputs)")
    return _Layer(prefix, kind, w, inputs_of, bias, {key, w_in, *present})


def _nonlinearity(source: Any, layer: _Layer) -> str | None:
    """What the layer's own module says, wherever it sits; None where it says nothing."""
    module = source
    for part in layer.prefix.split(".")[:-1]:
        module = getattr(module, part, None)
    said = getattr(module, "nonlinearity", None)
    return said if isinstance(said, str) else _MODES.get(getattr(module, "mode", None) or "")


def _activation(source: Any, layer: _Layer, given: str | None, state: str) -> str:
    said = None if isinstance(source, Mapping) or not layer.plain else _nonlinearity(source, layer)
    if given is not None:
        if said is not None and given != said:
            raise input_error("activation", repr(given), f"must be {said!r}, the module's own, or be left out")
        return given
    if said is None:
        what = "state_dict" if isinstance(source, Mapping) else "module"
        raise input_error("activation", f"nothing, and a {what} that does not say it",
                          "must be given: 'relu'" + (" where the state is the rate" if state == "rate" else
                                                     " or 'tanh'" if layer.plain else ", 'tanh' or another of RateModel's"))
    return said


def _rows(values: np.ndarray, name: str, units: int) -> np.ndarray:
    rows = np.atleast_2d(values)
    if rows.ndim != 2 or rows.shape[1] != units:
        raise input_error(name, f"shape {values.shape}", f"must be of shape (outputs, {units})")
    return rows


def _readout(state: Mapping[str, Any], w_out: Any, b_out: Any, layer: _Layer, used: set[str]) -> tuple[np.ndarray, Any]:
    """Weights and bias; where weights are given the bias of the state_dict is not theirs."""
    units = len(layer.w)
    given_bias = None if b_out is None else _array(b_out, "b_out")
    if w_out is not None:
        weights = _array(w_out, "w_out")
        used.update(key for key in state if key not in used and any(
            given is not None and np.array_equal(_array(state[key], key), given) for given in (weights, given_bias)))
        return _rows(weights, "w_out", units), given_bias
    key = _only(state, _READOUT, "readouts")
    if key is None:
        raise input_error("w_out", f"nothing, and a state_dict with {', '.join(state)}",
                          f"must be given, or be in it under one of {', '.join(_READOUT)}")
    used.add(key)
    bias = _only(state, _READOUT_BIASES, "biases of readouts")
    used.update(() if bias is None else (bias,))
    if given_bias is None and bias is not None:
        given_bias = _array(state[bias], bias)
    return _rows(_array(state[key], key), key, units), given_bias


def _warn_of_rest(state: Mapping[str, Any], used: set[str]) -> None:
    """A network that has more than is read is another one than torch runs."""
    rest = [key for key in state if key not in used]
    if rest:
        warnings.warn(f"from_torch() does not read {', '.join(rest)}: what they do is not in the network", stacklevel=3)


def _leak(alpha: Any, dt_ms: float | None, tau_ms: Any, plain: bool, units: int) -> tuple[np.ndarray, float]:
    """alpha of every unit, and the step in ms."""
    step = 5.0 if dt_ms is None else number(dt_ms, "dt_ms", above=0.0)
    if plain and not (alpha is None and tau_ms is None):
        raise input_error("alpha" if tau_ms is None else "tau_ms", "an nn.RNN, which has no leak",
                          "must be left out; where your own loop has one, state='current' or 'rate' says of what")
    if alpha is None and tau_ms is None:
        if not plain:
            raise input_error("alpha", "nothing", "must be given for a continuous-time network: "
                               "alpha = dt / tau, or dt_ms and tau_ms")
        leak = np.ones(units)
    elif alpha is not None and tau_ms is not None:
        raise input_error("alpha", "tau_ms beside it", "must be given alone")
    else:
        name = "alpha" if tau_ms is None else "tau_ms"
        given = _array(alpha if tau_ms is None else tau_ms, name)
        if given.shape not in ((), (units,)):
            raise input_error(name, f"shape {given.shape}", f"must be one number, or of shape ({units},)")
        if tau_ms is not None and not np.all(given >= step):
            raise input_error(name, f"{given.min():g}", f"must be at least a step, dt_ms = {step:g}, in ms")
        leak = np.broadcast_to(given if tau_ms is None else step / given, (units,))
    if not np.all((leak > 0) & (leak <= 1)):
        raise input_error("alpha", f"{leak[~((leak > 0) & (leak <= 1))][0]:g}", "must be above 0, up to 1")
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
        nn.RNN or nn.RNNCell with a linear readout (in one module, however deep, or the readout
        given as `w_out`), or a continuous-time network with input2h, h2h and fc, or w_in, w_rec and
        w_out (layers, or arrays with the bias b_rec, bias or b); with or without a prefix such as
        ``"rnn."``. Biases of input and recurrent weights are summed; ``batch_first`` makes no
        difference. torch itself is not imported: any mapping of names to arrays will do.
    activation : str, optional
        Must be given where it is not known: only a module with nn.RNN or nn.RNNCell says it.
    alpha : float or array_like, N, optional
        dt / tau of a continuous-time network; nn.RNN has none.
    dt_ms : float
        Step in ms, default 5; a trial's duration follows from it, nothing else.
    tau_ms : float or array_like, N, optional
        In place of `alpha`, at least `dt_ms`.
    state : {'current', 'rate'}, optional
        What the leak is of. ``'current'``: x = (1 - a) x + a (W phi(x) + W_in u + b);
        ``'rate'``: r = (1 - a) r + a relu(W r + W_in u + b), which becomes 2 N rectified units,
        exactly, without noise. Default: ``'rate'`` for names input2h and h2h, else ``'current'``.
    w_out, b_out : array_like, optional
        Readout, outputs x N and outputs, where the source has none.
    noise : float
        Standard deviation of the noise of a step. 0 where a network becomes 2 N units: every unit
        of a network has the same noise, and N of these only keep rates of the step before.

    Returns
    -------
    RateModel
        Its output column i is PyTorch's output at time i, from a state of 0.

    Raises
    ------
    InputError
        For weights under other names (the message lists those that are known), several recurrent
        layers, gated ones, both directions, an `activation` that is not the module's or not known, a
        leak of nn.RNN, a state of rates that are not rectified, or noise of one that becomes 2 N units.

    Warns
    -----
    UserWarning
        Names the entries that are not read, such as a layer before the recurrent one.

    Notes
    -----
    Sources: docs/rate-networks.md; Yang & Wang, Neuron 107:1048 (2020), continuous-time networks.
    """
    if isinstance(source, type):
        raise input_error("source", f"the class {source.__name__}", "must be a module, an object of the class, or a state_dict")
    entries = source.state_dict() if hasattr(source, "state_dict") else source
    if not isinstance(entries, Mapping):
        raise input_error("source", f"a {type(source).__name__}", "must be a module or a state_dict")
    mapping_of(entries, "source")
    layer = _layer_of(entries)
    units = len(layer.w)
    used = set(layer.used)
    readout, bias_out = _readout(entries, w_out, b_out, layer, used)
    given_state = one_of(state, "state", ("current", "rate"))
    state = given_state or ("rate" if layer.kind == "h2h.weight" else "current")
    activation = _activation(source, layer, activation, state)
    leak, step = _leak(alpha, dt_ms, tau_ms, layer.plain and given_state is None, units)
    network = {"w": layer.w, "w_in": layer.w_in, "bias": layer.bias, "w_out": readout, "alpha": leak}
    if state == "rate" and not np.all(leak == 1):
        if activation != "relu":
            raise input_error("activation", repr(activation),
                              "must be 'relu' where the state is the rate: others have no "
                              "equivalent network whose state is the current")
        if number(noise, "noise", least=0.0) > 0.0:
            raise input_error("noise", f"{noise:g}",
                              "must be 0 where the state is the rate and alpha below 1: N of the 2 N units only "
                              "keep rates of the step before, and would have the noise, too")
        network = _rate_state(layer.w, layer.w_in, layer.bias, readout, leak)
    model = RateModel(
        w=network["w"], w_in=network["w_in"], w_out=network["w_out"], bias=network["bias"],
        b_out=bias_out, tau_ms=step / network["alpha"], step_ms=step, activation=activation,
        noise=noise,
    )
    _warn_of_rest(entries, used)
    return model
