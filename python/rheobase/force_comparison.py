"""The structured model beside a network that FORCE trained: ``rheobase force compare``."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from ._display import Measure, Shown, percent


@dataclasses.dataclass(frozen=True, repr=False)
class ComparedPoint(Measure):
    """One strength of photoinhibition; lists are right, left.

    Attributes
    ----------
    photoinhibition : float
        Of the structured model its level, of the network the fraction of its units.
    correct : list of float
        Fraction of correct trials.
    endpoints : list of ndarray, trials
        Projection on the coding direction at the go cue: 0 left, 1 right.
    mean, sd : list of ndarray, samples
        Of the projection over trials, a sample every `sample_every` steps of the network.
    sample_every : int
        Steps.
    """

    photoinhibition: float
    correct: list[float]
    endpoints: list[np.ndarray]
    mean: list[np.ndarray]
    sd: list[np.ndarray]
    sample_every: int

    @property
    def switched(self) -> list[float]:
        """Fraction of the trials that end on the other side of the middle."""
        right, left = self.endpoints
        return [float(np.mean(right < 0.5)), float(np.mean(left > 0.5))]


class ForceComparison(Shown):
    """The structured model and a trained network on the network's protocol.

    Attributes
    ----------
    model, network : list of ComparedPoint
        A strength of photoinhibition each; the first is none.
    """

    def __init__(self, model: list[dict[str, Any]], network: list[dict[str, Any]]) -> None:
        self.model = [ComparedPoint(**point) for point in model]
        self.network = [ComparedPoint(**point) for point in network]

    def _rows(self) -> list[tuple[str, str]]:
        rows = []
        for name, points in (("structured model", self.model), ("trained network", self.network)):
            for point in points:
                right, left = point.correct
                rows.append((f"{name}, {point.photoinhibition:g}",
                             f"correct {percent(right)} right, {percent(left)} left; endpoints "
                             f"{point.endpoints[0].mean():.2f}, {point.endpoints[1].mean():.2f}"))
        return rows
