"""What a raw score means at one camera: how often its own normal footage reaches it."""

from detectors.calibration.alarms import GAP_S, Alarm, find_alarms
from detectors.calibration.fitting import calibrate
from detectors.calibration.rates import AlarmRate, expected_alarms, rate_at, threshold_rate

__all__ = [
    "GAP_S",
    "Alarm",
    "AlarmRate",
    "calibrate",
    "expected_alarms",
    "find_alarms",
    "rate_at",
    "threshold_rate",
]
