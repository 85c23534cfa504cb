"""Tasks: registered ones, trials of your own, and classes of your own."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine
from ._checks import (
    mapping_of, names_of, require_different, require_memory, sequence_of, unmasked,
    whole_number, window_of, windows_of,
)
from ._display import Shown
from ._errors import input_error
from ._pickling import path_text
from .class_task import STEP_MS, ClassAdapter, TaskClass, Trial

__all__ = ["STEP_MS", "Task", "TaskClass", "Trial", "as_task"]


class Task(Shown):
    """A task that networks are trained and tested on.

    Parameters
    ----------
    name : str
        A registered task; `Task.names` lists them. Several in one network: ``"go-nogo+xor"``.
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
            raise input_error("name", f"a {type(name).__name__}",
                              "must be the name of a task; Task.from_class() takes an object with "
                              "trial() and correct()")
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
        test_fraction: float | None = None,
        test: tuple[Any, ...] | None = None,
        score_window_ms: tuple[float, float] | None = None,
        step_ms: float = STEP_MS,
        rms_limit: float = 0.3,
        title: str | None = None,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
        stimulus_ms: Sequence[tuple[float, float]] | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Task:
        """A task of these trials, of which some are held out: the task ``file`` of the command line.

        Parameters
        ----------
        u : array_like, inputs x T x trials
            Inputs; a sequence of arrays inputs x T, which may differ in length, is taken too, and of
            one input T x trials.
        z : array_like, outputs x T x trials
            Targets; of one output T x trials. Not-a-number: neither trained nor scored there.
        label : sequence, optional
            Condition of every trial, of whatever hashable kind; their texts are the names.
        test_fraction : float, optional
            Trials of every condition that are held out: neither trained on nor used to choose a
            scaling factor, and the only ones that `evaluate` and `compare` take. Default: 0.2 where
            a condition has more than one trial; 0: all trials for everything. The same arrays, labels
            and fraction hold out the same trials; a model does not remember them (`from_file`: it does).
        test : (u, z) or (u, z, label), optional
            Held-out trials of their own, in place of a fraction.
        score_window_ms : (float, float), optional
            Part of a trial that is scored, in ms from its start; default: all of it.
        step_ms : float
            Duration of a column in ms.
        rms_limit : float
            An output is right when its root mean square difference from the target is below this.
        title : str, optional
            What the task is, in one line.
        input_names, output_names : sequence of str, optional
            One a channel.
        stimulus_ms : sequence of (float, float), optional
            When stimuli are on, start and end in ms; for pictures.
        values : mapping of str to array_like, trials, optional
            Numbers of the trials, such as a coherence.

        Raises
        ------
        InputError
            For arrays that do not fit each other, no trial, or values that are not finite.
        """
        known = _labelled_trials(u, z, label)
        held_out = None
        if test is not None:
            if test_fraction is not None:
                raise input_error("test_fraction", "test beside it", "must be given alone")
            if not isinstance(test, (tuple, list)) or len(test) not in (2, 3):
                raise input_error("test", f"a {type(test).__name__}",
                                   "must be (u, z) or (u, z, label)")
            held_out = _labelled_trials(test[0], test[1], test[2] if len(test) == 3 else None)
        window = None if score_window_ms is None else window_of(score_window_ms, "score_window_ms")
        description = {
            "step_ms": step_ms, "score_window_ms": window, "test_fraction": test_fraction,
            "title": title, "input_names": None if input_names is None else names_of(input_names, "input_names"),
            "output_names": None if output_names is None else names_of(output_names, "output_names"),
            "stimulus_ms": None if stimulus_ms is None else windows_of(stimulus_ms, "stimulus_ms"),
            "values": None if values is None else dict(mapping_of(values, "values")),
        }
        description = {name: value for name, value in description.items() if value is not None}
        recipe = ("trials", *known, held_out, description, {"rms_limit": rms_limit})
        return cls._made(_engine.recorded_task(*recipe[1:]), recipe)

    @classmethod
    def from_file(
        cls, path: Any, *, test_fraction: float | None = None, test_file: Any = None,
        **parameters: float
    ) -> Task:
        """The task ``file`` of the command line: trials of a .mat file (docs/formats.md).

        Parameters
        ----------
        path : path_like
            File with u, z and optionally label, score_window_ms, step_ms and more.
        test_fraction : float, optional
            Held out, as for `from_trials`.
        test_file : path_like, optional
            Held-out trials in a file of their own, in place of a fraction.
        **parameters : float
            ``rms_limit``.

        Raises
        ------
        InputError
            Names the file and the field.
        """
        if test_file is not None and test_fraction is not None:
            raise input_error("test_fraction", "test_file beside it", "must be given alone")
        other = None if test_file is None else path_text(test_file)
        description = {} if test_fraction is None else {"test_fraction": test_fraction}
        recipe = ("file", path_text(path), other, description, parameters)
        return cls._made(_engine.read_trials(*recipe[1:]), recipe)

    @classmethod
    def from_innate(cls, path: Any, **parameters: float) -> Task:
        """The trajectories of a network of innate training as a task, conditions of `convert`.

        Parameters
        ----------
        path : path_like
            A file of `innate.InnateResult.save`, or the model that ``rheobase map`` made of one. A
            model that was saved here, also by `convert`, holds no trajectories.
        **parameters : float
            ``min_r2``: smallest squared correlation of output and target in the window (0.8);
            ``perturbed``: 1: every trajectory also with its perturbation.

        Raises
        ------
        InputError
            Names the file and the field.
        """
        recipe = ("innate", path_text(path), parameters)
        return cls._made(_engine.read_innate_task(*recipe[1:]), recipe)

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
        adapter = ClassAdapter(source)
        return cls._made(_engine.python_task(adapter, adapter.description), ("class", source))

    @classmethod
    def combined(cls, *tasks: Task | TaskClass | str, **parameters: float) -> Task:
        """Several tasks in one network.

        Parameters
        ----------
        *tasks : Task, str or object
            Two or more, each once, with as many outputs and steps as long. Own trials may be one
            of them, registered tasks alone have a short form: ``Task("go-nogo+xor")``.
        **parameters : float
            As of `Task`; what several tasks have is set for one of them as ``dms_delay=40``.

        Returns
        -------
        Task
            Its inputs are those of the tasks on the same channels, and one more a task, its
            context, that is 1 during its trials. Trials come from the tasks in turn; conditions
            are named ``xor: same-plus``.

        Raises
        ------
        InputError
            Where the tasks do not fit together.

        Notes
        -----
        Rule inputs of Yang, Joglekar, Song, Newsome & Wang, Nat Neurosci 22:297 (2019).
        """
        parts = tuple(as_task(task, "tasks") for task in tasks)
        made = _engine.combined_task([part._task for part in parts], parameters)
        return cls._made(made, ("combined", parts, parameters))

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
    def input_names(self) -> tuple[str, ...]:
        """Names of the inputs; empty: they have none."""
        return tuple(self._task.input_names)

    @property
    def output_names(self) -> tuple[str, ...]:
        """Names of the outputs; empty: they have none."""
        return tuple(self._task.output_names)

    @property
    def split(self) -> dict[str, Any] | None:
        """Of given trials: how many are for ``training``, how many ``held_out``; else None."""
        return self._task.split

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
        which = whole_number(number, "number", 0, 2**32 - 1)
        of_seed = whole_number(seed, "seed", 0, 2**32 - 1)
        return Trial(*self._task.trial(self.condition_index(condition), of_seed, which))

    def condition_index(self, condition: str | int | None) -> int | None:
        """Index of a condition given by name or index; None stays None."""
        if condition is None:
            return None
        if isinstance(condition, str):
            return self._task.condition_index(condition)
        return whole_number(condition, "condition", 0, len(self.conditions) - 1)

    def correct(self, trial: Trial, output: Any) -> bool:
        """Whether a rate network's output (outputs x (T - 1)) of a trial is right."""
        if not isinstance(trial, Trial):
            raise input_error("trial", f"a {type(trial).__name__}", "must be a Trial")
        condition = whole_number(trial.condition, "condition of the trial", 0, len(self.conditions) - 1)
        return self._task.correct(trial.input, trial.target, condition, output)

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
            *([] if self.split is None else [
                ("trials", f"{self.split['training']} to learn from, {self.split['held_out']} held out")
            ]),
            ("right", self.scoring),
        ]


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
    raise input_error(
        argument, f"a {type(task).__name__}",
        "must be a Task, the name of one, or an object with trial(rng) and correct(trial, output)",
    )


def _rebuild(kind: str, *recipe: Any) -> Task:
    if kind == "name":
        return Task(recipe[0], **recipe[1])
    if kind == "file":
        return Task._made(_engine.read_trials(*recipe), (kind, *recipe))
    if kind == "innate":
        return Task.from_innate(recipe[0], **recipe[1])
    if kind == "class":
        return Task.from_class(recipe[0])
    if kind == "combined":
        return Task.combined(*recipe[0], **recipe[1])
    return Task._made(_engine.recorded_task(*recipe), (kind, *recipe))


def _trial_list(values: Any, argument: str) -> list[np.ndarray]:
    """One channels x T array a trial, copied: what is pickled is what was given."""
    if isinstance(values, (list, tuple)) and len(values):
        axes = {getattr(one, "ndim", 0) for one in values}
        if axes == {2}:
            return [np.array(unmasked(one, argument)) for one in values]
        if axes == {1}:
            raise input_error(argument, f"{len(values)} arrays of one axis",
                              "must be arrays of shape (channels, T), one a trial: one[np.newaxis, :] is one")
    array = unmasked(values, argument)
    if array.ndim == 2:
        array = array[np.newaxis, :, :]
    if array.ndim != 3 or array.shape[2] == 0:
        raise input_error(
            argument, f"shape {array.shape}", "must be of shape (channels, T, trials)"
        )
    require_memory(array, argument)
    return [array[:, :, k].copy() for k in range(array.shape[2])]


def _labelled_trials(u: Any, z: Any, label: Sequence[Any] | None) -> tuple[Any, ...]:
    """Inputs, targets, index of the condition of every trial, and names of the conditions."""
    inputs = _trial_list(u, "u")
    targets = _trial_list(z, "z")
    if len(inputs) != len(targets):
        raise input_error("z", f"{len(targets)} trials", f"must hold {len(inputs)}, as u does")
    return (inputs, targets, *_conditions(label, len(inputs)))


def _conditions(label: Iterable[Any] | None, trials: int) -> tuple[list[int], list[str]]:
    if label is None:
        return [0] * trials, ["trial"]
    labels = [one.item() if isinstance(one, np.generic) else one
              for one in sequence_of(label, "label", "conditions")]
    if len(labels) != trials:
        raise input_error("label", f"{len(labels)} labels", f"must be {trials}, one a trial")
    for trial, one in enumerate(labels):
        if one is None or not isinstance(one, Hashable) or one != one:
            raise input_error("label", f"{one!r} of trial {trial}", "must be the trial's condition")
    try:
        kinds = sorted(set(labels), key=lambda one: (str(type(one)), one))
    except TypeError:
        raise input_error("label", "labels without an order or a hash", "must be texts or numbers") from None
    names = [str(kind) for kind in kinds]
    require_different(names, "label")
    return [kinds.index(one) for one in labels], names
