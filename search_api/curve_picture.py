"""A curve with the frames it speaks of, aligned in time."""
# pyright: reportUnknownMemberType=false
# matplotlib's keyword arguments carry no types.

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from search_api.clock import show_clock, show_wall_time
from search_api.curve_reasons import HEADROOM, ROW_IN, draw_list, draw_marks, marked
from search_api.curve_regions import PANEL_IN, Peak, draw_panels
from search_api.curves import peak_s, score_limits, score_title
from search_api.drawing import ACCENT, BACKGROUND, CARD, INK, LINE, QUIET
from search_api.schemas import Curve

NUM_FRAMES = 9
_WIDTH_IN, _HEIGHT_IN, _DPI = 13.0, 5.6, 100
_LEFT, _WIDTH = 0.055, 0.915
"""Shares of the picture's width: where everything begins, and how wide it is."""
_MARGIN_IN = 0.308
"""Below the last row of the picture; a list of reasons takes half of it."""
_LONG_S = 20.0
"""Videos from this length on need no tenths of seconds on their axis."""
_STRIP_ASPECT = 11.9 / 1.05
"""Width by height of the strip, in inches."""


@dataclass(frozen=True)
class Still:
    """One picture of the strip under the curve."""

    time_s: float
    pixels: UInt8[np.ndarray, "h w 3"] | None
    """RGB; None where the file is gone or cannot be read."""


def still_times(duration_s: float, num: int = NUM_FRAMES) -> list[float]:
    """The middles of `num` equal parts of a video."""
    return [(index + 0.5) * duration_s / num for index in range(num)]


def draw_curve(curve: Curve, stills: Sequence[Still], peaks: Sequence[Peak] = ()) -> Figure:
    """Draws scores over time with `stills`, spread evenly, under them.

    Where the curve has explanations, the strongest stretches are marked, and listed below.

    Args:
        peaks: the marked stretches with their pictures, where things explain them.
    """
    reasons = marked(curve)
    list_in = PANEL_IN if peaks else len(reasons) * ROW_IN
    figure = Figure((_WIDTH_IN, _HEIGHT_IN + list_in), dpi=_DPI, facecolor=BACKGROUND)
    upper = _add_axes(figure, list_in + 1.932, 2.66)
    strip = _add_axes(figure, list_in + _MARGIN_IN, 1.05, sharex=upper)
    _draw_title(figure, curve)
    _draw_scores(upper, curve, has_marks=bool(reasons))
    _draw_strip(strip, curve, stills)
    if reasons:
        draw_marks(upper, reasons, curve.duration_s)
        listed = _add_axes(figure, _MARGIN_IN / 2, list_in)
        if peaks:
            draw_panels(listed, peaks, _WIDTH_IN * _WIDTH)
        else:
            draw_list(listed, reasons, _WIDTH_IN * _WIDTH * _DPI)
    upper.set_xlim(0, curve.duration_s)
    return figure


def _add_axes(
    figure: Figure, bottom_in: float, height_in: float, sharex: Axes | None = None
) -> Axes:
    height = figure.get_figheight()
    return figure.add_axes((_LEFT, bottom_in / height, _WIDTH, height_in / height), sharex=sharex)


def _draw_title(figure: Figure, curve: Curve) -> None:
    camera = [f"camera {curve.camera}"] if curve.camera else []
    start = [f"from {show_wall_time(curve.start_time)}"] if curve.start_time else []
    length = [f"length {show_clock(curve.duration_s)}"]
    found = [f"peak {max(curve.scores):.3f} at {show_clock(peak_s(curve))}"]
    name = Path(curve.video).name
    height = figure.get_figheight()
    name_y, facts_y = 1 - 0.42 / height, 1 - 0.7 / height
    figure.text(_LEFT, name_y, name, color=INK, fontsize=16, fontweight="bold", parse_math=False)
    facts = "   ·   ".join(camera + start + length + found)
    figure.text(_LEFT, facts_y, facts, color=QUIET, fontsize=10.5, parse_math=False)


def _draw_scores(axes: Axes, curve: Curve, *, has_marks: bool) -> None:
    edges, scores = [*curve.pts_s, curve.end_s], np.array(curve.scores)
    axes.set_facecolor(CARD)
    axes.stairs(scores, edges, fill=True, color=ACCENT, alpha=0.22, linewidth=0)
    axes.stairs(scores, edges, baseline=None, color=ACCENT, linewidth=1.8)
    best = ([peak_s(curve)], [scores.max()])
    axes.plot(*best, "o", color=INK, markersize=7, zorder=4, clip_on=False)
    _draw_peak_line(axes, curve)
    _draw_threshold(axes, curve)
    low, high = score_limits(curve)
    axes.set_ylim(low, low + (high - low) / (1 - HEADROOM) if has_marks else high)
    inside = [tick for tick in MaxNLocator(5).tick_values(low, high) if low <= tick <= high]
    axes.set_yticks(inside)
    if low < 0:
        axes.axhline(0, color=QUIET, linewidth=0.9)
    axes.set_ylabel(score_title(curve), color=QUIET, fontsize=10)
    axes.grid(axis="y", color=LINE, linewidth=0.8)
    axes.set_axisbelow(True)
    _draw_times(axes, curve)


def _draw_peak_line(axes: Axes, curve: Curve) -> None:
    axes.axvline(peak_s(curve), color=INK, linewidth=0.9, linestyle=(0, (3, 3)), alpha=0.7)


def _draw_threshold(axes: Axes, curve: Curve) -> None:
    """The line that rings an alarm, and above the plot what it stands for."""
    threshold, meaning = curve.calibration.threshold, curve.calibration.meaning
    if threshold is not None:
        axes.axhline(threshold, color=INK, linewidth=1.1, linestyle=(0, (6, 3)), zorder=3)
        meaning = f"– –  {threshold:.3f}: {meaning}"
    axes.text(
        1.0, 1.03, meaning, transform=axes.transAxes, color=QUIET, fontsize=9.5, ha="right"
    ).set_parse_math(False)


def _draw_times(axes: Axes, curve: Curve) -> None:
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 1.5, 2, 3, 5, 6, 10]))
    axes.xaxis.set_major_formatter(lambda time_s, _: _label(time_s, curve))
    axes.tick_params(colors=QUIET, labelsize=9.5, length=3)
    for side in axes.spines.values():
        side.set_color(LINE)


def _label(time_s: float, curve: Curve) -> str:
    """The time in the video, and under it the time of day where it is known."""
    clock = show_clock(time_s, decimals=0 if curve.duration_s >= _LONG_S else 1)
    return clock + _time_of_day(curve.start_time, time_s)


def _time_of_day(start: datetime | None, time_s: float) -> str:
    return f"\n{start + timedelta(seconds=time_s):%H:%M:%S}" if start else ""


def _draw_strip(axes: Axes, curve: Curve, stills: Sequence[Still]) -> None:
    axes.set_facecolor(LINE)
    axes.set_ylim(0, 1)
    axes.tick_params(left=False, bottom=False, labelleft=False, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)
    width_s = curve.duration_s / max(1, len(stills))
    for index, still in enumerate(stills):
        left, right = index * width_s, (index + 1) * width_s
        if still.pixels is not None:
            cropped = crop(still.pixels, _STRIP_ASPECT / len(stills))
            axes.imshow(
                cropped, extent=(left, right, 0, 1), aspect="auto", interpolation="antialiased"
            )
        axes.axvline(left, color=BACKGROUND, linewidth=3)
    _draw_peak_line(axes, curve)
    if stills and all(still.pixels is None for still in stills):
        middle = curve.duration_s / 2
        axes.text(middle, 0.5, "file not found", color=QUIET, fontsize=12, ha="center", va="center")


def crop(pixels: UInt8[np.ndarray, "h w 3"], aspect: float) -> UInt8[np.ndarray, "h2 w2 3"]:
    """The middle of a picture with `aspect` = width / height."""
    height, width = pixels.shape[:2]
    kept_width = min(width, max(1, round(height * aspect)))
    kept_height = min(height, max(1, round(width / aspect)))
    top, left = (height - kept_height) // 2, (width - kept_width) // 2
    return pixels[top : top + kept_height, left : left + kept_width]
