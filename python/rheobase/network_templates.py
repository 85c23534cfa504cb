"""Neuron templates of networks, and those of other programs: ``rheobase network templates``, ``import``."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from . import _engine
from ._checks import names_of
from ._display import Measure
from ._options import call_text
from ._pickling import path_text


@dataclasses.dataclass(frozen=True, repr=False)
class Template(Measure):
    """A neuron template that populations name.

    Attributes
    ----------
    name, help, source : str
        Its word, what it is, and where it comes from.
    equations : str
        In the language of docs/network.md.
    time_unit : str
        Unit of time of its parameters; empty: any.
    variables, parameters, outputs : list of dict
        ``name``, ``unit``, ``value`` (default) and ``help``.
    inputs : list of dict
        ``name``, ``unit``, ``help`` and ``event``: takes spikes, as jumps.
    spikes : bool
        Whether its units spike.
    """

    name: str
    help: str
    source: str
    equations: str
    time_unit: str
    variables: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    inputs: list[dict[str, Any]]
    outputs: list[dict[str, Any]]
    spikes: bool

    def _rows(self) -> list[tuple[str, str]]:
        rows = [("template", self.name), ("what", self.help), ("source", self.source)]
        for kind in ("variables", "parameters", "inputs", "outputs"):
            names = [f"{one['name']}{f' ({unit})' if (unit := one['unit']) else ''}" for one in getattr(self, kind)]
            rows.append((kind, ", ".join(names)))
        return rows


def templates() -> dict[str, Template]:
    """The neuron templates by name: what ``{"template": ...}`` of a population can be.

    Notes
    -----
    The sources are the templates' own.
    """
    return {one["name"]: Template(**one) for one in _engine.network_templates()}


@dataclasses.dataclass(frozen=True, repr=False)
class ImportedTemplates(Measure):
    """A network file that was made of other programs' templates.

    Attributes
    ----------
    path : str
        The file; `Network.load` reads it.
    imported : list of str
        Populations, one a template.
    left_out : list of str
        What does not fit, and why.
    """

    path: str
    imported: list[str]
    left_out: list[str]


def import_templates(
    path: Any, output: Any, *, templates: Sequence[str] = (), **options: Any
) -> ImportedTemplates:
    """Makes a network file of node and operator templates of RectiPy or PyRates.

    Parameters
    ----------
    path : path_like
        Templates (.yaml).
    output : path_like
        The network file (.toml), complete or not there at all.
    templates : sequence of str
        Names; none: all of the file.
    **options
        size : int
            Units of each population (1).
        step : float
            Of the network (0.001), in ``time_unit``: 'us', 'ms', 's', 'min', 'h' or not said.
        spike_variable : str
            A spike is where it crosses ``threshold`` (100); it is ``reset`` (-100) then.

    Returns
    -------
    ImportedTemplates
        With what was left out.

    Raises
    ------
    InputError
        For a file that cannot be read, and for named templates that do not fit.

    Notes
    -----
    The same equations as ``rheobase network import`` makes; docs/network.md.
    """
    names = names_of(templates, "templates")
    source, place = path_text(path), path_text(output)
    command = call_text("network.import_templates", repr(source), repr(place), **options)
    imported, left_out = _engine.import_network_templates(source, place, names, options, command)
    return ImportedTemplates(place, imported, left_out)
