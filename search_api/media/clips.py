"""A part of a recording as an MP4 for a browser: its own packets, or encoded anew."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from search_api.answers.videos import ClipMode
from search_api.media.errors import BeyondLimit, OutsideVideo
from search_api.media.formats import Playback
from search_api.media.limits import MediaLimits
from segments.cutting import CannotCopy, cut_clip
from segments.media import VideoSource
from segments.spans import TimeSpan

LEAD_S = 10.0
"""A copy may begin this much early: key pictures of surveillance recordings lie far apart."""


@dataclass(frozen=True)
class ClipFacts:
    """What was really cut, and how."""

    method: Literal["copy", "encode"]
    start_s: float
    end_s: float
    why: str
    is_playable: bool


def to_span(start_s: float, end_s: float) -> TimeSpan:
    """Raises:
    OutsideVideo: the end does not come after the start.
    """
    if end_s <= start_s:
        raise OutsideVideo(f"the end at {end_s:g} s does not come after the start at {start_s:g} s")
    return TimeSpan(start_s, end_s)


def require_inside(source: VideoSource, span: TimeSpan) -> TimeSpan:
    """The part of a span that is video.

    Raises:
        OutsideVideo: no part is.
    """
    start_s, end_s = max(0.0, span.start_s), min(span.end_s, source.duration_s)
    if start_s >= end_s:
        raise OutsideVideo(
            f"{span.start_s:.3f} to {span.end_s:.3f} s is no part of the video, which lasts from 0 "
            f"to {source.duration_s:.3f} s"
        )
    return TimeSpan(start_s, end_s)


def require_length(span: TimeSpan, limits: MediaLimits) -> TimeSpan:
    """The span, where it is no longer than a clip may be.

    Raises:
        BeyondLimit: it is.
    """
    if span.duration_s > limits.max_clip_s:
        raise BeyondLimit(
            f"a clip lasts at most {limits.max_clip_s:g} s, not {span.duration_s:.3f} s"
        )
    return span


def write_clip(
    source: VideoSource,
    span: TimeSpan,
    out: Path,
    *,
    mode: ClipMode,
    playback: Playback,
    limits: MediaLimits,
) -> ClipFacts:
    """Writes a new MP4 file of a span of the video.

    Raises:
        BeyondLimit: it would have to be encoded anew, and is too much for that.
        MediaError: the file cannot be read.
    """
    pixels = span.duration_s * source.fps * source.width * source.height
    affordable = pixels <= limits.max_encoded_pixels
    exact = mode == "exact" or (mode == "auto" and not playback.can_copy)
    if exact and not affordable:
        raise BeyondLimit(_too_much(source, limits))
    try:
        cut = cut_clip(source, span, out, exact=exact, lead_s=LEAD_S, may_encode=affordable)
    except CannotCopy as reason:
        raise BeyondLimit(f"{reason}, and {_too_much(source, limits)}") from None
    return ClipFacts(
        method="copy" if cut.is_copy else "encode",
        start_s=cut.span.start_s,
        end_s=cut.span.end_s,
        why=cut.why,
        is_playable=not cut.is_copy or playback.can_copy,
    )


def _too_much(source: VideoSource, limits: MediaLimits) -> str:
    most_s = limits.max_encoded_pixels / (source.fps * source.width * source.height)
    return (
        f"at most {most_s:.1f} s of {source.width} x {source.height} pictures at {source.fps:g} a "
        f"second are encoded anew ({limits.max_encoded_pixels} pixels)"
    )
