"""Pictures of a video: a stream of them, or the one on show at a time."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import UInt8

from segments.media import FrameBatch, VideoSource
from segments.reading.canvas import Canvas, upright_size
from segments.reading.pictures import EPSILON_S, Picture, Playhead, VideoTrack
from segments.spans import TimeSpan


def iter_frames(
    source: VideoSource,
    *,
    size: tuple[int, int] | None = None,
    rate_hz: float | None = None,
    span: TimeSpan | None = None,
    batch: int = 32,
    threads: int = 0,
) -> Iterator[FrameBatch]:
    """Pictures of a video, or of a part of it, in batches; constant memory.

    Args:
        size: height and width; the aspect ratio is not kept. None: that of the first picture.
        rate_hz: takes the pictures on show at start, start + 1 / `rate_hz`, ...; one that is on
            show twice comes once. None: every picture presented within the span.

    Raises:
        MediaError: the file cannot be read.
    """
    span = span or TimeSpan(0.0, source.duration_s)
    with VideoTrack(source.path, threads=threads) as track:
        canvas = Canvas(size or upright_size(track.first))
        pictures = track.pictures(span.start_s)
        chosen = _within(pictures, span) if rate_hz is None else _sampled(pictures, span, rate_hz)
        held: list[tuple[UInt8[np.ndarray, "h w 3"], float]] = []
        for picture in chosen:
            held.append((canvas.draw(picture.frame), picture.time_s))
            if len(held) == batch:
                yield _batch(held)
                held = []
        if held:
            yield _batch(held)


def picture_at(
    source: VideoSource, time_s: float, *, height: int | None = None
) -> UInt8[np.ndarray, "h w 3"]:
    """The picture on show at `time_s`, upright and with square pixels.

    Args:
        time_s: the last picture stands after the end, the first one before the start.
        height: in pixels; the width follows. None: as recorded.

    Raises:
        MediaError: the file cannot be read.
    """
    height = height or source.height
    width = max(1, round(height * source.width / source.height))
    with VideoTrack(source.path) as track:
        playhead = Playhead(track.pictures(min(time_s, source.duration_s)))
        return Canvas((height, width)).draw(playhead.move_to(time_s).frame)


def _within(pictures: Iterator[Picture], span: TimeSpan) -> Iterator[Picture]:
    for picture in pictures:
        if picture.time_s >= span.end_s - EPSILON_S:
            return
        if picture.time_s >= span.start_s - EPSILON_S:
            yield picture


def _sampled(pictures: Iterator[Picture], span: TimeSpan, rate_hz: float) -> Iterator[Picture]:
    playhead, last_s = Playhead(pictures), -1.0
    for i in range(int(np.ceil(span.duration_s * rate_hz - EPSILON_S))):
        picture = playhead.move_to(span.start_s + i / rate_hz)
        if picture.time_s > last_s:
            yield picture
            last_s = picture.time_s


def _batch(held: list[tuple[UInt8[np.ndarray, "h w 3"], float]]) -> FrameBatch:
    return FrameBatch(
        np.stack([pixels for pixels, _ in held]), np.array([pts_s for _, pts_s in held])
    )
