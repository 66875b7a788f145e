import numpy as np
import pytest

from detectors.calibration.alarms import Alarm, AlarmLevels, find_alarms, recent
from segments.scores import AnomalyTrack


def track(*scores: float, step_s: float = 1.0) -> AnomalyTrack:
    times = np.arange(len(scores)) * step_s
    return AnomalyTrack("alan", np.array(scores, np.float32), times, len(scores) * step_s)


def test_stretches_no_farther_apart_than_the_gap_are_one_alarm() -> None:
    seen = track(0, 5, 0, 0, 6, 6, 0, 0, 0, 7)
    first, second, third = Alarm(1, 2, 5), Alarm(4, 6, 6), Alarm(9, 10, 7)
    assert find_alarms(seen, 5, gap_s=3) == [Alarm(1, 10, 7)]
    assert find_alarms(seen, 5, gap_s=2) == [Alarm(1, 6, 6), third]
    assert find_alarms(seen, 5, gap_s=1.9) == [first, second, third]
    assert find_alarms(seen, 5, gap_s=0) == [first, second, third]
    assert find_alarms(seen, 7.5, gap_s=3) == []


def test_an_alarm_as_long_as_hours_is_one() -> None:
    long = track(*[0.0] * 50, *[9.0] * 9000, *[0.0] * 50)
    assert find_alarms(long, 9, gap_s=30) == [Alarm(50, 9050, 9)]


def test_the_first_score_may_ring() -> None:
    assert find_alarms(track(1, 0), 1, gap_s=5) == [Alarm(0, 1, 1)]
    assert find_alarms(track(), 1, gap_s=5) == []


def test_what_was_heard_before_is_the_highest_within_the_gap() -> None:
    nothing = -np.inf
    assert recent(track(3, 1, 0, 0, 2, 0), gap_s=2).tolist() == [nothing, 3, 3, 3, 1, 2]
    assert recent(track(3, 1, 0), gap_s=0).tolist() == [nothing, 3, 1]
    uneven = AnomalyTrack("alan", np.array([4, 1, 2], np.float32), np.array([0, 0.5, 10]), 11)
    assert recent(uneven, gap_s=9.4).tolist() == [nothing, 4, 1]
    assert recent(uneven, gap_s=9.5).tolist() == [nothing, 4, 4]


@pytest.mark.parametrize("gap_s", [0.0, 2.0, 7.0])
def test_levels_count_what_would_ring_at_every_threshold(gap_s: float) -> None:
    rng = np.random.default_rng(5)
    seen = [track(*rng.integers(0, 12, 60).tolist()) for _ in range(4)]
    levels = AlarmLevels.of(seen, gap_s=gap_s)
    most = 0
    assert levels.scores.tolist() == sorted(levels.scores.tolist(), reverse=True)
    for score, count, share in zip(levels.scores, levels.counts, levels.shares, strict=True):
        most = max(most, sum(len(find_alarms(one, score, gap_s=gap_s)) for one in seen))
        assert count == most
        assert share == np.mean(
            [np.maximum(one.scores, recent(one, gap_s)) >= score for one in seen]
        )


def test_no_footage_has_no_levels() -> None:
    levels = AlarmLevels.of([])
    assert (len(levels.scores), len(levels.counts), len(levels.shares)) == (0, 0, 0)
