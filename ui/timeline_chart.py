"""Curves, hits and marks of a video as one chart, over one axis of time."""

from collections.abc import Sequence
from datetime import datetime, tzinfo

import altair as alt
import pandas as pd

from ui import words
from ui.timeline import Kind, Lane, Row, Span, axis_title, stacked, tick_label, ticks, within

LANE_PX, CURVE_PX, AXIS_PX = 10, 58, 46
ROOM_PX = 110
"""For few curves, which are then higher."""
KINDS: tuple[Kind, ...] = ("score", "threshold", "hit", "case", "sound")
"""In the order of the theme's colours."""


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
    axis, height = _axis(span, start, zone), max(CURVE_PX, ROOM_PX // max(len(rows), 1))
    parts = [_curve(row, span, height) for row in rows] + [_lane(lane, span) for lane in lanes]
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


def _curve(row: Row, span: Span, height: int) -> alt.LayerChart:
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
    return alt.LayerChart(layer=layers, height=height, title=_title(said))


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
    size = alt.ExprRef("max(12, 0.0056 * windowSize()[0])")  # as page.css has it
    return alt.TitleParams(
        text,
        anchor="start",
        fontSize=size,
        fontWeight="normal",
        offset=2,
        frame="group",
        limit=alt.ExprRef("0.9 * windowSize()[0]"),
    )
