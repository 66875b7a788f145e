"""What `retrace bench local-patterns` was asked for."""

from pathlib import Path
from typing import Literal

from benchmarks.arguments import TaskArguments

TASK = "local-patterns"


class PatternArguments(TaskArguments):
    """Local Patterns on real footage, one thing changed at a time."""

    task: str = TASK
    dataset: Literal["ped2"] = "ped2"
    shared: Path
    work: Path = Path("runs/local-patterns")
    setting: tuple[str, ...] = ()
    """Names of the settings to score; none takes all."""
    seeds: int = 1
    """Modules per setting; metrics are means over them."""
    rounds: int = 1000
    """Bootstrap rounds."""
