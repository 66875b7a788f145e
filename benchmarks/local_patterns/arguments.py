"""What `retrace bench local-patterns` was asked for."""

from pathlib import Path
from typing import Literal

from benchmarks.arguments import TaskArguments

TASK = "local-patterns"
SPEED_TASK = "local-patterns-speed"


class PatternArguments(TaskArguments):
    """Local Patterns on Ped2, or on the simulated walkway that settings were chosen by."""

    task: str = TASK
    dataset: Literal["ped2", "walkway"] = "ped2"
    shared: Path
    work: Path = Path("runs/local-patterns")
    setting: tuple[str, ...] = ()
    """Names of the settings to score; none takes all."""
    seeds: int = 1
    """Modules per clip of the chosen setting, metrics being means over them; others have one."""
    rounds: int = 1000
    """Bootstrap rounds."""
