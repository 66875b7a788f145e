"""The sizes of an act network: everything that `ActNetwork(config)` is built from."""

from dataclasses import dataclass
from typing import ClassVar

from pydantic import ConfigDict

from detectors.trace.config import TraceConfig, Window


@dataclass(frozen=True)
class ActConfig:
    """Sizes and window of one network.

    Raises:
        ValueError: the sizes do not fit each other.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=False)

    dim: int
    """Width of the regions' patterns and of the words: the shared space."""
    motion_dim: int
    """Width of the scene's motion, one row per clip."""
    window: int = 16
    """Clips of the scene's motion that a region asks."""
    ahead: int = 7
    """How many of them come after its own."""
    heads: int = 8
    traits_hidden: int = 128
    joint_hidden: int = 192
    dropout: float = 0.1

    def __post_init__(self) -> None:
        _ = self.scene  # checks the sizes

    @property
    def before(self) -> int:
        """Clips before its own that what a region does depends on."""
        return self.window - 1 - self.ahead

    @property
    def scene(self) -> TraceConfig:
        """Of the part that is as TRACE has it."""
        return TraceConfig(
            self.dim,
            self.motion_dim,
            windows=(Window(self.window),),
            ahead=self.ahead,
            heads=self.heads,
            joint_hidden=self.joint_hidden,
            dropout=self.dropout,
        )
