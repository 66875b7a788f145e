"""What `retrace bench tower-speed` was asked for."""

from typing import Literal

from benchmarks.arguments import TaskArguments

TASK = "tower-speed"
SizeName = Literal["real", "smoke"]


class TowerSpeedArguments(TaskArguments):
    """Everything that decides what is measured; fields are the command's options."""

    task: str = TASK
    size: SizeName = "real"
    device: str = "auto"
    all: bool = False
    """On a CPU too, measure the models that are meant for a GPU."""
    compile: bool | None = None
    """Measure `torch.compile` too; None: on a GPU."""
    minutes: float = 8.0
    """What has not begun by then is left out, and says so."""
    seed: int = 0
