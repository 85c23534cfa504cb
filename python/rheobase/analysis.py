"""Measures of activity. Arrays are units x samples; times are in ms.

All of them take lists and arrays of whatever real type and raise InputError, with the argument's
name, for shapes that do not agree and numbers that are not finite.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import _engine
from ._display import Shown, shape_text

__all__ = [
    "IsiStatistics", "McNemar", "MixedSelectivity", "Pca", "RankSum", "SignedRank", "Spectrum",
    "TargetedReduction", "d_prime", "firing_rates", "isi_statistics", "mcnemar",
    "mixed_selectivity", "pca", "principal_angles", "rank_sum", "roc_area", "signed_rank",
    "spectrum", "synchrony", "targeted_reduction",
]


class _Measure(Shown):
    """A result that shows its numbers, and of arrays the shape."""

    def _rows(self) -> list[tuple[str, str]]:
        rows = []
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                text = shape_text(value)
            elif isinstance(value, float):
                text = f"{value:.4g}"
            elif isinstance(value, (list, tuple)) and len(value) > 8:
                text = f"{len(value)} entries"
            else:
                text = str(value)
            rows.append((field.name, text))
        return rows


@dataclasses.dataclass(frozen=True, repr=False)
class Pca(_Measure):
    """Principal components of the activity of N units over M samples, K = min(N, M) of them.

    Attributes
    ----------
    mean : ndarray, N
        Over samples.
    components : ndarray, N x K
        Orthonormal columns by decreasing variance.
    variance : ndarray, K
        Along each component, over M - 1.
    explained : ndarray, K
        Fractions of the total variance.
    projections : ndarray, K x M
        Of the centred activity.
    participation_ratio : float
        Effective number of components.
    """

    mean: np.ndarray
    components: np.ndarray
    variance: np.ndarray
    explained: np.ndarray
    projections: np.ndarray
    participation_ratio: float


def pca(activity: Any) -> Pca:
    """Principal components of activity.

    Parameters
    ----------
    activity : array_like, N x samples
        At least two samples.

    Returns
    -------
    Pca
        The entry of largest modulus of each component is positive.

    Raises
    ------
    InputError
        For fewer samples or values that are not finite.

    Notes
    -----
    Sources: Hotelling, J Educ Psychol 24:417 (1933); participation ratio: Gao et al., bioRxiv
    214262 (2017).
    """
    return Pca(**_engine.pca(activity))


def principal_angles(first: Any, second: Any) -> np.ndarray:
    """Principal angles between the spans of two sets of columns, in radians, increasing.

    Parameters
    ----------
    first, second : array_like, N x p and N x q
        Columns need not be independent or normalised.

    Returns
    -------
    ndarray
        As many angles as the smaller span has dimensions, 0 to pi / 2.

    Raises
    ------
    InputError
        For different N, values that are not finite or an empty span.

    Notes
    -----
    Source: Bjorck & Golub, Math Comput 27:579 (1973).
    """
    return _engine.principal_angles(first, second)


def synchrony(activity: Any) -> float | None:
    """Synchrony chi of activity: 1 where all units do the same, about 1 / sqrt(N) by chance.

    Parameters
    ----------
    activity : array_like, N x samples
        Voltages, filtered spike trains or rates.

    Returns
    -------
    float or None
        None where no unit varies.

    Raises
    ------
    InputError
        For fewer than two samples or values that are not finite.

    Notes
    -----
    Source: Golomb & Rinzel, Phys Rev E 48:4810 (1993).
    """
    return _engine.synchrony(activity)


@dataclasses.dataclass(frozen=True, repr=False)
class Spectrum(_Measure):
    """Eigenvalues of a weight matrix.

    Attributes
    ----------
    eigenvalues : ndarray of complex, N
        By decreasing modulus.
    spectral_radius : float
        The largest modulus.
    random_radius : float
        That holds the eigenvalues of a random matrix with the same column variances.
    outliers : ndarray of complex
        Eigenvalues beyond 1.2 random radii.
    """

    eigenvalues: np.ndarray
    spectral_radius: float
    random_radius: float
    outliers: np.ndarray


def spectrum(weights: Any) -> Spectrum:
    """Eigenvalues of a weight matrix and what random-matrix theory says of them.

    Parameters
    ----------
    weights : array_like, N x N
        Row = postsynaptic unit.

    Returns
    -------
    Spectrum
        Eigenvalues, radii, outliers.

    Raises
    ------
    InputError
        For a matrix that is not square, empty or not finite.

    Notes
    -----
    Source: Rajan & Abbott, Phys Rev Lett 97:188104 (2006).
    """
    found = _engine.spectrum(weights)
    for name in ("eigenvalues", "outliers"):
        found[name] = np.array(found[name], dtype=complex)
    return Spectrum(**found)


def firing_rates(
    units: Any, times_ms: Any, *, count: int, duration_ms: float, step_ms: float = 1.0,
    start_ms: float = 0.0, kernel: str = "gaussian", width_ms: float = 20.0, rise_ms: float = 2.0,
) -> np.ndarray:
    """Firing rates by kernel smoothing, N x samples in Hz, at start_ms, start_ms + step_ms, ...

    Parameters
    ----------
    units, times_ms : array_like, spikes
        Unit (from 0) and time of every spike, in any order.
    count : int
        Number of units N.
    duration_ms, step_ms, start_ms : float
        Grid of the samples, without its end.
    kernel : {'gaussian', 'boxcar', 'exponential', 'double exponential'}
        What a spike adds, of area 1.
    width_ms : float
        Standard deviation, full width or decay time.
    rise_ms : float
        Of the double exponential.

    Returns
    -------
    ndarray
        The exact sum over spikes; no correction at the ends.

    Raises
    ------
    InputError
        For a unit outside 0 ... count - 1, or widths and steps that are not positive.

    Notes
    -----
    Source: Dayan & Abbott, Theoretical Neuroscience (2001), section 1.2.
    """
    samples = int(np.ceil(duration_ms / step_ms - 1e-9)) if step_ms > 0 else 0
    return _engine.firing_rates(
        units, times_ms, count, start_ms, step_ms, samples, kernel, width_ms, rise_ms
    )


@dataclasses.dataclass(frozen=True, repr=False)
class IsiStatistics(_Measure):
    """Regularity of a spike train.

    Attributes
    ----------
    intervals : int
        Interspike intervals.
    mean_ms : float or None
        None without an interval.
    cv : float or None
        Standard deviation over mean, 1 for a Poisson process; None below two intervals.
    cv2 : float or None
        The same of neighbours: does not see slow changes of the rate.
    """

    intervals: int
    mean_ms: float | None
    cv: float | None
    cv2: float | None


def isi_statistics(trials: Any) -> IsiStatistics:
    """Regularity of the spike train of one unit.

    Parameters
    ----------
    trials : array_like or sequence of array_like
        Increasing spike times (ms) of one trial, or of many: no interval spans two.

    Returns
    -------
    IsiStatistics
        Number and mean of intervals, CV and CV2.

    Raises
    ------
    InputError
        For times that are not finite or do not increase.

    Notes
    -----
    Source: Holt, Softky, Koch & Douglas, J Neurophysiol 75:1806 (1996).
    """
    many = isinstance(trials, (list, tuple)) and any(np.ndim(one) == 1 for one in trials)
    return IsiStatistics(**_engine.isi_statistics(list(trials) if many else [trials]))


@dataclasses.dataclass(frozen=True, repr=False)
class TargetedReduction(_Measure):
    """Axes along which task variables are encoded. N units, V variables, T samples.

    Attributes
    ----------
    axes : ndarray, N x V
        Orthonormal, in the order of the variables.
    regression_axes : ndarray, N x V
        Denoised coefficients before orthogonalisation.
    peak : list of int, V
        Sample at which the coefficients' norm is largest.
    coefficient_norm : ndarray, V x T
        Norm of the denoised coefficients.
    denoised_variance : float
        Fraction of the averages' variance in the components kept.
    conditions : list of int
        In increasing order.
    projections : list of ndarray, V x T
        Of the z-scored averages, one a condition.
    """

    axes: np.ndarray
    regression_axes: np.ndarray
    peak: list[int]
    coefficient_norm: np.ndarray
    denoised_variance: float
    conditions: list[int]
    projections: list[np.ndarray]


def targeted_reduction(
    activity: Any, variables: Any, conditions: Any, *, components: int = 12
) -> TargetedReduction:
    """Targeted dimensionality reduction.

    Parameters
    ----------
    activity : array_like, N x T x trials
        Rates of every trial.
    variables : array_like, trials x V
        Values of the task variables.
    conditions : array_like of int, trials
        Label of every trial.
    components : int
        Principal components kept for denoising.

    Returns
    -------
    TargetedReduction
        Axes and mean trajectories along them.

    Raises
    ------
    InputError
        For shapes that do not agree, variables that do not vary independently.

    Notes
    -----
    Source: Mante, Sussillo, Shenoy & Newsome, Nature 503:78 (2013), supplement 6.5 to 6.8.
    """
    return TargetedReduction(
        **_engine.targeted_reduction(activity, variables, conditions, components)
    )


@dataclasses.dataclass(frozen=True, repr=False)
class MixedSelectivity(_Measure):
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
    return MixedSelectivity(**_engine.mixed_selectivity(responses, factors, alpha))


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
class RankSum(_Measure):
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
class SignedRank(_Measure):
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
class McNemar(_Measure):
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
        For different numbers of trials.

    Notes
    -----
    Source: McNemar, Psychometrika 12:153 (1947).
    """
    return McNemar(
        **_engine.mcnemar([bool(one) for one in first], [bool(one) for one in second])
    )
