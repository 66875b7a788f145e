"""Everything that decides the outcome of a run; a record keeps it, and a replay starts from it."""

import shlex
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

TaskName = Literal[
    "vad-ucf-crime", "vad-xd-violence", "vad-shanghaitech", "vad-ped2", "vad-simulated"
]


class FrameArguments(BaseModel):
    """What `retrace bench vad-...` was asked for. Which options a task takes, its command tells."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    task: TaskName
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

    @property
    def command(self) -> str:
        """The shell command that asks for this."""
        words = ["retrace", "bench", self.task]
        for name, value in self.changed().items():
            for each in value if isinstance(value, list) else [value]:
                words += [f"--{name.replace('_', '-')}", str(each)]
        return shlex.join(words)

    def changed(self) -> dict[str, Any]:
        """What differs from the defaults, as JSON values."""
        return self.model_dump(mode="json", exclude={"task"}, exclude_defaults=True)
