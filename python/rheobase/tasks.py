"""Tasks: registered ones, trials of your own, and classes of your own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

import numpy as np

from . import _engine
from ._display import Shown
from ._pickling import path_text

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


class Task(Shown):
    """A task that networks are trained and tested on.

    Parameters
    ----------
    name : str
        A registered task; `Task.names` lists them.
    **parameters : float
        The task's parameters, such as ``interval=800`` of timing or ``delay=...``; an underscore
        stands for the hyphen of the command line. ``balanced=1``: conditions in turn.

    Raises
    ------
    InputError
        For an unknown task or parameter, or a value out of its range.

    Notes
    -----
    Sources of the tasks: the attribute `citation`. A trial is a function of the task, a seed and a
    number alone.
    """

    def __init__(self, name: str, /, **parameters: float) -> None:
        if not isinstance(name, str):
            raise TypeError(
                f"Task() takes the name of a task, not {type(name).__name__}; "
                "Task.from_class() takes an object with trial() and correct()"
            )
        self._task = _engine.named_task(name, parameters)
        self._recipe: tuple[Any, ...] = ("name", name, parameters)

    @classmethod
    def _made(cls, task: _engine.Task, recipe: tuple[Any, ...]) -> Task:
        self = cls.__new__(cls)
        self._task = task
        self._recipe = recipe
        return self

    @staticmethod
    def names() -> list[str]:
        """Names of the registered tasks."""
        return list(_engine.task_names())

    @classmethod
    def from_trials(
        cls,
        u: Any,
        z: Any,
        *,
        label: Sequence[Any] | None = None,
        score_window_ms: tuple[float, float] | None = None,
        step_ms: float = STEP_MS,
        rms_limit: float = 0.3,
    ) -> Task:
        """A task that draws its trials from these, each equally often.

        Parameters
        ----------
        u : array_like, inputs x T x trials
            Inputs; a sequence of arrays inputs x T is taken too, and of one input T x trials.
        z : array_like, outputs x T x trials
            Targets; of one output T x trials. Not-a-number: not scored there.
        label : sequence, optional
            Condition of every trial, of whatever hashable kind; their texts are the names.
        score_window_ms : (float, float), optional
            Part of a trial that is scored, in ms from its start; default: all of it.
        step_ms : float
            Duration of a column in ms.
        rms_limit : float
            An output is right when its root mean square difference from the target is below this.

        Raises
        ------
        InputError
            For arrays that do not fit each other, no trial, or values that are not finite.
        """
        inputs = _trial_list(u, "u")
        targets = _trial_list(z, "z")
        if len(inputs) != len(targets):
            raise _input_error("z", f"{len(targets)} trials", f"must hold {len(inputs)}, as u does")
        conditions, names = _conditions(label, len(inputs))
        window = None if score_window_ms is None else tuple(float(t) for t in score_window_ms)
        if window is not None and len(window) != 2:
            raise _input_error("score_window_ms", repr(score_window_ms), "must be a start and an end")
        recipe = ("trials", inputs, targets, conditions, names, float(step_ms), window,
                  {"rms_limit": rms_limit})
        return cls._made(_engine.recorded_task(*recipe[1:]), recipe)

    @classmethod
    def from_file(cls, path: Any, **parameters: float) -> Task:
        """The task ``file`` of the command line: trials of a .mat file (docs/formats.md).

        Parameters
        ----------
        path : path_like
            File with u, z and optionally label, score_window_ms and step_ms.
        **parameters : float
            ``rms_limit``.
        """
        task = _engine.read_trials(path_text(path), parameters)
        return cls._made(task, ("file", path_text(path), parameters))

    @classmethod
    def from_class(cls, source: TaskClass) -> Task:
        """A task made of an object of your own.

        Parameters
        ----------
        source : object
            With ``trial(rng)``, which returns a `Trial`, ``(input, target)`` or
            ``(input, target, condition)`` from the numbers of a NumPy generator alone, and
            ``correct(trial, output)``, which says whether an output (outputs x (T - 1), one column
            a step) is right. Optional attributes: ``name``, ``conditions`` (names, in the order of
            their indices), ``step_ms`` (5), ``stimulus_ms`` (pairs of start and end).

        Notes
        -----
        The engine calls both functions with the interpreter's lock, from several threads in turn.
        `train`, `convert`, `compare` and the rest take such an object in place of a task, too.
        """
        adapter = _ClassAdapter(source)
        return cls._made(_engine.python_task(adapter, adapter.description), ("class", source))

    def __reduce__(self) -> Any:
        return _rebuild, self._recipe

    @property
    def name(self) -> str:
        """Name of the task; that of recorded trials is ``file``."""
        return self._task.name

    @property
    def parameters(self) -> dict[str, float]:
        """Parameters and their values."""
        return dict(self._task.parameters)

    @property
    def inputs(self) -> int:
        """Number of inputs."""
        return self._task.inputs

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return self._task.outputs

    @property
    def steps(self) -> int:
        """Columns T of a trial's input."""
        return self._task.steps

    @property
    def step_ms(self) -> float:
        """Duration of a column in ms."""
        return self._task.step_ms

    @property
    def conditions(self) -> tuple[str, ...]:
        """Names of the conditions."""
        return tuple(self._task.conditions)

    @property
    def citation(self) -> str:
        """Where the task comes from."""
        return self._task.citation

    @property
    def scoring(self) -> str:
        """When an answer is right."""
        return self._task.scoring

    @property
    def stimulus_ms(self) -> tuple[tuple[float, float], ...]:
        """When the stimuli are on, (start, end) in ms."""
        return tuple(
            (start * self.step_ms, end * self.step_ms) for start, end in self._task.stimulus_steps
        )

    def trial(self, number: int = 0, *, seed: int = 1, condition: str | int | None = None) -> Trial:
        """Trial ``number`` of the evaluation trials of ``seed``, those of `evaluate`.

        Parameters
        ----------
        number, seed : int
            The trial is a function of these.
        condition : str or int, optional
            Name or index of its condition; default: drawn.
        """
        return Trial(*self._task.trial(self.condition_index(condition), seed, number))

    def condition_index(self, condition: str | int | None) -> int | None:
        """Index of a condition given by name or index; None stays None."""
        if condition is None:
            return None
        if isinstance(condition, str):
            return self._task.condition_index(condition)
        if not 0 <= int(condition) < len(self.conditions):
            raise _input_error(
                "condition", repr(condition), f"must be within 0 ... {len(self.conditions) - 1}"
            )
        return int(condition)

    def correct(self, trial: Trial, output: Any) -> bool:
        """Whether a rate network's output (outputs x (T - 1)) of a trial is right."""
        return self._task.correct(trial.input, trial.target, trial.condition, output)

    def _title(self) -> str:
        return f"Task {self.name}"

    def _rows(self) -> list[tuple[str, str]]:
        parameters = ", ".join(f"{name} {value:g}" for name, value in self.parameters.items())
        conditions = ", ".join(self.conditions[:8]) + (", ..." if len(self.conditions) > 8 else "")
        return [
            ("what", self._task.help),
            ("trial", f"{self.inputs} input(s), {self.outputs} output(s), {self.steps} steps of "
                      f"{self.step_ms:g} ms"),
            ("conditions", conditions),
            ("parameters", parameters or "none"),
            ("right", self.scoring),
        ]


class _ClassAdapter:
    """What the engine calls of a task class, with one form of trial."""

    def __init__(self, source: TaskClass) -> None:
        for name in ("trial", "correct"):
            if not callable(getattr(source, name, None)):
                raise TypeError(f"a task must have a function {name}(); {source!r} has none")
        self._source = source
        first = self._checked(source.trial(np.random.default_rng(0)))
        self._conditions = self._checked_names(getattr(source, "conditions", None))
        step_ms = float(getattr(source, "step_ms", STEP_MS))
        windows = getattr(source, "stimulus_ms", ())
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
            raise _input_error("conditions", repr(names), "must be a sequence of names")
        names = tuple(names)
        for name in names:
            if not isinstance(name, str) or not name:
                raise _input_error("conditions", repr(name), "must be names, texts that are not empty")
        _different_names(names, "conditions")
        return names or ("trial",)

    @staticmethod
    def _checked(made: Any) -> Trial:
        if not isinstance(made, Trial):
            if not isinstance(made, (tuple, list)) or len(made) not in (2, 3):
                raise _input_error(
                    "trial()", f"a {type(made).__name__}",
                    "must return a Trial, (input, target) or (input, target, condition)",
                )
            made = Trial(*made)
        arrays = []
        for name in ("input", "target"):
            array = _unmasked(getattr(made, name), f"trial().{name}")
            if array.ndim == 1:
                array = array[np.newaxis, :]
            if array.ndim != 2 or array.dtype.kind not in "biuf":
                raise _input_error(
                    f"trial().{name}", f"{array.dtype} of shape {array.shape}",
                    "must be numbers, channels x T",
                )
            arrays.append(array.astype(float))
        if arrays[0].shape[1] != arrays[1].shape[1] or arrays[0].shape[1] < 2:
            raise _input_error(
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
        raise _input_error(
            "trial().condition", repr(condition), f"must be one of {', '.join(self._conditions)}"
        )

    def make_trial(self, seeds: list[int], wanted: int | None) -> tuple[np.ndarray, np.ndarray, int]:
        rng = np.random.default_rng(seeds)
        for _ in range(_DRAWS):
            trial = self._checked(self._source.trial(rng))
            condition = self._index(trial.condition)
            if (trial.input.shape, trial.target.shape) != self._shape:
                raise _input_error(
                    "trial()", f"shapes {trial.input.shape} and {trial.target.shape}",
                    f"must be {self._shape[0]} and {self._shape[1]}, as in the first trial",
                )
            if wanted is None or condition == wanted:
                return trial.input, trial.target, condition
        raise _input_error(
            "condition", self._conditions[wanted or 0], f"must occur within {_DRAWS} trials"
        )

    def is_correct(
        self, u: np.ndarray, z: np.ndarray, condition: int, output: np.ndarray
    ) -> bool:
        answer = self._source.correct(Trial(u, z, condition), output)
        if not isinstance(answer, (bool, np.bool_)):
            raise _input_error("correct()", repr(answer), "must return True or False")
        return bool(answer)


def as_task(task: Any, argument: str = "task") -> Task:
    """The task of `task`: a `Task`, a name, or an object with trial() and correct().

    `argument` is what an InputError names.
    """
    if isinstance(task, Task):
        return task
    if isinstance(task, str):
        return Task(task)
    if callable(getattr(task, "trial", None)) and callable(getattr(task, "correct", None)):
        return Task.from_class(task)
    raise _input_error(
        argument, f"a {type(task).__name__}",
        "must be a Task, the name of one, or an object with trial(rng) and correct(trial, output)",
    )


def _rebuild(kind: str, *recipe: Any) -> Task:
    if kind == "name":
        return Task(recipe[0], **recipe[1])
    if kind == "file":
        return Task.from_file(recipe[0], **recipe[1])
    if kind == "class":
        return Task.from_class(recipe[0])
    return Task._made(_engine.recorded_task(*recipe), (kind, *recipe))


def _input_error(argument: str, found: str, required: str) -> _engine.InputError:
    error = _engine.InputError(f"{argument}: found {found}; {required}")
    error.argument, error.found, error.required = argument, found, required
    return error


def _refuse_masked(values: Any, argument: str) -> None:
    """np.asarray() would show the values under a mask all the same."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise _input_error(
            argument, f"{np.ma.count_masked(values)} masked values",
            "must have none: filled(number) puts one in their place, in targets nan where nothing "
            "is scored",
        )


def _unmasked(values: Any, argument: str) -> np.ndarray:
    _refuse_masked(values, argument)
    return np.asarray(values)


def _different_names(names: Sequence[str], argument: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise _input_error(
                argument, f"{names.count(name)} times {name!r}", "must have names that differ"
            )


def _trial_list(values: Any, argument: str) -> list[np.ndarray]:
    """One channels x T array a trial."""
    if isinstance(values, (list, tuple)) and len(values) and all(
        getattr(one, "ndim", 0) == 2 for one in values
    ):
        return [_unmasked(one, argument) for one in values]
    _refuse_masked(values, argument)
    try:
        array = np.asarray(values)
    except ValueError:
        raise _input_error(argument, "a ragged sequence", "must be channels x T x trials") from None
    if array.ndim == 2:
        array = array[np.newaxis, :, :]
    if array.ndim != 3 or array.shape[2] == 0:
        raise _input_error(
            argument, f"shape {array.shape}", "must be of shape (channels, T, trials)"
        )
    return [array[:, :, k] for k in range(array.shape[2])]


def _conditions(label: Iterable[Any] | None, trials: int) -> tuple[list[int], list[str]]:
    if label is None:
        return [0] * trials, ["trial"]
    labels = [one.item() if isinstance(one, np.generic) else one for one in label]
    if len(labels) != trials:
        raise _input_error("label", f"{len(labels)} labels", f"must be {trials}, one a trial")
    for trial, one in enumerate(labels):
        if one is None or one != one:
            raise _input_error("label", f"{one!r} of trial {trial}", "must be the trial's condition")
    kinds = sorted(set(labels), key=lambda one: (str(type(one)), one))
    names = [str(kind) for kind in kinds]
    _different_names(names, "label")
    return [kinds.index(one) for one in labels], names
