"""How results look: one screen of text, and the same as a table in a notebook."""

from __future__ import annotations

import dataclasses
import html
import textwrap
from typing import Any

import numpy as np


_COLUMNS = 100


def shape_text(array: Any) -> str:
    """``"200 x 200"``."""
    if array.ndim == 1:
        return f"{len(array)} values"
    return " x ".join(str(extent) for extent in array.shape)


def percent(fraction: float) -> str:
    """``"98.0 %"``."""
    return f"{100 * fraction:.1f} %"


def read_only(value: Any) -> Any:
    """`value`, whose arrays cannot be written to any more, inside of lists and mappings neither."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif isinstance(value, (list, tuple)):
        for one in value:
            read_only(one)
    elif isinstance(value, dict):
        for one in value.values():
            read_only(one)
    return value


class Shown:
    """A result that says what it is: subclasses give the lines of a small table."""

    def __setstate__(self, state: Any) -> None:
        """What was pickled; arrays come back writable otherwise."""
        self.__dict__.update(read_only(state))

    def _title(self) -> str:
        return type(self).__name__

    def _rows(self) -> list[tuple[str, str]]:
        raise NotImplementedError

    def __repr__(self) -> str:
        rows = self._rows()
        width = max(len(name) for name, _ in rows)
        indent = " " * (width + 4)
        lines = [
            textwrap.fill(f"  {name:<{width}}  {text}", _COLUMNS, subsequent_indent=indent)
            for name, text in rows
        ]
        return "\n".join([self._title(), *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(name)}</th>"
            f"<td style='text-align:left'>{html.escape(text)}</td></tr>"
            for name, text in self._rows()
        )
        return f"<table><caption>{html.escape(self._title())}</caption>{rows}</table>"


class Measure(Shown):
    """A result that shows its numbers, and of arrays the shape; the arrays are read-only."""

    def __post_init__(self) -> None:
        read_only(self.__dict__)

    def _rows(self) -> list[tuple[str, str]]:
        rows = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                text = shape_text(value)
            elif isinstance(value, float):
                text = f"{value:.4g}"
            elif isinstance(value, (list, tuple)) and any(isinstance(one, np.ndarray) for one in value):
                text = ", ".join(shape_text(one) for one in value)
            elif isinstance(value, (list, tuple)) and len(value) > 8:
                text = f"{len(value)} entries"
            else:
                text = str(value)
            rows.append((field.name, text))
        return rows
