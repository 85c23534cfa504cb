"""Measures of activity. Arrays are units x samples; times are in ms.

All of them take lists and arrays of whatever real type and raise InputError, with the argument's
name, for shapes that do not agree and numbers that are not finite.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from . import _engine
from ._checks import dimensions, number, sample_count, text, whole_number
from ._display import Measure
from .selectivity import (
    McNemar, MixedSelectivity, RankSum, SignedRank, d_prime, mcnemar, mixed_selectivity, rank_sum,
    roc_area, signed_rank,
)

__all__ = [
    "IsiStatistics", "McNemar", "MixedSelectivity", "Pca", "RankSum", "SignedRank", "Spectrum",
    "TargetedReduction", "d_prime", "firing_rates", "isi_statistics", "mcnemar",
    "mixed_selectivity", "pca", "principal_angles", "rank_sum", "roc_area", "signed_rank",
    "spectrum", "synchrony", "targeted_reduction",
]


@dataclasses.dataclass(frozen=True, repr=False)
class Pca(Measure):
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
class Spectrum(Measure):
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
    return _engine.firing_rates(
        units, times_ms, whole_number(count, "count", 0), number(start_ms, "start_ms"), step_ms,
        sample_count(duration_ms, step_ms), text(kernel, "kernel"),
        number(width_ms, "width_ms", above=0), number(rise_ms, "rise_ms", above=0),
    )


@dataclasses.dataclass(frozen=True, repr=False)
class IsiStatistics(Measure):
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
    many = isinstance(trials, (list, tuple)) and any(dimensions(one, "trials") == 1 for one in trials)
    return IsiStatistics(**_engine.isi_statistics(list(trials) if many else [trials]))


@dataclasses.dataclass(frozen=True, repr=False)
class TargetedReduction(Measure):
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
        **_engine.targeted_reduction(
            activity, variables, conditions, whole_number(components, "components", 1))
    )
