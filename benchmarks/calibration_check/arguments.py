"""What `retrace bench calibration-check` was asked for."""

from pathlib import Path

from benchmarks.arguments import TaskArguments

TASK = "calibration-check"


class CalibrationArguments(TaskArguments):
    """Everything that decides what is measured; fields are the command's options."""

    task: str = TASK
    work: Path = Path("runs/simulated")
    splits: int = 100
    """Random halves of each camera's videos: one to calibrate, one to count alarms on."""
    seed: int = 0
