"""Curves in a terminal."""

import math
from collections.abc import Sequence

import numpy as np

from search_api.clock import show_clock, show_span, show_wall_time
from search_api.curves import BARS, binned, peak_s, score_limits
from search_api.hits import wall_time
from search_api.schemas import Curve, Explanation
from search_api.stretches import describe_reason, describe_region, stretches, strongest
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

ROWS = 8
REASONS = 8
_TICK_EVERY = 16


def text_plot(curve: Curve, *, width: int) -> list[str]:
    """The curve as lines of at most `width` characters: each column shows its highest score."""
    low, high = score_limits(curve)
    labels = _labels([high, (low + high) / 2, low])
    margin = len(labels[0]) + 2
    columns = max(_TICK_EVERY, width - margin)
    track = AnomalyTrack(
        curve.detector, np.array(curve.scores, np.float32), np.array(curve.pts_s), curve.end_s
    )
    heights = (binned(track, TimeSpan(0.0, curve.duration_s), columns) - low) / (high - low)
    cells = ["".join(_cell(h, row) for h in heights.tolist()) for row in reversed(range(ROWS))]
    starts = [" " * len(labels[0]) + " │"] * ROWS
    starts[0], starts[ROWS // 2] = f"{labels[0]} ┤", f"{labels[1]} ┤"
    rows = [f"{start}{line}".rstrip() for start, line in zip(starts, cells, strict=True)]
    axis = _time_axis(curve.duration_s, columns)
    return [*rows, f"{labels[2]} └{'─' * columns}", f"{' ' * margin}{axis}"]


def describe_reasons(curve: Curve, *, limit: int = REASONS) -> list[str]:
    """The stretches of time of the highest scores, each with what the detector names."""
    found = stretches(curve.explanations)
    if not found:
        return ["why: nothing was seen that moves or is new"]
    shown = strongest(found, limit)
    title = f"why: the {len(shown)} highest of {len(found)} stretches, in time order"
    return [title, *(line for one in shown for line in _reason_lines(one, curve))]


def _reason_lines(stretch: Explanation, curve: Curve) -> list[str]:
    at = wall_time(curve.start_time, stretch.start_s)
    clock = f" ({show_wall_time(at)})" if at else ""
    span = show_span(TimeSpan(stretch.start_s, stretch.end_s))
    pairs = (*stretch.anomalous[:1], *stretch.normal[:1])
    return [
        f"{span}{clock}  score {stretch.score:.3f}",
        *(f"    {reason.similarity:.3f}  {describe_reason(reason)}" for reason in pairs),
        *(f"    {thing.score:.3f}  {describe_region(thing)}" for thing in stretch.regions),
    ]


def describe_peak(curve: Curve) -> str:
    """The highest score and when it was."""
    time_s = peak_s(curve)
    at = wall_time(curve.start_time, time_s)
    clock = f" ({show_wall_time(at)})" if at else ""
    return f"peak {max(curve.scores):.3f} at {show_clock(time_s)}{clock}"


def _labels(numbers: Sequence[float]) -> list[str]:
    """With as many decimals as the longest needs, and of one length."""
    decimals = max(len(f"{number:.6f}".rstrip("0").partition(".")[2]) for number in numbers)
    texts = [f"{number:.{max(1, decimals)}f}" for number in numbers]
    return [text.rjust(max(map(len, texts))) for text in texts]


def _cell(height: float, row: int) -> str:
    """One character cell: empty, or filled to an eighth of its height.

    Args:
        height: of the column, 0 to 1; nan where nothing is.
    """
    if math.isnan(height):
        return " "
    eighths = math.ceil(min(1.0, max(0.0, height)) * ROWS * len(BARS)) - row * len(BARS)
    return BARS[min(eighths, len(BARS)) - 1] if eighths > 0 else " "


def _time_axis(duration_s: float, columns: int) -> str:
    starts = range(0, columns - len(show_clock(duration_s)) + 1, _TICK_EVERY)
    labels = [show_clock(start * duration_s / columns) for start in starts]
    return "".join(label.ljust(_TICK_EVERY) for label in labels).rstrip()
