import numpy as np
import pytest
from scipy import stats

from detectors.calibration import (
    calibrate,
    expected_alarms,
    find_alarms,
    rate_at,
    threshold_rate,
)
from segments.scores import AnomalyTrack

STEP_S = 10.0
HOUR = 360
"""Scores of ten seconds."""


def track(scores: np.ndarray, detector: str = "alan") -> AnomalyTrack:
    times = np.arange(len(scores)) * STEP_S
    return AnomalyTrack(detector, scores.astype(np.float32), times, len(scores) * STEP_S)


def bumps(hours: float, per_hour: float, rng: np.random.Generator, size: int = 1) -> AnomalyTrack:
    """Noise below 0, and bumps of uniform height that come `size` at a time, as Poisson does."""
    scores = -rng.random(round(hours * HOUR))
    starts = rng.integers(0, len(scores), rng.poisson(hours * per_hour / size))
    for start in starts:
        places = (start + 12 * np.arange(size)) % len(scores)
        scores[places] = rng.random(size)
    return track(scores)


def autoregressive(hours: float, rng: np.random.Generator) -> AnomalyTrack:
    noise = rng.standard_normal(round(hours * HOUR) + 100)
    scores = np.zeros(len(noise))
    for place in range(1, len(noise)):
        scores[place] = 0.9 * scores[place - 1] + noise[place]
    return track(scores[100:])


def test_the_threshold_is_the_peak_of_that_rank() -> None:
    scores = np.zeros(48 * HOUR)
    scores[HOUR : 41 * HOUR : HOUR] = np.arange(40) / 40  # peaks of 0 to 39/40, an hour apart
    found = calibrate([track(scores)], detector="alan", alarms_per_day=1.5)
    assert (found.threshold, found.num_alarms, found.footage_s) == (np.float32(37 / 40), 3, 172800)
    assert threshold_rate(found).per_day == 1.5
    left = calibrate([track(scores)], detector="alan", alarms_per_day=1.5, leave_out=2)
    assert (left.threshold, left.num_alarms, left.left_out) == (np.float32(35 / 40), 3, 2)
    assert rate_at(left, 37.5 / 40).per_day == 0.0
    assert rate_at(found, 36.5 / 40).per_day == 1.5
    assert rate_at(found, 2.0).high == pytest.approx(-np.log(0.025) / 2)
    assert rate_at(found, 0.5).per_day == 10.0


def test_stated_rates_hold_the_true_one_as_often_as_they_say() -> None:
    """60 cameras of 50 hours with 4 bumps an hour: those above u come at 96 (1 - u) a day.

    A held-out 100 hours must also lie in what was said of them. Binomial: 95 % of 60 is 57, and
    fewer than 51 come once in a thousand.
    """
    rng = np.random.default_rng(0)
    rates, counts = 0, 0
    for _ in range(60):
        found = calibrate([bumps(50, 4, rng)], detector="alan", alarms_per_day=6)
        assert found.threshold is not None
        rate, true = threshold_rate(found), 96 * (1 - found.threshold)
        rates += rate.low <= true <= rate.high
        low, high = expected_alarms(found, 360000.0)
        counts += low <= len(find_alarms(bumps(100, 4, rng), found.threshold)) <= high
    fewest = stats.binom.ppf(0.001, 60, 0.95)
    assert fewest <= min(rates, counts)
    assert rates < 60 or counts < 60  # not by being wide


def test_clusters_are_seen_and_widen_the_interval() -> None:
    rng = np.random.default_rng(1)
    single = calibrate([bumps(200, 2, rng)], detector="alan", alarms_per_day=12)
    tens = calibrate([bumps(200, 2, rng, size=10)], detector="alan", alarms_per_day=12)
    assert single.dispersion < 1.5 < 2.0 < tens.dispersion
    ours, theirs = threshold_rate(single), threshold_rate(tens)
    assert theirs.high - theirs.low > 1.2 * (ours.high - ours.low)


def test_scores_that_follow_each_other_are_counted_once() -> None:
    """AR(1) with 0.9: excursions last; counted apart, the rate on other footage agrees."""
    rng = np.random.default_rng(2)
    inside = 0
    for _ in range(20):
        found = calibrate([autoregressive(48, rng)], detector="alan", alarms_per_day=8)
        assert found.threshold is not None
        low, high = expected_alarms(found, 172800.0)
        inside += low <= len(find_alarms(autoregressive(48, rng), found.threshold)) <= high
    assert inside >= stats.binom.ppf(0.001, 20, 0.95)


def test_real_events_can_be_left_out() -> None:
    rng = np.random.default_rng(3)
    normal = bumps(48, 4, rng)
    spoiled = normal.scores.copy()
    spoiled[[1000, 5000]] = 9.0
    plain = calibrate([normal], detector="alan", alarms_per_day=2)
    robust = calibrate([track(spoiled)], detector="alan", alarms_per_day=2, leave_out=2)
    naive = calibrate([track(spoiled)], detector="alan", alarms_per_day=2)
    assert plain.threshold is not None
    assert naive.threshold is not None
    assert robust.threshold == pytest.approx(plain.threshold, abs=1e-6)
    assert naive.threshold > plain.threshold


def test_too_little_footage_is_said_with_what_lacks() -> None:
    found = calibrate([bumps(3.5, 4, np.random.default_rng(4))], detector="alan")
    assert (found.threshold, found.num_alarms) == (None, 0)
    assert found.problem == (
        "1 a day takes at least 24.0 h of footage and there are 3.5 h: 20.5 h more are needed"
    )
    assert found.missing_s == pytest.approx(20.5 * 3600)
    assert calibrate([], detector="alan").missing_s == 86400
    with pytest.raises(ValueError, match="uncalibrated: 1 a day takes"):
        threshold_rate(found)
    just = calibrate([bumps(24, 4, np.random.default_rng(4))], detector="alan")
    assert just.num_alarms == 1


def test_scores_without_rare_levels_are_not_calibrated() -> None:
    constant = calibrate([track(np.full(48 * HOUR, 0.5))], detector="alan")
    assert constant.problem is not None
    assert constant.problem.startswith("alarms would take 100% of the footage")
    scores = np.zeros(48 * HOUR)
    scores[HOUR::HOUR] = 1.0
    saturated = calibrate([track(scores)], detector="alan")
    assert saturated.problem is not None
    assert saturated.problem.startswith("the highest score, 1.000, comes 47 times")
    assert (constant.threshold, saturated.threshold, saturated.missing_s) == (None, None, 0)


def test_what_cannot_be_calibrated_is_refused() -> None:
    bad = track(np.array([0.0, np.nan]))
    for arguments, message in (
        (([bad],), "not finite"),
        (([track(np.zeros(3), "trace")],), "a track of 'trace' among those of 'alan'"),
    ):
        with pytest.raises(ValueError, match=message):
            calibrate(*arguments, detector="alan")
    with pytest.raises(ValueError, match="alarms_per_day"):
        calibrate([], detector="alan", alarms_per_day=0)


def test_levels_stay_few_and_near() -> None:
    found = calibrate([bumps(2000, 4, np.random.default_rng(6))], detector="alan")
    assert len(found.levels) < 200
    peak = 0.5
    assert rate_at(found, peak).per_day == pytest.approx(96 * (1 - peak), rel=0.1)
