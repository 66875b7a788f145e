"""Curves in a terminal."""

import math

import numpy as np

from search_api.clock import show_clock, show_wall_time
from search_api.curves import BARS, binned, peak_s
from search_api.hits import wall_time
from search_api.schemas import Curve
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

ROWS = 8
_MARGIN = 5
_TICK_EVERY = 16


def text_plot(curve: Curve, *, width: int) -> list[str]:
    """The curve as lines of at most `width` characters: each column shows its highest score."""
    columns = max(_TICK_EVERY, width - _MARGIN)
    track = AnomalyTrack(
        curve.detector, np.array(curve.scores, np.float32), np.array(curve.pts_s), curve.end_s
    )
    values = binned(track, TimeSpan(0.0, curve.duration_s), columns).tolist()
    rows = [
        f"{_level(row)}{''.join(_cell(value, row) for value in values)}".rstrip()
        for row in reversed(range(ROWS))
    ]
    return [*rows, f"0.0 └{'─' * columns}", _time_axis(curve.duration_s, columns)]


def describe_peak(curve: Curve) -> str:
    """The highest score and when it was."""
    time_s = peak_s(curve)
    at = wall_time(curve.start_time, time_s)
    clock = f" ({show_wall_time(at)})" if at else ""
    return f"peak {max(curve.scores):.3f} at {show_clock(time_s)}{clock}"


def _level(row: int) -> str:
    labels = {ROWS - 1: "1.0 ┤", ROWS // 2 - 1: "0.5 ┤"}
    return labels.get(row, "    │")


def _cell(value: float, row: int) -> str:
    """One character cell: empty, or filled to an eighth of its height."""
    if math.isnan(value):
        return " "
    eighths = math.ceil(min(1.0, max(0.0, value)) * ROWS * len(BARS)) - row * len(BARS)
    return BARS[min(eighths, len(BARS)) - 1] if eighths > 0 else " "


def _time_axis(duration_s: float, columns: int) -> str:
    starts = range(0, columns - len(show_clock(duration_s)) + 1, _TICK_EVERY)
    labels = [show_clock(start * duration_s / columns) for start in starts]
    return " " * _MARGIN + "".join(label.ljust(_TICK_EVERY) for label in labels).rstrip()
