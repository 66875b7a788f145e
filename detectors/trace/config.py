"""The hyper-parameters of a TRACE network: everything that `TraceNetwork(config)` is built from."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

Fusion = Literal["attention", "concat", "appearance"]
"""Cross-attention from appearance to temporal tokens; a bottleneck over both side by side, the
tokens as their mean over the window (the paper's ablation); or appearance alone."""
Mix = Literal["gate", "max"]
"""Several windows: a learned gate weighs what they answer, for one vector per clip; or each gives a
vector of its own, and the clip's score is the highest of theirs (cross-attention only)."""


@dataclass(frozen=True)
class Window:
    """What one reading of the past spans: `slots` tokens, each the mean of `stride` clips.

    Raises:
        ValueError: a number below 1.
    """

    slots: int
    stride: int = 1

    def __post_init__(self) -> None:
        if self.slots < 1 or self.stride < 1:
            raise ValueError(f"a window has at least one slot of one clip, not {self}")

    @property
    def clips(self) -> int:
        """How many clips it reaches over, its own among them."""
        return self.slots * self.stride


@dataclass(frozen=True)
class TraceConfig:
    """Sizes and windows of one network (METHODS B.1, B.5).

    Raises:
        ValueError: the sizes do not fit each other.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=False)

    dim: int
    """Width of the appearance features and of the words: the shared space."""
    motion_dim: int
    """Width of the temporal tokens, one per clip."""
    fusion: Fusion = "attention"
    windows: tuple[Window, ...] = (Window(16),)
    """In clips. Several are read side by side."""
    mix: Mix = "gate"
    ahead: int = 0
    """Clips that a window reaches beyond its own: the delay of a live camera, at most the window
    less one."""
    heads: int = 8
    visual_hidden: int = 128
    """Bottleneck of the appearance adapter."""
    temporal_hidden: int = 256
    """Bottleneck of the temporal adapter, and of concatenation."""
    joint_hidden: int = 0
    """Bottleneck over what appearance and its windows make together; 0 for none."""
    dropout: float = 0.1

    def __post_init__(self) -> None:
        if self.dim % self.heads:
            raise ValueError(f"dim must be a multiple of heads: {self.dim = }, {self.heads = }")
        if not self.windows:
            raise ValueError("at least one window is needed, e.g. (Window(16),)")
        if self.mix == "max" and self.fusion != "attention":
            raise ValueError(f"windows answer apart by cross-attention only, not by {self.fusion}")
        shortest = min(window.clips for window in self.windows)
        if not 0 <= self.ahead < shortest:
            raise ValueError(
                f"{self.ahead = } is outside 0 to {shortest - 1}: a window holds its own clip"
            )

    @property
    def num_answers(self) -> int:
        """Vectors per clip."""
        return len(self.windows) if self.mix == "max" else 1

    @property
    def reach(self) -> int:
        """Clips before its own that the widest window needs."""
        return max(window.clips for window in self.windows) - 1 - self.ahead
