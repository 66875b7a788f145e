"""`base.Filter` as conditions on payload fields, which each engine writes in its own words."""

import re
from dataclasses import dataclass

from segments.errors import UserError
from segments.store.base import Filter

_DETECTOR = re.compile(r"[A-Za-z0-9_-]+")


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


def select(where: Filter | None, *, without_videos: tuple[str, ...] = ()) -> Selection:
    """Raises:
    UserError: a detector's name cannot be one.
    """
    return Selection(_conditions(where or Filter()), without_videos)


def anomaly_key(detector: str) -> str:
    """The payload field of a detector's pooled score.

    Raises:
        UserError: the name would not be read back as one field.
    """
    if not _DETECTOR.fullmatch(detector):
        raise UserError(
            f"{detector!r} cannot be a detector: letters, digits, '-' and '_' are allowed"
        )
    return f"anomaly.{detector}"


def _conditions(where: Filter) -> tuple[Condition, ...]:
    levels = (where.level,) if where.level else ()
    lists = {"levels": levels, "video_id": where.video_ids, "cameras": where.cameras}
    conditions: list[Condition] = [OneOf(key, values) for key, values in lists.items() if values]
    if where.recorded_from_ms is not None or where.recorded_until_ms is not None:
        conditions.append(InRange("recorded_ms", where.recorded_from_ms, where.recorded_until_ms))
    for detector, least in where.min_anomaly.items():
        conditions.append(InRange(anomaly_key(detector), least))
    if where.has_audio is not None:
        conditions.append(IsFlag("has_audio", where.has_audio))
    return tuple(conditions)
