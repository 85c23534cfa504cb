"""Objects of the engine as the contents of their files: how results are pickled."""

from __future__ import annotations

import os
import pathlib
import tempfile
from typing import Any

from . import _engine
from ._errors import input_error


# Files are flushed to the disk when they are written; these need not be.
_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
_PATHS = ("start", "checkpoint", "resume")


def path_text(path: Any, argument: str = "path") -> str:
    """The text of a path, with ``~`` for the home folder."""
    try:
        text = os.fsdecode(os.path.expanduser(os.fspath(path)))
        text.encode()
    except TypeError:
        raise input_error(argument, repr(path)[:60], "must be a path") from None
    except UnicodeEncodeError:
        raise input_error(argument, repr(path)[:60], "must be a path in UTF-8") from None
    return text


def with_path_texts(options: dict[str, Any]) -> dict[str, Any]:
    """Options whose `start`, `checkpoint` and `resume` are paths, as texts."""
    return {name: path_text(value, name) if name in _PATHS and value is not None else value
            for name, value in options.items()}


def contents_of(save: Any) -> bytes:
    """What ``save(path)`` writes."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        path = pathlib.Path(folder) / "object.mat"
        save(str(path))
        return path.read_bytes()


def read_contents(contents: bytes, read: Any) -> Any:
    """``read(path)`` of a file that holds `contents`."""
    with tempfile.TemporaryDirectory(dir=_MEMORY) as folder:
        path = pathlib.Path(folder) / "object.mat"
        path.write_bytes(contents)
        return read(str(path))


def model_contents(model: _engine.Model) -> bytes:
    """The model file of a model."""
    return contents_of(lambda path: model.save(path, False))


def run_contents(run: _engine.Run) -> bytes:
    """The run file of a run."""
    return contents_of(lambda path: run.save(path, False))
