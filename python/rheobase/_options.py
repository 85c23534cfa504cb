"""Keyword arguments that are options of the engine: their documentation, and a call as text."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable
from typing import Any, TypeVar

from . import _engine

Function = TypeVar("Function", bound=Callable[..., Any])


def _option_text(option: dict[str, Any]) -> str:
    words = ", ".join(repr(word) for word in option["words"])
    kind = f"{{{words}}}" if words else option["kind"]
    head = f"{option['keyword']} : {kind}, default {option['default']!r}"
    unit = f" Unit: {option['unit']}." if option["unit"] else ""
    allowed = f" Allowed: {option['range']}." if option["range"] else ""
    source = f" Source: {option['source']}." if option["source"] else ""
    text = _engine.in_python_words(option["help"]).rstrip(".") + "." + unit + allowed + source
    return head + "\n" + textwrap.indent(textwrap.fill(text, 92), "    ")


def with_options(function: str) -> Callable[[Function], Function]:
    """Puts the engine's options into the docstring of a function, in place of ``{options}``."""
    return option_texts(_engine.option_table(function))


def option_texts(options: list[dict[str, Any]]) -> Callable[[Function], Function]:
    """The same for a table of options."""

    def complete(target: Function) -> Function:
        table = "\n".join(_option_text(option) for option in options)
        doc = inspect.cleandoc(target.__doc__ or "")
        target.__doc__ = doc.replace("{options}", table)
        return target

    return complete


def call_text(function: str, *arguments: object, **options: object) -> str:
    """``rheobase.train('go-nogo', seed=1)``: what a file says of how it was made."""
    parts = [str(argument) for argument in arguments]
    for name, value in options.items():
        text = repr(value)
        parts.append(f"{name}={text if len(text) <= 60 else '...'}")
    return f"rheobase.{function}({', '.join(parts)})"
