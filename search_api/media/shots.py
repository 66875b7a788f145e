"""Single pictures of a recording, by time or by presentation timestamp."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from search_api.media.errors import BeyondLimit, OutsideVideo
from search_api.media.limits import MediaLimits
from segments.media import VideoSource
from segments.reading.canvas import Canvas
from segments.reading.pictures import EPSILON_S, Picture, VideoTrack

JPEG_QUALITY = 85


@dataclass(frozen=True)
class Shot:
    """One picture, with where it stands in the recording."""

    pixels: UInt8[np.ndarray, "h w 3"]
    time_s: float
    """From the first picture."""
    pts: int | None
    """The recording's own timestamp, in `time_base`; None where it has none."""
    time_base: Fraction

    def facts(self) -> dict[str, object]:
        """For people and programs."""
        base = f"{self.time_base.numerator}/{self.time_base.denominator}"
        return {"time_s": self.time_s, "pts": self.pts, "time_base": base}


def shot_at(source: VideoSource, time_s: float, *, width: int, limits: MediaLimits) -> Shot:
    """The picture presented nearest to a time; the earlier of two equally near.

    Args:
        width: in pixels; never more than recorded. The height follows.

    Raises:
        OutsideVideo: the time is before the start or after the end.
        BeyondLimit: too much would have to be decoded.
        MediaError: the file cannot be read.
    """
    require_inside(source, time_s)
    with VideoTrack(source.path) as track:
        return _nearest(track, source, time_s, width, limits)


def shot_by_pts(source: VideoSource, pts: int, *, width: int, limits: MediaLimits) -> Shot:
    """The picture presented nearest to a timestamp of the recording's own.

    Raises:
        OutsideVideo: no picture has a timestamp like it, or the recording has none at all.
        BeyondLimit: too much would have to be decoded.
        MediaError: the file cannot be read.
    """
    with VideoTrack(source.path) as track:
        if not track.has_times:
            raise OutsideVideo("the recording's pictures have no timestamps: ask by at_s")
        time_s = float(pts * _time_base(track)) - track.origin_s
        require_inside(source, time_s, f"pts {pts}")
        return _nearest(track, source, time_s, width, limits)


def require_inside(source: VideoSource, time_s: float, asked: str | None = None) -> None:
    """Raises:
    OutsideVideo: the time is before the start or after the end.
    """
    if not -EPSILON_S <= time_s <= source.duration_s + EPSILON_S:
        raise OutsideVideo(
            f"{asked or f'{time_s:.3f} s'} is no time of the video, which lasts from 0 to "
            f"{source.duration_s:.3f} s"
        )


def bounded(pictures: Iterator[Picture], limits: MediaLimits) -> Iterator[Picture]:
    """The same pictures, as many as one request may have decoded.

    Raises:
        BeyondLimit: there are more.
    """
    for index, picture in enumerate(pictures):
        if index >= limits.max_decoded_frames:
            raise BeyondLimit(
                f"more than {limits.max_decoded_frames} pictures would have to be decoded: the "
                "recording has no key picture nearby"
            )
        yield picture


def require_size(source: VideoSource, limits: MediaLimits) -> None:
    """Raises:
    BeyondLimit: its pictures are too large to be decoded.
    """
    if source.width * source.height > limits.max_picture_pixels:
        raise BeyondLimit(
            f"its pictures have {source.width} x {source.height} pixels; at most "
            f"{limits.max_picture_pixels} are decoded"
        )


def shown_size(source: VideoSource, width: int) -> tuple[int, int]:
    """Height and width of a picture to show, no wider than recorded."""
    width = min(width, source.width)
    return max(1, round(width * source.height / source.width)), width


def to_jpeg(pixels: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """A JPEG file."""
    file = BytesIO()
    Image.fromarray(pixels).save(file, "JPEG", quality=JPEG_QUALITY)
    return file.getvalue()


def to_shot(track: VideoTrack, picture: Picture, canvas: Canvas) -> Shot:
    """A decoded picture, drawn."""
    pts = picture.frame.pts if track.has_times else None
    return Shot(canvas.draw(picture.frame), picture.time_s, pts, _time_base(track))


def _nearest(
    track: VideoTrack, source: VideoSource, time_s: float, width: int, limits: MediaLimits
) -> Shot:
    require_size(source, limits)
    best: Picture | None = None
    for picture in bounded(track.pictures(min(time_s, source.duration_s)), limits):
        if best is None or picture.time_s - time_s < time_s - best.time_s - EPSILON_S:
            best = picture
        if picture.time_s >= time_s:
            break
    assert best is not None, "a track has a first picture"
    return to_shot(track, best, Canvas(shown_size(source, width)))


def _time_base(track: VideoTrack) -> Fraction:
    return track.first.time_base or track.stream.time_base or Fraction(1, 90_000)
