"""What a point must satisfy, as conditions on payload fields that each engine writes its own way.

A filter is a value that the caller fills in; what it asks of the payload's fields are `conditions`.
"""

from dataclasses import dataclass, field
from typing import Protocol

from segments.media import Level
from segments.payload import anomaly_key


@dataclass(frozen=True)
class OneOf:
    """The field holds one of `values`; a list field, one of them among its elements."""

    key: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class IsFlag:
    """The field is `value`."""

    key: str
    value: bool


@dataclass(frozen=True)
class InRange:
    """`at_least` <= field < `below`; of a list field, some one element."""

    key: str
    at_least: int | float | None = None
    below: int | float | None = None


Condition = OneOf | IsFlag | InRange


@dataclass(frozen=True)
class Selection:
    """Points that satisfy every condition of `must` and belong to none of `without_videos`."""

    must: tuple[Condition, ...] = ()
    without_videos: tuple[str, ...] = ()


class Where(Protocol):
    """A filter of one type of points."""

    def conditions(self) -> tuple[Condition, ...]:
        """All that a point must satisfy; none asks nothing."""
        ...


@dataclass(frozen=True)
class Filter:
    """What a segment must satisfy: every condition that is given; None or empty asks nothing."""

    level: Level | None = None
    video_ids: tuple[str, ...] = ()
    """Any of these."""
    cameras: tuple[str, ...] = ()
    """Seen by any of these."""
    recorded_from_ms: int | None = None
    """Some source recorded the segment at or after this time (UTC milliseconds)."""
    recorded_until_ms: int | None = None
    """Some source recorded the segment before this time."""
    min_anomaly: dict[str, float] = field(default_factory=dict[str, float])
    """Least pooled score by detector."""
    has_audio: bool | None = None

    def conditions(self) -> tuple[Condition, ...]:
        """Raises:
        UserError: a detector's name cannot be one.
        """
        levels = (self.level,) if self.level else ()
        lists = {"levels": levels, "video_id": self.video_ids, "cameras": self.cameras}
        asked: list[Condition] = [OneOf(key, values) for key, values in lists.items() if values]
        if self.recorded_from_ms is not None or self.recorded_until_ms is not None:
            asked.append(InRange("recorded_ms", self.recorded_from_ms, self.recorded_until_ms))
        for detector, least in self.min_anomaly.items():
            asked.append(InRange(anomaly_key(detector), least))
        if self.has_audio is not None:
            asked.append(IsFlag("has_audio", self.has_audio))
        return tuple(asked)


def select(where: Where | None) -> Selection:
    """Raises:
    UserError: the filter asks for something that cannot be.
    """
    return Selection(() if where is None else where.conditions())
