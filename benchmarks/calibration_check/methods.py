"""Ways to say how many alarms will come, from the same footage: ours, and what it was chosen over.

Each gives a threshold, how many alarms it says other footage will have there, and the 95 % interval
of that number.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from detectors.calibration.alarms import find_alarms
from detectors.calibration.poisson import HIGH, LOW, count_interval
from detectors.calibration.rates import expected_alarms
from segments.calibrations import Calibration
from segments.scores import AnomalyTrack

BOOTSTRAP_DRAWS = 200
TAIL_ALARMS = 100
"""Highest alarms that the tail is fitted to."""
SMALLEST_SHAPE = 1e-6


@dataclass(frozen=True)
class Statement:
    """What is said of footage that has not been seen."""

    threshold: float
    expected: float
    low: int
    high: int


Tracks = Sequence[AnomalyTrack]
Method = Callable[[Calibration, Tracks, float, np.random.Generator], Statement]
"""Of a calibration, the tracks it was made from, and the other footage's seconds."""


def counted(
    calibration: Calibration, tracks: Tracks, footage_s: float, rng: np.random.Generator
) -> Statement:
    """The rank of a peak, a Gamma rate, and as much spread as the footage's own counts have."""
    low, high = expected_alarms(calibration, footage_s)
    ratio = footage_s / calibration.footage_s
    return Statement(_threshold(calibration), calibration.num_alarms * ratio, low, high)


def independent(
    calibration: Calibration, tracks: Tracks, footage_s: float, rng: np.random.Generator
) -> Statement:
    """The same, as if alarms came independently of each other."""
    return counted(calibration.model_copy(update={"dispersion": 1.0}), tracks, footage_s, rng)


def bootstrap(
    calibration: Calibration, tracks: Tracks, footage_s: float, rng: np.random.Generator
) -> Statement:
    """The same threshold; rates from videos drawn with replacement, and a Poisson count of each."""
    threshold, ratio = _threshold(calibration), footage_s / calibration.footage_s
    counts = np.array([len(find_alarms(one, threshold, gap_s=calibration.gap_s)) for one in tracks])
    drawn = counts[rng.integers(len(counts), size=(BOOTSTRAP_DRAWS, len(counts)))].sum(axis=1)
    low, high = np.quantile(rng.poisson(drawn * ratio), [LOW, HIGH])
    return Statement(threshold, counts.sum() * ratio, int(low), int(np.ceil(high)))


def fitted_tail(
    calibration: Calibration, tracks: Tracks, footage_s: float, rng: np.random.Generator
) -> Statement:
    """A generalised Pareto tail of the highest alarms' peaks (by Hosking and Wallis's moments)."""
    levels = [level for level in calibration.levels if level[1] <= TAIL_ALARMS]
    start, count = levels[-1]
    alarms = [a for one in tracks for a in find_alarms(one, start, gap_s=calibration.gap_s)]
    excess = np.sort([alarm.peak - start for alarm in alarms])
    shares = 1 - (np.arange(1, len(excess) + 1) - 0.35) / len(excess)
    first, second = excess.mean(), (shares * excess).mean()
    shape = 2 - first / (first - 2 * second) if first > 2 * second else SMALLEST_SHAPE
    scale = first * (1 - shape)
    wanted, ratio = calibration.num_alarms, footage_s / calibration.footage_s
    bent = shape if abs(shape) > SMALLEST_SHAPE else SMALLEST_SHAPE
    threshold = start + scale / bent * ((count / wanted) ** bent - 1)
    low, high = count_interval(wanted, ratio)
    return Statement(float(threshold), wanted * ratio, low, high)


METHODS: dict[str, Method] = {
    "counted": counted,
    "independent": independent,
    "bootstrap": bootstrap,
    "fitted tail": fitted_tail,
}


def _threshold(calibration: Calibration) -> float:
    assert calibration.threshold is not None, "only what is calibrated is asked"
    return calibration.threshold
