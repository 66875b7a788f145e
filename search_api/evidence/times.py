"""Which picture of a recording each picture of a clip is."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from segments.reading.pictures import EPSILON_S, Picture, Playhead, VideoTrack
from segments.spans import TimeSpan


@dataclass(frozen=True)
class PictureTime:
    """One picture of a clip; ticks are None where pictures have no times of their own."""

    clip_pts: int | None
    clip_s: float
    """From the clip's first picture."""
    source_pts: int | None
    source_s: float
    """From the recording's first picture."""


@dataclass(frozen=True)
class TimeMap:
    """Every picture of a clip, in order."""

    rows: tuple[PictureTime, ...]
    clip_time_base: Fraction
    """Seconds per tick."""
    source_time_base: Fraction


def map_times(source: Path, clip: Path, span: TimeSpan) -> TimeMap:
    """Reads both files.

    Args:
        span: what the clip was cut from, on the source's clock.

    Raises:
        MediaError: one of the files cannot be read.
    """
    with VideoTrack(clip, threads=1) as cut, VideoTrack(source, threads=1) as whole:
        tick, playhead = _time_base(cut), Playhead(whole.pictures(span.start_s))
        from_s = span.start_s + float(tick) / 2 + EPSILON_S  # a clip's times are rounded to ticks
        rows = tuple(_row(shown, playhead, from_s) for shown in cut.pictures())
        return TimeMap(rows, tick, _time_base(whole))


def iter_lines(times: TimeMap) -> Iterator[tuple[object, ...]]:
    """The map as rows of a table, its header first."""
    yield "clip_pts", "clip_s", "source_pts", "source_s"
    for row in times.rows:
        yield row.clip_pts, f"{row.clip_s:.6f}", row.source_pts, f"{row.source_s:.6f}"


def _row(shown: Picture, playhead: Playhead, from_s: float) -> PictureTime:
    original = playhead.move_to(from_s + shown.time_s)
    return PictureTime(shown.frame.pts, shown.time_s, original.frame.pts, original.time_s)


def _time_base(track: VideoTrack) -> Fraction:
    return track.first.time_base or track.stream.time_base or Fraction(1, 90_000)
