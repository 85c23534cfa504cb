"""Selectivity of units and tests of samples: a part of `rheobase.analysis`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _engine
from ._checks import number, truths
from ._display import Measure


@dataclasses.dataclass(frozen=True, repr=False)
class MixedSelectivity(Measure):
    """A linear model of each unit's responses.

    Attributes
    ----------
    terms : list of (int, int)
        Factors of every term; second = -1: the main effect of the first.
    coefficients, p_values : ndarray, N x terms
        By least squares, with two-sided t tests.
    r_squared : ndarray, N
        Fraction of the variance explained.
    classes : list of str, N
        ``'unselective'``, ``'pure'``, ``'linear mixed'`` or ``'nonlinear mixed'``.
    """

    terms: list[tuple[int, int]]
    coefficients: np.ndarray
    p_values: np.ndarray
    r_squared: np.ndarray
    classes: list[str]


def mixed_selectivity(responses: Any, factors: Any, *, alpha: float = 0.01) -> MixedSelectivity:
    """Pure and mixed selectivity of units.

    Parameters
    ----------
    responses : array_like, N x trials
        Such as mean rates in a window.
    factors : array_like, trials x F
        Levels, such as -1 and 1.
    alpha : float
        Level of each test.

    Returns
    -------
    MixedSelectivity
        Coefficients, tests and a class for every unit.

    Raises
    ------
    InputError
        For shapes that do not agree, too few trials, factors that do not vary independently.

    Notes
    -----
    Source: Rigotti et al., Nature 497:585 (2013), supplement.
    """
    return MixedSelectivity(**_engine.mixed_selectivity(responses, factors, number(alpha, "alpha")))


def roc_area(first: Any, second: Any) -> float:
    """Area under the receiver operating characteristic, P(first > second) + P(equal) / 2.

    Parameters
    ----------
    first, second : array_like
        Two samples.

    Returns
    -------
    float
        0 to 1; 0.5: no selectivity.

    Raises
    ------
    InputError
        For an empty sample or values that are not finite.

    Notes
    -----
    Sources: Green & Swets (1966); Britten et al., Vis Neurosci 13:87 (1996).
    """
    return _engine.roc_area(first, second)


def d_prime(first: Any, second: Any) -> float | None:
    """Discriminability d' of two samples, variances over n - 1.

    Parameters
    ----------
    first, second : array_like
        Of two values or more each.

    Returns
    -------
    float or None
        None where both samples are constant.

    Raises
    ------
    InputError
        For fewer values or values that are not finite.

    Notes
    -----
    Source: Green & Swets, Signal Detection Theory and Psychophysics (1966).
    """
    return _engine.d_prime(first, second)


@dataclasses.dataclass(frozen=True, repr=False)
class RankSum(Measure):
    """Wilcoxon's rank-sum test.

    Attributes
    ----------
    statistic : float
        Rank sum of the first sample among both.
    z : float
        Standardised, positive: the first is larger.
    p_value : float
        Two-sided.
    """

    statistic: float
    z: float
    p_value: float


def rank_sum(first: Any, second: Any) -> RankSum:
    """Wilcoxon's rank-sum test of two independent samples, normal approximation.

    Parameters
    ----------
    first, second : array_like
        Two samples.

    Returns
    -------
    RankSum
        Statistic, z and p.

    Raises
    ------
    InputError
        For an empty sample.

    Notes
    -----
    Sources: Wilcoxon, Biometrics 1:80 (1945); Mann & Whitney, Ann Math Stat 18:50 (1947).
    """
    return RankSum(**_engine.rank_sum(first, second))


@dataclasses.dataclass(frozen=True, repr=False)
class SignedRank(Measure):
    """Wilcoxon's signed-rank test.

    Attributes
    ----------
    pairs : int
        Whose difference is not 0.
    statistic : float
        The smaller of the two rank sums.
    p_value : float
        Two-sided.
    exact : bool
        From the exact distribution.
    """

    pairs: int
    statistic: float
    p_value: float
    exact: bool


def signed_rank(first: Any, second: Any) -> SignedRank:
    """Wilcoxon's signed-rank test of paired samples.

    Parameters
    ----------
    first, second : array_like, n
        Pairs.

    Returns
    -------
    SignedRank
        Exact without ties and zeros up to 50 pairs.

    Raises
    ------
    InputError
        Where the samples differ in size or are not finite.

    Notes
    -----
    Source: Wilcoxon, Biometrics 1:80 (1945).
    """
    return SignedRank(**_engine.signed_rank(first, second))


@dataclasses.dataclass(frozen=True, repr=False)
class McNemar(Measure):
    """McNemar's exact test.

    Attributes
    ----------
    both, only_first, only_second, neither : int
        Trials that these got right.
    p_value : float
        Two-sided.
    """

    both: int
    only_first: int
    only_second: int
    neither: int
    p_value: float


def mcnemar(first: Sequence[bool] | np.ndarray, second: Sequence[bool] | np.ndarray) -> McNemar:
    """McNemar's exact test of two classifiers on the same trials.

    Parameters
    ----------
    first, second : array_like of bool, trials
        Whether each got the trial right.

    Returns
    -------
    McNemar
        Counts and p.

    Raises
    ------
    InputError
        For different numbers of trials, and for anything but truths, 0 and 1.

    Notes
    -----
    Source: McNemar, Psychometrika 12:153 (1947).
    """
    return McNemar(**_engine.mcnemar(truths(first, "first"), truths(second, "second")))
