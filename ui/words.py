"""Times, spans, scores and meanings in words, the same on every page."""

from datetime import datetime, timedelta, tzinfo

from search_api.schemas import CurveCalibration, Explanation

HOUR_S, MINUTE_S = 3600, 60
UNKNOWN_TIME = "time not known"


def wall_time(moment: datetime | None, zone: tzinfo, *, with_ms: bool = False) -> str:
    """ "2026-03-14 21:30:05 CET", always with its zone."""
    if moment is None:
        return UNKNOWN_TIME
    local = moment.astimezone(zone)
    digits = local.strftime("%H:%M:%S") + (f".{local.microsecond // 1000:03d}" if with_ms else "")
    return f"{local:%Y-%m-%d} {digits} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """ "CET"; "UTC+05:30" where the zone has no letters of its own."""
    name = local.tzname() or "UTC"
    if name.isalpha():
        return name
    offset = f"{local:%z}"
    return f"UTC{offset[:3]}:{offset[3:5]}"


def wall_time_in(start: datetime | None, at_s: float, zone: tzinfo) -> str:
    """The wall time of a moment of a video whose first picture is of `start`."""
    return wall_time(start and start + timedelta(seconds=at_s), zone)


def clock(seconds: float) -> str:
    """A place in a video: "0:05.2", "1:02:03.0"."""
    tenths = round(max(seconds, 0) * 10)
    whole, tenth = divmod(tenths, 10)
    hours, rest = divmod(whole, HOUR_S)
    minutes, left = divmod(rest, MINUTE_S)
    start = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{start}:{left:02d}.{tenth}"


def span(start_s: float, end_s: float) -> str:
    """ "0:05.0–0:15.0 (10 s)"."""
    return f"{clock(start_s)}–{clock(end_s)} ({duration(end_s - start_s)})"


def duration(seconds: float) -> str:
    """ "9.5 s", "12 min", "3.4 h"."""
    if seconds < MINUTE_S:
        return f"{seconds:.3g} s"
    if seconds < HOUR_S:
        return f"{seconds / MINUTE_S:.3g} min"
    return f"{seconds / HOUR_S:.3g} h"


def score(value: float) -> str:
    """ "0.312"; what rounds to nothing has no sign."""
    return f"{round(value, 3) + 0.0:.3f}"


def meaning(calibration: CurveCalibration) -> str:
    """What a curve's threshold means: "about 2 alarms a day here", or that nothing says so."""
    return calibration.meaning


def reason(explanation: Explanation | None) -> str:
    """What the detector says of it in words; empty where it says nothing."""
    if explanation is None:
        return ""
    for region in explanation.regions:
        if said := " · ".join(part for part in (region.act, region.caption) if part):
            return said
    return explanation.anomalous[0].text if explanation.anomalous else ""


def count(number: int, one: str, many: str | None = None) -> str:
    """ "1 video", "3 videos"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
