"""Checks of arguments that Python itself looks at."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
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


def sample_count(duration_ms: Any, step_ms: Any) -> int:
    """Steps that begin within a duration."""
    for name, value in (("duration_ms", duration_ms), ("step_ms", step_ms)):
        number = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)
        if not number or not 0 < value < 1e12:
            raise input_error(name, repr(value)[:60], "must be a number above 0, in ms")
    count = int(np.ceil(duration_ms / step_ms - 1e-9))
    if count > 2**31:
        raise input_error("step_ms", repr(step_ms), f"must leave at most 2**31 samples of {duration_ms:g} ms")
    return count


def require_memory(array: np.ndarray, argument: str) -> None:
    """Refuses an array whose numbers do not fit into memory: views may be of any size."""
    _engine.require_memory(8.0 * array.size, argument, f"{array.dtype} of shape {array.shape}")


def truths(values: Any, argument: str) -> list[bool]:
    """One-dimensional truths, or 0 and 1."""
    try:
        array = unmasked(values, argument)
    except ValueError as error:
        if isinstance(error, _engine.InputError):
            raise
        raise input_error(argument, "a ragged sequence", "must be truths of shape (trials,)") from None
    if array.ndim != 1 or array.dtype.kind not in "biuf":
        raise input_error(argument, f"{array.dtype} of shape {array.shape}", "must be truths of shape (trials,)")
    require_memory(array, argument)
    if not np.all((array == 0) | (array == 1)):
        raise input_error(argument, "other numbers than 0 and 1", "must be truths of shape (trials,)")
    return [bool(one) for one in array]


def mapping_of(value: Any, argument: str) -> Mapping[str, Any]:
    """`value`, where it is a mapping with names as keys. TypeError otherwise."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{argument} must be a mapping, not {type(value).__name__}")
    for key in value:
        if not isinstance(key, str):
            raise TypeError(f"{argument} must have names as keys, not {key!r}")
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
    refuse_masked(values, argument)
    return np.asarray(values)


def require_different(names: Sequence[str], argument: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise input_error(
                argument, f"{names.count(name)} times {name!r}", "must have names that differ"
            )
