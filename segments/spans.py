"""Half-open spans of time within one video."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class TimeSpan:
    """The times t with `start_s` <= t < `end_s`, in seconds from the video's first frame."""

    start_s: float
    end_s: float

    def __post_init__(self) -> None:
        if not self.start_s <= self.end_s:  # also refuses nan
            raise ValueError(f"a span ends before it starts: {self.start_s = }, {self.end_s = }")

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s

    def contains(self, time_s: float) -> bool:
        return self.start_s <= time_s < self.end_s

    def overlap_s(self, other: "TimeSpan") -> float:
        """Seconds the two spans share; 0 where they only touch."""
        return max(0.0, min(self.end_s, other.end_s) - max(self.start_s, other.start_s))

    def iou(self, other: "TimeSpan") -> float:
        """Intersection over union, in [0, 1]; 0 for two empty spans."""
        shared = self.overlap_s(other)
        union = self.duration_s + other.duration_s - shared
        return shared / union if union > 0 else 0.0

    def union(self, other: "TimeSpan") -> "TimeSpan":
        """The smallest span that holds both."""
        return TimeSpan(min(self.start_s, other.start_s), max(self.end_s, other.end_s))


def merge_spans(spans: Iterable[TimeSpan], *, gap_s: float = 0.0) -> list[TimeSpan]:
    """Joins spans that overlap, touch, or lie at most `gap_s` apart; sorted by start."""
    merged: list[TimeSpan] = []
    for span in sorted(spans):
        if merged and span.start_s - merged[-1].end_s <= gap_s:
            merged[-1] = merged[-1].union(span)
        else:
            merged.append(span)
    return merged
