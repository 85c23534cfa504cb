"""Tasks that a class of Python makes: a part of `rheobase.tasks`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np

from ._checks import number, require_different, require_memory, unmasked, windows_of
from ._errors import input_error

STEP_MS = 5.0
_DRAWS = 10000


@dataclasses.dataclass(frozen=True)
class Trial:
    """One trial of a task.

    Attributes
    ----------
    input : ndarray, inputs x T
        What the network is given, a column a step.
    target : ndarray, outputs x T
        What its output should be; not-a-number where nothing is asked for. Column i belongs to
        the network's output at step i + 1.
    condition : int
        Index into the task's conditions.
    """

    input: np.ndarray
    target: np.ndarray
    condition: int = 0


class TaskClass(Protocol):
    """What a task of your own has to have; ``conditions``, ``step_ms`` and more are optional."""

    def trial(self, rng: np.random.Generator) -> Any:
        """A new trial from the numbers of `rng`: ``Trial``, or ``(input, target)``, or ``(input, target, condition)``."""

    def correct(self, trial: Trial, output: np.ndarray) -> bool:
        """Whether an `output` (outputs x (T - 1)) of the `trial` is right."""


class ClassAdapter:
    """What the engine calls of a task class, with one form of trial."""

    def __init__(self, source: TaskClass) -> None:
        if isinstance(source, type):
            raise input_error("task", f"the class {source.__name__}", f"must be an object of it: {source.__name__}()")
        for name in ("trial", "correct"):
            if not callable(getattr(source, name, None)):
                raise input_error("task", repr(source)[:60], f"must have a function {name}()")
        self._source = source
        first = self._checked(source.trial(np.random.default_rng(0)))
        self._conditions = self._checked_names(getattr(source, "conditions", None))
        step_ms = number(getattr(source, "step_ms", STEP_MS), "step_ms", above=0)
        windows = windows_of(getattr(source, "stimulus_ms", ()), "stimulus_ms")
        self._shape = (first.input.shape, first.target.shape)
        self.description = {
            "name": str(getattr(source, "name", type(source).__name__)),
            "help": (type(source).__doc__ or "a task of your own").strip().splitlines()[0],
            "inputs": first.input.shape[0],
            "outputs": first.target.shape[0],
            "steps": first.input.shape[1],
            "step_ms": step_ms,
            "conditions": self._conditions,
            "stimulus_steps": [
                (round(start / step_ms), round(end / step_ms)) for start, end in windows
            ],
        }

    @staticmethod
    def _checked_names(names: Any) -> tuple[str, ...]:
        if names is None:
            return ("trial",)
        if isinstance(names, str) or not isinstance(names, Iterable):
            raise input_error("conditions", repr(names), "must be a sequence of names")
        names = tuple(names)
        for name in names:
            if not isinstance(name, str) or not name:
                raise input_error("conditions", repr(name), "must be names, texts that are not empty")
        require_different(names, "conditions")
        return names or ("trial",)

    @staticmethod
    def _checked(made: Any) -> Trial:
        if not isinstance(made, Trial):
            if not isinstance(made, (tuple, list)) or len(made) not in (2, 3):
                raise input_error(
                    "trial()", f"a {type(made).__name__}",
                    "must return a Trial, (input, target) or (input, target, condition)",
                )
            made = Trial(*made)
        arrays = []
        for name in ("input", "target"):
            array = unmasked(getattr(made, name), f"trial().{name}")
            if array.ndim == 1:
                array = array[np.newaxis, :]
            if array.ndim != 2 or array.dtype.kind not in "biuf":
                raise input_error(
                    f"trial().{name}", f"{array.dtype} of shape {array.shape}",
                    "must be numbers, channels x T",
                )
            require_memory(array, f"trial().{name}")
            arrays.append(array.astype(float))
        if arrays[1].size and np.all(np.isnan(arrays[1])):
            raise input_error("trial().target", "nothing but not-a-number", "must hold a number to score")
        if arrays[0].shape[1] != arrays[1].shape[1] or arrays[0].shape[1] < 2:
            raise input_error(
                "trial().target", f"shape {arrays[1].shape}",
                f"must have the {arrays[0].shape[1]} columns of the input, at least 2",
            )
        return Trial(arrays[0], arrays[1], made.condition)

    def _index(self, condition: Any) -> int:
        if isinstance(condition, str):
            if condition in self._conditions:
                return self._conditions.index(condition)
        elif isinstance(condition, (int, np.integer)) and 0 <= condition < len(self._conditions):
            return int(condition)
        raise input_error(
            "trial().condition", repr(condition), f"must be one of {', '.join(self._conditions)}"
        )

    def make_trial(self, seeds: list[int], wanted: int | None) -> tuple[np.ndarray, np.ndarray, int]:
        """The trial of these `seeds`, of the condition that is `wanted` or of any."""
        rng = np.random.default_rng(seeds)
        for _ in range(_DRAWS):
            trial = self._checked(self._source.trial(rng))
            condition = self._index(trial.condition)
            if (trial.input.shape, trial.target.shape) != self._shape:
                raise input_error(
                    "trial()", f"shapes {trial.input.shape} and {trial.target.shape}",
                    f"must be {self._shape[0]} and {self._shape[1]}, as in the first trial",
                )
            if wanted is None or condition == wanted:
                return trial.input, trial.target, condition
        raise input_error(
            "condition", self._conditions[wanted or 0], f"must occur within {_DRAWS} trials"
        )

    def is_correct(
        self, u: np.ndarray, z: np.ndarray, condition: int, output: np.ndarray
    ) -> bool:
        """What the class says of an `output` of the trial with input `u`, target `z` and `condition`."""
        answer = self._source.correct(Trial(u, z, condition), output)
        if not isinstance(answer, (bool, np.bool_)):
            raise input_error("correct()", repr(answer), "must return True or False")
        return bool(answer)
