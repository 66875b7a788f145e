"""The oddest things of a curve: each in its picture, with its box, its words and what was odd."""
# pyright: reportUnknownMemberType=false
# matplotlib's keyword arguments carry no types.

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from search_api.clock import show_clock
from search_api.curve_reasons import NUM_MARKS, draw_number
from search_api.drawing import ACCENT, CURVE, INK, LINE, QUIET
from search_api.heat import warmed
from search_api.schemas import Explanation, RegionReason
from search_api.stretches import describe_shares

PANEL_IN = 2.75
"""Height of the row of panels."""
_GAP_IN, _PICTURE_IN, _TEXT_TOP_IN, _LINE_IN = 0.14, 1.5, 0.95, 0.2
_LINE_CHARS = 34


@dataclass(frozen=True)
class Peak:
    """One stretch with its oddest thing, ready to be drawn."""

    reason: Explanation
    pixels: UInt8[np.ndarray, "h w 3"] | None
    """RGB picture that shows it; None where the file is gone or cannot be read."""
    heat: UInt8[np.ndarray, "hh hw"] | None
    """What its caption speaks of within the box, 0 to 255."""


def draw_panels(axes: Axes, peaks: Sequence[Peak], width_in: float) -> None:
    """A panel per stretch, side by side; as many fit as get a number.

    Args:
        width_in: of the axes, which are `PANEL_IN` high.
    """
    axes.set_axis_off()
    axes.set_xlim(0, width_in)
    axes.set_ylim(0, PANEL_IN)
    step = (width_in + _GAP_IN) / NUM_MARKS
    for index, peak in enumerate(peaks):
        left = index * step
        _draw_picture(axes, peak, left, step - _GAP_IN)
        _draw_words(axes, peak.reason, left, step - _GAP_IN)
        draw_number(axes, (left + 0.16) / width_in, 1 - 0.3 / PANEL_IN, index + 1)


def _draw_picture(axes: Axes, peak: Peak, left: float, width_in: float) -> None:
    bottom = PANEL_IN - 0.14 - _PICTURE_IN
    axes.add_patch(Rectangle((left, bottom), width_in, _PICTURE_IN, color=LINE))
    if peak.pixels is None:
        middle = (left + width_in / 2, bottom + _PICTURE_IN / 2)
        axes.text(*middle, "file not found", color=QUIET, fontsize=10, ha="center", va="center")
        return
    box = peak.reason.regions[0].box
    shown = peak.pixels if peak.heat is None else warmed(peak.pixels, box, peak.heat)
    scale = min(width_in / shown.shape[1], _PICTURE_IN / shown.shape[0])
    wide, high = shown.shape[1] * scale, shown.shape[0] * scale
    x, y = left + (width_in - wide) / 2, bottom + (_PICTURE_IN - high) / 2
    axes.imshow(shown, extent=(x, x + wide, y, y + high), aspect="auto", zorder=2)
    corner = (x + box[0] * wide, y + (1 - box[3]) * high)
    sides = ((box[2] - box[0]) * wide, (box[3] - box[1]) * high)
    axes.add_patch(Rectangle(corner, *sides, fill=False, edgecolor=ACCENT, linewidth=1.8, zorder=3))


def _draw_words(axes: Axes, reason: Explanation, left: float, width_in: float) -> None:
    thing = reason.regions[0]
    title = f"{show_clock(thing.time_s)}   score {reason.score:.3f}"
    axes.text(left, _TEXT_TOP_IN, title, color=INK, fontsize=10, fontweight="bold", va="center")
    for number, line in enumerate(_caption_lines(thing), start=1):
        y = _TEXT_TOP_IN - number * _LINE_IN
        axes.text(left, y, line, color=INK, fontsize=9.5, va="center").set_parse_math(False)
    _draw_shares(axes, thing, left, width_in)


def _caption_lines(thing: RegionReason) -> list[str]:
    carried = " (as it looked before)" if thing.is_carried else ""
    looks = f"{thing.caption}{carried}" if thing.caption else ""
    said = "; ".join(filter(None, (thing.act, looks))) or "nothing says what it is"
    return wrap(said, _LINE_CHARS, max_lines=2, placeholder=" …")


def _draw_shares(axes: Axes, thing: RegionReason, left: float, width_in: float) -> None:
    """A bar in three colours: what it does, then motion, then appearance."""
    y, whole = 0.27, thing.score or 1.0
    widths = np.cumsum([thing.odds, thing.motion, thing.appearance]) / whole
    for share, colour in zip(widths[::-1].tolist(), (CURVE, ACCENT, INK), strict=True):
        axes.add_patch(Rectangle((left, y), width_in * share, 0.06, color=colour))
    axes.text(left, y - 0.12, describe_shares(thing), color=QUIET, fontsize=8.5, va="center")
