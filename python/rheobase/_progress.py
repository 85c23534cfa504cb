"""Progress of long computations: a bar on standard error, or a function of the caller's."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Union

from ._errors import input_error

ProgressFunction = Callable[[float, str], object]
Progress = Union[bool, None, ProgressFunction]

_WIDTH = 24
_SILENT_SECONDS = 0.1


def _is_seen() -> bool:
    """Whether somebody watches standard error: a terminal or a notebook, not a file or a pipe."""
    stream = sys.stderr
    notebook = type(stream).__module__.startswith(("ipykernel", "google.colab"))
    return stream is not None and (notebook or stream.isatty())


class ProgressBar:
    """A line that is written over and over, with the time left; in notebooks as in terminals."""

    def __init__(self, work: str) -> None:
        self._work = work
        self._start = time.monotonic()
        self._length = 0

    def __call__(self, fraction: float, status: str) -> None:
        elapsed = time.monotonic() - self._start
        if elapsed < _SILENT_SECONDS or not _is_seen():
            return
        filled = round(min(max(fraction, 0.0), 1.0) * _WIDTH)
        line = f"{self._work}  [{'#' * filled}{' ' * (_WIDTH - filled)}] {100 * fraction:3.0f} %"
        if fraction > 0:
            left = round(elapsed * (1 - fraction) / fraction)
            line += f", {left} s left" if left < 60 else f", {left // 60} min {left % 60:02} s left"
        if status:
            line += f", {status}"
        line = line[:100]
        sys.stderr.write("\r" + line.ljust(self._length))
        sys.stderr.flush()
        self._length = len(line)

    def close(self) -> None:
        """Wipes the line."""
        if self._length:
            sys.stderr.write("\r" + " " * self._length + "\r")
            sys.stderr.flush()


@contextlib.contextmanager
def progress_function(progress: Progress, work: str) -> Iterator[ProgressFunction | None]:
    """The function to be called with ``(fraction, status)``, or None.

    Parameters
    ----------
    progress : bool or callable
        True: a bar on standard error where that is a terminal or a notebook; a function: itself.
    work : str
        What is being done, the first word of the bar.
    """
    if progress is True:
        bar = ProgressBar(work)
        try:
            yield bar
        finally:
            bar.close()
    elif progress is None or progress is False:
        yield None
    elif callable(progress):
        yield progress
    else:
        raise input_error("progress", repr(progress)[:60], "must be True, False or a function")
