"""Everything that decides the outcome of a run; a record keeps it, and a replay starts from it."""

from pathlib import Path
from typing import Literal

from benchmarks.arguments import TaskArguments

TaskName = Literal[
    "vad-ucf-crime", "vad-xd-violence", "vad-shanghaitech", "vad-ped2", "vad-simulated"
]


class FrameArguments(TaskArguments):
    """What `retrace bench vad-...` was asked for. Which options a task takes, its command tells."""

    task: TaskName  # pyright: ignore[reportIncompatibleVariableOverride]  # frozen: none can set it
    detector: tuple[str, ...] = ("alan",)
    """Trivial detectors are added to these."""
    checkpoint: tuple[Path, ...] = ()
    """Folders of trained networks, one per seed; none takes the features' own profile's."""
    seeds: int | None = None
    """How many checkpoints there are to be; None takes as many as are named."""
    annotations: Path | None = None
    features: Path | None = None
    videos: Path | None = None
    shared: Path | None = None
    work: Path | None = None
    num_videos: int | None = None
    """Of the simulated test split, from its first on; None takes the whole."""
    fps: float | None = None
    profile: str = "auto"
    device: str = "auto"
    smooth: float = 0.0
    """Sigma in frames of a Gaussian over each video's frame scores; 0 leaves them as they are."""
    rounds: int = 2000
    """Bootstrap rounds."""
