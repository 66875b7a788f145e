"""Curves, hits and marks of a video over one axis of time, as one chart.

Everything is in seconds from the video's first picture. Nothing here asks the service.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal

import altair as alt
import pandas as pd

from search_api.answers.videos import CurveAnswer
from ui import words

MAX_POINTS = 2_000
"""Of one curve, whatever it lasts."""
MAX_TICKS = 10
STEPS_S = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800)
LEAST_SPAN_S = 1.0
LANE_PX, CURVE_PX, AXIS_PX = 10, 58, 46
Kind = Literal["score", "sound", "threshold", "hit", "case"]
KINDS: tuple[Kind, ...] = ("score", "threshold", "hit", "case", "sound")
"""In the order of the theme's colours."""


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


def chart(
    rows: Sequence[Row],
    lanes: Sequence[Lane],
    span: Span,
    *,
    start: datetime | None,
    zone: tzinfo,
) -> alt.VConcatChart:
    """One plot below the other, all over the same axis of time, which only the last one labels.

    Args:
        rows: with `lanes` at least one.
        start: wall-clock time of the video's first picture.
    """
    axis = _axis(span, start, zone)
    parts = [_curve(row, span) for row in rows] + [_lane(lane, span) for lane in lanes]
    bare = axis.copy()
    bare.labels, bare.title, bare.domain = False, None, False
    plots = [
        part.encode(alt.X("t:Q", scale=_scale(span), axis=axis if part is parts[-1] else bare))
        for part in parts
    ]
    return alt.vconcat(
        *plots,
        spacing=6,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        padding={"left": 0, "right": 12, "top": 2, "bottom": 4},
        usermeta={"embedOptions": {"renderer": "svg"}},  # the strip looks for its plots
    ).resolve_scale(x="shared", color="shared")


def _scale(span: Span) -> alt.Scale:
    return alt.Scale(domain=[span.start_s, span.end_s], nice=False, zero=False)


def _axis(span: Span, start: datetime | None, zone: tzinfo) -> alt.Axis:
    values = ticks(span)
    labels = {f"{value:g}": tick_label(value, start, zone) for value in values}
    return alt.Axis(
        values=values,
        labelExpr=f"({labels})[format(datum.value, '.12~g')]",
        title=axis_title(start, span, zone),
        labelFlush=True,
        grid=True,
        tickSize=4,
    )


def _curve(row: Row, span: Span) -> alt.LayerChart:
    """A plot of one curve with its threshold."""
    frame = pd.DataFrame(row.points, columns=["t", "value"])
    frame["place"], frame["kind"] = [words.clock(at_s) for at_s in frame["t"]], row.kind
    value = alt.Y("value:Q", axis=_y_axis(row.unit), scale=alt.Scale(zero=False, nice=True))
    tips = [alt.Tooltip("place:N", title="at"), alt.Tooltip("value:Q", title=row.unit)]
    line = alt.Chart(frame).mark_line(interpolate="step-after", strokeWidth=1.5, clip=True)
    layers = [line.encode(y=value, color=_colour(), tooltip=tips)]
    if row.threshold is not None:
        edges = [(span.start_s, row.threshold), (span.end_s, row.threshold)]
        level = alt.Chart(pd.DataFrame(edges, columns=["t", "value"]).assign(kind="threshold"))
        dashes = level.mark_line(strokeDash=[6, 4], strokeWidth=1.5)
        layers.append(dashes.encode(y=value, color=_colour()))
    meant = f"threshold (dashed): {row.meaning}" if row.threshold is not None else row.meaning
    said = " · ".join(part for part in (f"{row.title} ({row.unit})", meant) if part)
    return alt.LayerChart(layer=layers, height=CURVE_PX, title=_title(said))


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


def _lane(lane: Lane, span: Span) -> alt.LayerChart:
    """A plot of stretches; those that overlap lie below each other."""
    placed = stacked(within(lane.marks, span))
    marks = [(one.start_s, one.end_s, one.said, level) for level, one in placed]
    frame = pd.DataFrame(marks, columns=["t", "until", "said", "level"]).assign(kind=lane.kind)
    bars = alt.Chart(frame).mark_rect(cornerRadius=2)
    levels = alt.Y("level:O", axis=None, scale=alt.Scale(paddingInner=0.2))
    tip = alt.Tooltip("said:N", title=lane.title)
    encoded = bars.encode(y=levels, x2="until:Q", color=_colour(), tooltip=tip)
    num_levels = 1 + max((level for level, _ in placed), default=0)
    height = LANE_PX * num_levels
    return alt.LayerChart(layer=[encoded], height=height, title=_title(lane.title))


def _y_axis(unit: str) -> alt.Axis:
    # of one width in all plots, so that they stand under each other
    return alt.Axis(
        title=None,
        tickCount=3,
        format=".0f" if unit == "dBFS" else ".2~g",
        minExtent=AXIS_PX,
        maxExtent=AXIS_PX,
    )


def _colour() -> alt.Color:
    """Of the theme: the same kind has the same in every plot."""
    scale = alt.Scale(domain=list(KINDS))
    return alt.Color("kind:N", scale=scale, legend=None)


def _title(text: str) -> alt.TitleParams:
    return alt.TitleParams(
        text, anchor="start", fontSize=12, fontWeight="normal", offset=2, frame="group"
    )
