"""Checks of the words that describe a network, its records and its fits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ._checks import dimensions, mapping_of, names_of, sequence_of, text, whole_number
from ._errors import input_error

POPULATION = {"template", "equations", "size", "parameters", "initial", "noise"}
NODE = {"function", "size"}
EDGE = {"source", "target", "weights", "mask", "delay", "filter", "storage"}
RECORD = {"signal", "units", "mean", "averaged"}
TRAINED = {"source", "target", "masked"}

# Makers of weights: what each can have, and what it must, one of each group.
MAKERS: dict[str, tuple[set[str], list[tuple[str, ...]]]] = {
    "one_to_one": ({"weight"}, []),
    "normal": ({"gain", "standard_deviation", "seed"}, [("gain", "standard_deviation")]),
    "random": ({"probability", "weight", "normalised", "seed"}, [("probability",)]),
    "random_normal": ({"probability", "standard_deviation", "balanced", "seed"},
                      [("probability",), ("standard_deviation",)]),
    "gaussian": ({"weight", "standard_deviation", "ring", "cutoff"}, [("standard_deviation",)]),
}


def checked(description: Mapping[str, Any], known: set[str], where: str) -> dict[str, Any]:
    """The description, whose keys are known ones."""
    for key in mapping_of(description, where):
        if key not in known:
            raise input_error(where, f"the key {key!r}"[:60], f"can have {', '.join(sorted(known))}")
    return dict(description)


def checked_population(description: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A population; what it maps names to are dictionaries, as the engine takes them."""
    given = checked(description, POPULATION, where)
    for key in ("parameters", "initial", "noise"):
        if given.get(key) is not None:
            given[key] = dict(mapping_of(given[key], f"{where}: {key}"))
    return given


def checked_edge(edge: Mapping[str, Any], where: str) -> dict[str, Any]:
    """An edge; of a maker of weights (kinds are the engine's to know) the keys of its kind."""
    given = checked(edge, EDGE, where)
    weights = given.get("weights")
    if isinstance(weights, Mapping) and weights.get("kind") in MAKERS:
        known, needed = MAKERS[weights["kind"]]
        checked(weights, known | {"kind"}, f"{where}: weights of kind {weights['kind']!r}")
        for group in needed:
            found = [key for key in group if weights.get(key) is not None]
            if len(found) != 1:
                raise input_error(f"{where}: weights", " and ".join(found) or f"no {group[0]}",
                                  f"must have {' or '.join(group)}")
    return given


def input_columns(inputs: str | Iterable[str] | Mapping[str, int]) -> dict[str, int]:
    """Columns by target; 0: one a unit."""
    if isinstance(inputs, str):
        return {inputs: 0}
    if not isinstance(inputs, Mapping):
        return {name: 0 for name in names_of(inputs, "inputs")}
    mapping_of(inputs, "inputs")
    return {name: whole_number(count, f"inputs: {name}", 0) for name, count in inputs.items()}


def records(record: str | Mapping[str, Any] | Sequence[Any] | None) -> list[Any] | None:
    """What to record, one or several."""
    if record is None:
        return None
    several = ([record] if isinstance(record, (str, Mapping))
               else sequence_of(record, "record", "signals or mappings"))
    return [one if isinstance(one, str) else checked(one, RECORD, "a record") for one in several]


def trained_edges(edges: Sequence[Any]) -> list[dict[str, Any]]:
    """Edges that learn, as source and target."""
    found = []
    for edge in sequence_of(edges, "edges", "pairs (source, target) or mappings"):
        if isinstance(edge, Mapping):
            found.append(checked(edge, TRAINED, "edges"))
        elif not isinstance(edge, Sequence) or isinstance(edge, str) or len(edge) != 2:
            raise input_error("edges", repr(edge)[:60], "must be pairs (source, target) or mappings")
        else:
            found.append({"source": text(edge[0], "edges"), "target": text(edge[1], "edges")})
    return found


def trials(given: Any) -> list[Any]:
    """One array is one trial, but for a list of arrays."""
    several = isinstance(given, (list, tuple)) and len(given) > 0 and dimensions(given[0], "inputs") == 2
    return list(given) if several else [given]


def target_trials(given: Any) -> list[Any]:
    """The same of targets, which have a column an output."""
    several = trials(given)
    for one in several:
        if dimensions(one, "targets") == 1 and np.size(one) > 1:
            raise input_error("targets", f"shape ({np.size(one)},)",
                              "must be of shape (T, outputs): reshape(-1, 1) makes it one output")
    return several
