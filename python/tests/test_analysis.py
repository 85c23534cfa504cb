"""Measures of activity against NumPy and closed forms."""

import numpy as np
import pytest

import rheobase
from rheobase import analysis


def test_principal_components_are_those_of_the_covariance():
    activity = np.random.default_rng(0).normal(size=(4, 200)) * [[4], [2], [1], [0.5]]
    found = analysis.pca(activity)
    np.testing.assert_allclose(found.variance, np.linalg.eigvalsh(np.cov(activity))[::-1], rtol=1e-10)
    np.testing.assert_allclose(found.components.T @ found.components, np.eye(4), atol=1e-12)
    centred = activity - activity.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(found.projections, found.components.T @ centred, atol=1e-10)
    v = found.variance
    assert abs(found.participation_ratio - v.sum() ** 2 / (v**2).sum()) < 1e-12


def test_angles_of_planes():
    angles = analysis.principal_angles(np.eye(3)[:, :2], np.eye(3)[:, 1:])
    np.testing.assert_allclose(angles, [0, np.pi / 2], atol=1e-12)


def test_intervals_of_a_clock_and_of_a_poisson_process():
    clock = analysis.isi_statistics(np.arange(0.0, 100.0, 10.0))
    assert (clock.intervals, clock.mean_ms) == (9, 10.0) and abs(clock.cv) < 1e-12 and abs(clock.cv2) < 1e-12
    times = np.cumsum(np.random.default_rng(1).exponential(10.0, 20000))
    poisson = analysis.isi_statistics([times])
    assert abs(poisson.cv - 1) < 5 / np.sqrt(20000) and abs(poisson.cv2 - 1) < 5 / np.sqrt(20000)
    assert analysis.isi_statistics([[1.0, 2.0], [0.5, 3.5]]).intervals == 2


def test_rates_of_a_kernel_have_its_area():
    rates = analysis.firing_rates([1], [100.0], count=2, duration_ms=300, kernel="gaussian", width_ms=10)
    assert rates.shape == (2, 300) and not rates[0].any()
    assert abs(rates[1].sum() / 1000 - 1) < 1e-6 and rates[1].argmax() == 100


def test_spectrum_of_a_rotation():
    found = analysis.spectrum([[0.0, -2.0], [2.0, 0.0]])
    np.testing.assert_allclose(found.eigenvalues, [2j, -2j], atol=1e-12)
    assert abs(found.spectral_radius - 2) < 1e-12


def test_tests_agree_with_scipy():
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=30), rng.normal(0.5, size=30)
    ours = analysis.signed_rank(a, b)
    assert abs(ours.p_value - stats.wilcoxon(a, b).pvalue) < 1e-10 and ours.exact
    assert abs(analysis.rank_sum(a, b).p_value - stats.ranksums(a, b).pvalue) < 1e-10
    assert abs(analysis.roc_area(a, b) - stats.mannwhitneyu(a, b).statistic / 900) < 1e-12
    table = analysis.mcnemar([True] * 9 + [False], [False] * 8 + [True] * 2)
    assert table.only_first == 8 and abs(table.p_value - stats.binomtest(1, 9).pvalue) < 1e-12


def test_targeted_reduction_finds_the_axes_that_made_the_activity():
    rng = np.random.default_rng(3)
    axes = np.linalg.qr(rng.normal(size=(12, 2)))[0]
    variables = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)] * 30, dtype=float)
    ramp = np.linspace(0.5, 1, 10)
    activity = np.einsum("nv,kv,t->ntk", axes, variables, ramp) + 0.01 * rng.normal(size=(12, 10, 120))
    conditions = (variables @ [2, 1]).astype(int)
    found = analysis.targeted_reduction(activity, variables, conditions, components=2)
    assert found.axes.shape == (12, 2) and len(found.projections) == 4
    np.testing.assert_allclose(found.axes.T @ found.axes, np.eye(2), atol=1e-10)
    scale = activity.std(axis=(1, 2))
    direction = axes[:, 0] / scale
    assert abs(found.axes[:, 0] @ direction) / np.linalg.norm(direction) > 0.99


def test_mixed_selectivity_of_made_units():
    rng = np.random.default_rng(4)
    factors = np.array([[a, b] for a in (-1, 1) for b in (-1, 1)] * 25, dtype=float)
    made = np.stack([factors[:, 0], factors.sum(axis=1), factors.prod(axis=1), 0 * factors[:, 0]])
    found = analysis.mixed_selectivity(made + 0.1 * rng.normal(size=made.shape), factors, alpha=1e-4)
    assert found.classes == ["pure", "linear mixed", "nonlinear mixed", "unselective"]


def test_whole_numbers_of_more_than_32_bits_are_no_others():
    groups = np.arange(12) % 3 + 2**32 * (np.arange(12) % 2)
    rng = np.random.default_rng(5)
    for call, argument in (
        (lambda: analysis.firing_rates([2**32], [5.0], count=1, duration_ms=10), "units"),
        (lambda: analysis.targeted_reduction(rng.normal(size=(4, 5, 12)), rng.normal(size=(12, 2)), groups), "conditions"),
    ):
        with pytest.raises(rheobase.InputError, match="must be within -1e9 ... 1e9") as caught:
            call()
        assert caught.value.argument == argument


def test_shapes_that_do_not_agree():
    for call in (
        lambda: analysis.pca([1.0, 2.0]), lambda: analysis.principal_angles(np.eye(3), np.eye(2)),
        lambda: analysis.targeted_reduction(np.zeros((2, 3, 4)), np.zeros((5, 1)), [0] * 4),
        lambda: analysis.firing_rates([0, 1], [1.0], count=2, duration_ms=5),
        lambda: analysis.spectrum(np.zeros((2, 3))), lambda: analysis.isi_statistics([3.0, 1.0]),
    ):
        with pytest.raises(rheobase.InputError):
            call()
