"""A stretch of a video at a glance: pictures side by side, or one after the other."""

import math
from collections.abc import Iterator, Sequence
from io import BytesIO

import numpy as np
from PIL import Image

from search_api.media.errors import BeyondLimit
from search_api.media.limits import MediaLimits
from search_api.media.shots import Shot, bounded, require_size, shown_size, to_shot
from segments.media import VideoSource
from segments.reading.canvas import Canvas
from segments.reading.pictures import Playhead, VideoTrack
from segments.spans import TimeSpan

MAX_COLUMNS = 10
STEP_MS = 250
"""How long a moving storyboard shows each picture."""
_WEBP_QUALITY = 70


def board_times(span: TimeSpan, count: int) -> list[float]:
    """The middles of `count` equal parts of a span."""
    return [span.start_s + (i + 0.5) * span.duration_s / count for i in range(count)]


def read_shots(
    source: VideoSource, span: TimeSpan, count: int, *, width: int, limits: MediaLimits
) -> list[Shot]:
    """Pictures spread evenly over a span.

    Those on show at the very times where the whole span may be decoded; else the key pictures
    before them. Each says when it was presented.

    Raises:
        BeyondLimit: too many or too large ones are asked for, or the recording cannot be sought in.
        MediaError: the file cannot be read.
    """
    require_size(source, limits)
    if count > limits.max_tiles:
        raise BeyondLimit(f"a storyboard has at most {limits.max_tiles} pictures, not {count}")
    times = board_times(span, count)
    canvas = Canvas(shown_size(source, width))
    with VideoTrack(source.path) as track:
        if (times[-1] - times[0]) * source.fps < limits.max_decoded_frames / 2:
            return list(_in_one_pass(track, times, canvas, limits))
        return list(_by_key_pictures(track, times, canvas))


def _in_one_pass(
    track: VideoTrack, times: Sequence[float], canvas: Canvas, limits: MediaLimits
) -> Iterator[Shot]:
    playhead = Playhead(bounded(track.pictures(times[0]), limits))
    for time_s in times:
        yield to_shot(track, playhead.move_to(time_s), canvas)


def _by_key_pictures(track: VideoTrack, times: Sequence[float], canvas: Canvas) -> Iterator[Shot]:
    if not track.has_times:
        raise BeyondLimit("the recording's pictures have no times: ask for a shorter span")
    for time_s in times:
        yield to_shot(track, next(track.pictures(time_s)), canvas)


def to_sprite(shots: Sequence[Shot]) -> tuple[bytes, dict[str, object]]:
    """All pictures in one JPEG, row by row, and where each is (`left`, `top` of `tiles`)."""
    columns = min(MAX_COLUMNS, math.ceil(math.sqrt(len(shots))))
    rows = math.ceil(len(shots) / columns)
    height, width = shots[0].pixels.shape[:2]
    sheet = np.zeros((rows * height, columns * width, 3), np.uint8)
    tiles: list[dict[str, object]] = []
    for index, shot in enumerate(shots):
        left, top = index % columns * width, index // columns * height
        sheet[top : top + height, left : left + width] = shot.pixels
        tiles.append({**shot.facts(), "left": left, "top": top})
    file = BytesIO()
    Image.fromarray(sheet).save(file, "JPEG", quality=80)
    size = {"columns": columns, "rows": rows, "tile_width": width, "tile_height": height}
    return file.getvalue(), {"tiles": tiles, **size}


def to_animation(shots: Sequence[Shot]) -> bytes:
    """A WebP file that shows the pictures one after the other, again and again."""
    first, *others = (Image.fromarray(shot.pixels) for shot in shots)
    file = BytesIO()
    first.save(
        file,
        "WEBP",
        save_all=True,
        append_images=others,
        duration=STEP_MS,
        loop=0,
        quality=_WEBP_QUALITY,
    )
    return file.getvalue()
