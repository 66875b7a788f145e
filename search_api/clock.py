"""Times as people read and write them."""

import math
import re
from datetime import datetime

from segments.errors import UserError
from segments.spans import TimeSpan

_CLOCK = re.compile(r"(?:(?:(?P<hours>\d+):)?(?P<minutes>\d{1,2}):)?(?P<seconds>\d+(?:\.\d*)?)")


def show_clock(time_s: float, *, decimals: int = 1) -> str:
    """Seconds as mm:ss.s, or h:mm:ss.s from an hour on; nothing is ever shown as 60."""
    unit = 10**decimals
    ticks = math.floor(abs(time_s) * unit + 0.5)
    minutes, rest = divmod(ticks, 60 * unit)
    hours, minutes = divmod(minutes, 60)
    width = 3 + decimals if decimals else 2
    seconds = f"{rest / unit:0{width}.{decimals}f}"
    sign = "-" if time_s < 0 and ticks else ""
    return f"{sign}{hours}:{minutes:02d}:{seconds}" if hours else f"{sign}{minutes:02d}:{seconds}"


def show_span(span: TimeSpan) -> str:
    """A span as mm:ss.s–mm:ss.s."""
    return f"{show_clock(span.start_s)}–{show_clock(span.end_s)}"


def show_wall_time(time: datetime) -> str:
    """A wall-clock time to the second, with its zone."""
    return time.isoformat(sep=" ", timespec="seconds")


def parse_clock(text: str) -> float:
    """Reads seconds, mm:ss or hh:mm:ss, each with decimals; the result in seconds.

    Raises:
        UserError: `text` is something else.
    """
    match = _CLOCK.fullmatch(text.strip())
    parts = {
        name: float(value) for name, value in (match.groupdict() if match else {}).items() if value
    }
    clocked = "minutes" in parts
    if (
        not match
        or (clocked and parts["seconds"] >= 60)
        or ("hours" in parts and parts["minutes"] >= 60)
    ):
        raise UserError(f"{text!r} is not a time: write seconds (75.5), 1:15.5 or 0:01:15.5")
    return 3600 * parts.get("hours", 0) + 60 * parts.get("minutes", 0) + parts["seconds"]


def parse_wall_time(text: str) -> datetime:
    """Reads an ISO 8601 date and time; one that names no zone is in this machine's.

    Raises:
        UserError: `text` is something else.
    """
    try:
        time = datetime.fromisoformat(text.strip())
        return time if time.tzinfo else time.astimezone()
    except (ValueError, OverflowError):
        raise UserError(
            f"{text!r} is not a date: write it like 2026-11-03, 2026-11-03T14:00 or "
            "2026-11-03T14:00+01:00"
        ) from None
