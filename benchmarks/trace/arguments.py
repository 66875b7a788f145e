"""What `retrace bench trace-ablations` was asked for."""

from pathlib import Path
from typing import Literal, get_args

from benchmarks.arguments import TaskArguments

TASK = "trace-ablations"
Ablation = Literal[
    "fusion", "window", "rule", "k", "bank-size", "contexts", "smoothing", "resampling"
]
ABLATIONS: tuple[Ablation, ...] = get_args(Ablation)


class AblationArguments(TaskArguments):
    """Which parts of TRACE are changed, on the simulated test videos."""

    task: str = TASK
    ablation: tuple[Ablation, ...] = ABLATIONS
    work: Path = Path("runs/simulated")
    network: tuple[str, ...] = ()
    """`NAME=DIR` of networks to set beside the shipped one: other fusions, windows, seeds."""
    num_videos: int | None = None
    """Of the test split, from its first on; None takes the whole."""
    rounds: int = 1000
    """Bootstrap rounds."""
