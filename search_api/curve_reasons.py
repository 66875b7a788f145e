"""The strongest reasons of a curve: numbered marks above it, and their sentences in a list."""
# pyright: reportUnknownMemberType=false
# matplotlib's keyword arguments carry no types.

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64
from matplotlib.axes import Axes

from search_api.clock import show_span
from search_api.drawing import ACCENT, BACKGROUND, INK, LINE, QUIET, Type, shorten
from search_api.schemas import Curve, Explanation
from search_api.stretches import describe_reason, stretches, strongest
from segments.spans import TimeSpan

NUM_MARKS = 5
HEADROOM = 0.16
"""Share of the axes above the scores that the marks lie in."""
ROW_IN = 0.5
"""Height of a reason in the list."""
_APART = 0.022
"""Share of the axes' width between two marks, at least."""
_TEXT_PT, _QUIET_PT = 10.5, 9.5
_PX_PER_PT = 100 / 72
_FIT = 0.97
"""Letters are a little wider in matplotlib's hands than in Pillow's."""
_SPAN_X, _SIMILARITY_X, _TEXT_X = 0.03, 0.16, 0.205
"""Shares of the list's width."""


def marked(curve: Curve) -> list[Explanation]:
    """The stretches that get a number, in time order; none without explanations."""
    return strongest(stretches(curve.explanations), NUM_MARKS)


def draw_marks(axes: Axes, found: Sequence[Explanation], duration_s: float) -> None:
    """Shades the stretches, and puts their numbers above them, side by side."""
    middles = np.array([(one.start_s + one.end_s) / 2 for one in found])
    places = spread(middles / duration_s, _APART)
    for number, (one, place) in enumerate(zip(found, places.tolist(), strict=True), start=1):
        axes.axvspan(one.start_s, one.end_s, color=INK, alpha=0.06, linewidth=0)
        for edge_s in (one.start_s, one.end_s):
            axes.axvline(edge_s, color=LINE, linewidth=1.2, zorder=0.9)
        draw_number(axes, place, 1 - HEADROOM / 2, number)


def spread(places: Float64[np.ndarray, " n"], apart: float) -> Float64[np.ndarray, " n"]:
    """Ascending places in [0, 1], moved as little to the right, then left, as `apart` needs."""
    steps = np.arange(len(places)) * apart
    pushed = np.maximum.accumulate(places - steps) + steps
    highest = 1 - apart / 2 - steps[::-1]
    return np.clip(np.minimum(pushed, highest), apart / 2 + steps, None)


def draw_list(axes: Axes, found: Sequence[Explanation], width_px: float) -> None:
    """A row per stretch: its number and time, and the nearest sentence of either side.

    Args:
        width_px: of the axes.
    """
    axes.set_axis_off()
    for index, one in enumerate(found):
        middle, line = 1 - (index + 0.5) / len(found), 0.21 / len(found)
        draw_number(axes, 0.008, middle, index + 1)
        span = show_span(TimeSpan(one.start_s, one.end_s))
        _write(axes, _SPAN_X, middle + line, span, INK, _TEXT_PT)
        _write(axes, _SPAN_X, middle - line, f"score {one.score:.3f}", QUIET, _QUIET_PT)
        room_px = width_px * (1 - _TEXT_X) * _FIT
        rows = ((line, INK, _TEXT_PT, one.anomalous[0]), (-line, QUIET, _QUIET_PT, one.normal[0]))
        for offset, colour, size_pt, reason in rows:
            similarity = f"{reason.similarity:.3f}"
            _write(axes, _SIMILARITY_X, middle + offset, similarity, colour, size_pt)
            shown = shorten(describe_reason(reason), room_px, Type(round(size_pt * _PX_PER_PT)))
            _write(axes, _TEXT_X, middle + offset, shown, colour, size_pt)


def draw_number(axes: Axes, x: float, y: float, number: int) -> None:
    """A disc with a number, at shares of the axes."""
    disc = {"boxstyle": "circle,pad=0.28", "facecolor": ACCENT, "edgecolor": "none"}
    axes.text(
        x,
        y,
        str(number),
        transform=axes.transAxes,
        color=BACKGROUND,
        fontsize=9.5,
        fontweight="bold",
        ha="center",
        va="center_baseline",
        bbox=disc,
        zorder=5,
    )


def _write(axes: Axes, x: float, y: float, text: str, colour: str, size_pt: float) -> None:
    axes.text(
        x, y, text, transform=axes.transAxes, color=colour, fontsize=size_pt, va="center"
    ).set_parse_math(False)
