"""What a calibration says: alarms a day at its threshold, and at any score."""

from dataclasses import dataclass

from detectors.calibration.fitting import DAY_S
from detectors.calibration.poisson import count_interval, rate_interval
from segments.calibrations import Calibration


@dataclass(frozen=True)
class AlarmRate:
    """Alarms per 24 hours of footage."""

    per_day: float
    """0 where nothing in the footage was as high: `high` is what that leaves open."""
    low: float
    high: float
    """Ends of the 95 % interval."""


def threshold_rate(calibration: Calibration) -> AlarmRate:
    """What the threshold stands for.

    Raises:
        ValueError: it has none.
    """
    _require_threshold(calibration)
    return _rate(calibration, calibration.num_alarms, is_chosen=True)


def rate_at(calibration: Calibration, score: float) -> AlarmRate:
    """How often normal footage has an alarm as high as `score`.

    Up to 5 % below the true count where there are many: levels are kept that far apart.
    """
    most = max((count for level, count in calibration.levels if level >= score), default=0)
    return _rate(calibration, max(0, most - calibration.left_out), is_chosen=False)


def expected_alarms(calibration: Calibration, footage_s: float) -> tuple[int, int]:
    """How many alarms other normal footage of the camera has at the threshold, with 95 %.

    Raises:
        ValueError: there is no threshold.
    """
    _require_threshold(calibration)
    return count_interval(
        calibration.num_alarms,
        footage_s / calibration.footage_s,
        dispersion=calibration.dispersion,
    )


def _require_threshold(calibration: Calibration) -> None:
    if not calibration.is_calibrated:
        raise ValueError(f"uncalibrated: {calibration.problem}")


def _rate(calibration: Calibration, count: int, *, is_chosen: bool) -> AlarmRate:
    if not calibration.footage_s:
        return AlarmRate(0.0, 0.0, float("inf"))
    days = calibration.footage_s / DAY_S
    low, high = rate_interval(count, dispersion=calibration.dispersion, is_chosen=is_chosen)
    return AlarmRate(count / days, low / days, high / days)
