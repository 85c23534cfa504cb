"""Checks of arguments that Python itself looks at."""

from __future__ import annotations

import operator
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine
from ._errors import input_error


def whole_number(value: Any, argument: str, least: int, most: int | None = None) -> int:
    """The integer that `value` is, within a range."""
    required = f"must be an integer, at least {least}" if most is None else f"must be within {least} ... {most}"
    try:
        number = operator.index(value)
    except TypeError:
        raise input_error(argument, repr(value)[:60], required) from None
    if isinstance(value, (bool, np.bool_)) or number < least or number > (2**31 - 1 if most is None else most):
        raise input_error(argument, repr(value), required)
    return number


def number(value: Any, argument: str, *, above: float | None = None, least: float | None = None,
           most: float | None = None) -> float:
    """The finite real number that `value` is, within bounds."""
    kinds = (int, float, np.integer, np.floating)
    fits = isinstance(value, kinds) and not isinstance(value, (bool, np.timedelta64)) and abs(value) <= sys.float_info.max
    bounds = [word for word, bound in ((f"above {above}", above), (f"at least {least}", least), (f"at most {most}", most))
              if bound is not None]
    if not fits or (above is not None and value <= above) or (least is not None and value < least) or (
            most is not None and value > most):
        raise input_error(argument, repr(value)[:60], ", ".join(["must be a finite number", *bounds]))
    return float(value)


def one_of(value: Any, argument: str, words: Sequence[str]) -> Any:
    """`value`, where it is one of these words or None."""
    if value is not None and (not isinstance(value, str) or value not in words):
        raise input_error(argument, repr(value)[:60], f"must be one of {', '.join(words)}")
    return value


def text(value: Any, argument: str) -> str:
    """`value`, where it is a text."""
    if not isinstance(value, str):
        raise input_error(argument, repr(value)[:60], "must be a text")
    return value


def sequence_of(value: Any, argument: str, what: str) -> list[Any]:
    """The members of a sequence."""
    if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
        raise input_error(argument, repr(value)[:60], f"must be a sequence of {what}")
    try:
        return list(value)
    except TypeError:  # an array of no dimension
        raise input_error(argument, repr(value)[:60], f"must be a sequence of {what}") from None


def names_of(value: Any, argument: str) -> list[str]:
    """A name, or a sequence of names."""
    if isinstance(value, str):
        return [value]
    return [text(one, argument) for one in sequence_of(value, argument, "names")]


def window_of(value: Any, argument: str) -> tuple[float, float]:
    """A start and an end in ms."""
    ends = sequence_of(value, argument, "two times in ms")
    if len(ends) != 2:
        raise input_error(argument, repr(value)[:60], "must be a start and an end in ms")
    return number(ends[0], argument), number(ends[1], argument)


def windows_of(value: Any, argument: str) -> list[tuple[float, float]]:
    """Several of them."""
    return [window_of(one, argument) for one in sequence_of(value, argument, "windows (start, end) in ms")]


def dimensions(values: Any, argument: str) -> int:
    """Number of axes of what NumPy makes an array of."""
    try:
        return int(values.ndim if hasattr(values, "detach") else np.ndim(values))
    except ValueError:
        raise input_error(argument, "a ragged sequence", "must be an array of numbers") from None


def truth(value: Any, argument: str) -> bool:
    """The truth that `value` is."""
    if not isinstance(value, (bool, np.bool_)):
        raise input_error(argument, repr(value)[:60], "must be True or False")
    return bool(value)


def sample_count(duration_ms: Any, step_ms: Any) -> int:
    """Steps that begin within a duration."""
    for name, value in (("duration_ms", duration_ms), ("step_ms", step_ms)):
        number(value, name, above=0.0, most=1e12)
    if duration_ms > 2**31 * float(step_ms):
        raise input_error("step_ms", repr(step_ms), f"must leave at most 2**31 samples of {duration_ms:g} ms")
    return int(np.ceil(duration_ms / step_ms - 1e-9))


def require_memory(array: np.ndarray, argument: str) -> None:
    """Refuses an array whose numbers do not fit into memory: views may be of any size."""
    _engine.require_memory(8.0 * array.size, argument, f"{array.dtype} of shape {array.shape}")


def truths(values: Any, argument: str) -> np.ndarray:
    """One-dimensional truths, or 0 and 1."""
    array = unmasked(values, argument)
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise input_error(argument, f"{array.dtype} of shape {array.shape}", "must be truths of shape (trials,)")
    require_memory(array, argument)
    if not np.all((array == 0) | (array == 1)):
        raise input_error(argument, "other numbers than 0 and 1", "must be truths of shape (trials,)")
    return array


def mapping_of(value: Any, argument: str) -> Mapping[str, Any]:
    """`value`, where it is a mapping with names as keys."""
    if not isinstance(value, Mapping):
        raise input_error(argument, f"a {type(value).__name__}", "must be a mapping")
    for key in value:
        if not isinstance(key, str):
            raise input_error(argument, f"the key {key!r}"[:60], "must have names as keys")
    return value


def named_arrays(values: Any, argument: str) -> list[tuple[str, Any]]:
    """Names and arrays of a mapping."""
    return list(mapping_of(values, argument).items())


def refuse_masked(values: Any, argument: str) -> None:
    """np.asarray() would show the values under a mask all the same."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise input_error(
            argument, f"{np.ma.count_masked(values)} masked values",
            "must have none: filled(number) puts one in their place, in targets nan where nothing "
            "is scored",
        )


def unmasked(values: Any, argument: str) -> np.ndarray:
    """An array of them."""
    refuse_masked(values, argument)
    try:
        return np.asarray(values)
    except (TypeError, ValueError):
        raise input_error(argument, "a ragged sequence", "must be an array of numbers") from None
    except RuntimeError:  # of a tensor that takes part in gradients
        raise input_error(argument, f"a {type(values).__name__} that is no array",
                          "must be an array of numbers: tensor.detach() is one") from None


def require_different(names: Sequence[str], argument: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise input_error(
                argument, f"{names.count(name)} times {name!r}", "must have names that differ"
            )
