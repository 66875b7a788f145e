"""A calibration as a camera of two days has it."""

from segments.calibrations import Calibration

CALIBRATION = Calibration(
    detector="alan",
    alarms_per_day=1.0,
    threshold=0.75,
    problem=None,
    missing_s=0.0,
    num_alarms=2,
    footage_s=172800.0,
    num_videos=3,
    gap_s=30.0,
    left_out=0,
    dispersion=1.25,
    levels=((0.9, 1), (0.75, 2)),
)
