"""Curves, hits and marks of a video over one axis of time: what `timeline_chart` draws.

Everything is in seconds from the video's first picture. Nothing here asks the service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

from search_api.answers.videos import CurveAnswer
from ui import words

MAX_POINTS = 2_000
"""Of one curve, whatever it lasts."""
MAX_TICKS = 10
STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800)
LEAST_SPAN_S = 1.0
Kind = Literal["score", "sound", "threshold", "hit", "case"]


@dataclass(frozen=True)
class Span:
    """A part of the video that is shown."""

    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True)
class Row:
    """A curve."""

    title: str
    unit: str
    kind: Kind
    points: tuple[tuple[float, float], ...]
    """Time and value; a value holds until the next time."""
    threshold: float | None = None
    meaning: str = ""
    """Of the threshold, or why there is none."""


@dataclass(frozen=True)
class Mark:
    """A stretch of time, and what is said of it."""

    start_s: float
    end_s: float
    said: str


@dataclass(frozen=True)
class Lane:
    """Stretches of one kind."""

    title: str
    kind: Kind
    marks: tuple[Mark, ...]


def row_of(answer: CurveAnswer, span: Span) -> Row:
    """A curve as it is drawn: its first and last value reach to the edges of the span."""
    inside = zip([*answer.pts_s, answer.end_s], [*answer.scores, answer.scores[-1]], strict=True)
    points = tuple((min(max(at_s, span.start_s), span.end_s), value) for at_s, value in inside)
    is_sound = answer.unit == "dBFS"
    return Row(
        title="sound level" if is_sound else answer.detector,
        unit=answer.unit,
        kind="sound" if is_sound else "score",
        points=points,
        threshold=answer.calibration.threshold,
        meaning="" if is_sound else words.meaning(answer.calibration),
    )


def within(marks: Iterable[Mark], span: Span) -> tuple[Mark, ...]:
    """The parts of the marks that lie in the span."""
    return tuple(
        Mark(max(mark.start_s, span.start_s), min(mark.end_s, span.end_s), mark.said)
        for mark in marks
        if mark.start_s < span.end_s and mark.end_s > span.start_s
    )


def zoomed(start_s: float, end_s: float, duration_s: float) -> Span:
    """A span of a video that is at least `LEAST_SPAN_S` long, as far as the video is."""
    least_s = min(LEAST_SPAN_S, duration_s)
    middle_s = (start_s + end_s) / 2
    half_s = max((end_s - start_s) / 2, least_s / 2)
    first_s = min(max(middle_s - half_s, 0.0), duration_s - least_s)
    return Span(first_s, min(max(middle_s + half_s, first_s + least_s), duration_s))


def widened(span: Span, factor: float, *, around_s: float, duration_s: float) -> Span:
    """The span made longer or shorter, about a time; whole where that is more than the video."""
    half_s = span.length_s * factor / 2
    if 2 * half_s >= duration_s:
        return Span(0.0, duration_s)
    middle_s = min(max(around_s, half_s), duration_s - half_s)
    return zoomed(middle_s - half_s, middle_s + half_s, duration_s)


def ticks(span: Span) -> list[float]:
    """Round times of the span, `MAX_TICKS` at most."""
    step = next((s for s in STEPS_S if span.length_s / s <= MAX_TICKS - 1), 21_600)
    first = -int(-span.start_s // step)
    count = int(span.end_s / step + 1e-9) - first + 1
    return [round((first + index) * step, 3) for index in range(count)]


def tick_label(at_s: float, start: datetime | None, zone: tzinfo) -> list[str]:
    """Lines below a tick: the place in the video, and the time of day where it is known."""
    place = words.clock(at_s).removesuffix(".0")
    if start is None:
        return [place]
    moment = (start + timedelta(seconds=at_s)).astimezone(zone)
    digits = "%H:%M:%S.%f" if at_s % 1 else "%H:%M:%S"
    return [place, moment.strftime(digits)[:10]]


def axis_title(start: datetime | None, span: Span, zone: tzinfo) -> str:
    """What the ticks' lines are."""
    if start is None:
        return "time in the video (min:s); time of day not known"
    moment = (start + timedelta(seconds=span.start_s)).astimezone(zone)
    return f"time in the video (min:s), and time of day on {moment:%Y-%m-%d} ({zone_of(moment)})"


def zone_of(moment: datetime) -> str:
    return words.zone_name(moment)


def stacked(marks: Iterable[Mark]) -> list[tuple[int, Mark]]:
    """The marks by their start, each with the first level at which it overlaps none before."""
    ends_s: list[float] = []
    placed: list[tuple[int, Mark]] = []
    for mark in sorted(marks, key=lambda one: (one.start_s, one.end_s)):
        free = (level for level, end_s in enumerate(ends_s) if end_s <= mark.start_s)
        level = next(free, len(ends_s))
        ends_s[level : level + 1] = [mark.end_s]
        placed.append((level, mark))
    return placed
