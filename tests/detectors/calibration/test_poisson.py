import numpy as np
import pytest
from scipy import stats

from detectors.calibration.poisson import count_interval, gamma_quantile, rate_interval


@pytest.mark.parametrize("shape", [0.05, 0.7, 1.0, 5.0, 80.0, 3000.0])
def test_gamma_quantiles(shape: float) -> None:
    for share in (0.025, 0.5, 0.975):
        assert gamma_quantile(share, shape) == pytest.approx(stats.gamma.ppf(share, shape))


def test_known_intervals_of_counts() -> None:
    assert rate_interval(0) == (0.0, pytest.approx(-np.log(0.025)))
    assert rate_interval(1) == pytest.approx((-np.log(0.975), 5.5716), abs=1e-4)
    assert rate_interval(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)
    chosen = -np.log(0.975), -np.log(0.025)
    assert rate_interval(1, is_chosen=True) == pytest.approx(chosen)


def test_clusters_widen_an_interval() -> None:
    """Ten alarms that come in fives are two things that happened."""
    fives = rate_interval(10, dispersion=5.0, is_chosen=True)
    assert fives == pytest.approx([5 * end for end in rate_interval(2, is_chosen=True)])


@pytest.mark.parametrize(("count", "ratio", "dispersion"), [(1, 1, 1), (60, 0.3, 1), (5, 2, 1.7)])
def test_counts_to_come_are_negative_binomial(count: int, ratio: float, dispersion: float) -> None:
    mean, factor = count * ratio, dispersion * (1 + ratio)
    there = stats.nbinom(mean / (factor - 1), 1 / factor)
    assert there.var() == pytest.approx(factor * mean)
    ends = there.ppf(0.025), there.ppf(0.975)
    assert count_interval(count, ratio, dispersion=dispersion) == ends


def test_counts_of_thousands_do_not_underflow() -> None:
    assert count_interval(2000, 1.0) == (1877, 2125)
