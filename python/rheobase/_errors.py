"""Errors of arguments that Python itself looks at."""

from __future__ import annotations

from . import _engine


def input_error(argument: str, found: str, required: str) -> _engine.InputError:
    """An InputError with its three parts."""
    error = _engine.InputError(f"{argument}: found {found}; {required}")
    error.argument, error.found, error.required = argument, found, required
    return error
