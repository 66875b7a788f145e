"""What an audit of the bank looks at, and what it says."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from segments.spans import TimeSpan


@dataclass(frozen=True)
class Windows:
    """All windows of a library, each with what it shows."""

    videos: tuple[str, ...]
    """Of each window."""
    spans: tuple[TimeSpan, ...]
    vectors: Float32[np.ndarray, "n d"]
    """Unit, in the space of the traces' vectors."""
    contexts: tuple[tuple[str, ...], ...]
    """The contexts that stand for each window's camera; empty: all."""

    def __len__(self) -> int:
        return len(self.videos)


@dataclass(frozen=True)
class LabelledEvent:
    """A time in which something anomalous goes on."""

    video: str
    span: TimeSpan


@dataclass(frozen=True)
class NearTrace:
    """A sentence beside a window."""

    id: str
    text: str
    context: str
    kind: str | None
    similarity: float


@dataclass(frozen=True)
class AuditedWindow:
    """A window with what its score rests on."""

    video: str
    start_s: float
    end_s: float
    score: float
    """Nearest anomalous less nearest normal trace."""
    share_above: float
    """Of the library's windows, those that score higher."""
    anomalous: tuple[NearTrace, ...]
    normal: tuple[NearTrace, ...]


@dataclass(frozen=True)
class Gap:
    """Windows of one sort that no sentence is near to."""

    num_windows: int
    videos: tuple[str, ...]
    nearness: float
    """Cosine to its nearest trace, of the farthest window."""
    farthest: AuditedWindow


@dataclass(frozen=True)
class Audit:
    """What the bank does not cover."""

    windows: tuple[AuditedWindow, ...]
    """Missed events, lowest score first; without labels, windows that the bank can tell least."""
    num_events: int | None
    """Labelled events that were looked for; None without labels."""
    num_windows: int
    usual_nearness: float
    """Median cosine of a window to its nearest trace."""
    far_below: float
    """Windows whose nearest trace is below this cosine are far."""
    gaps: tuple[Gap, ...]
    """Largest first."""
