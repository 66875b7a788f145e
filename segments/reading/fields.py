"""Motion fields at chosen times of a video, from its own vectors or by optical flow."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from segments.media import MotionField, VideoSource
from segments.motion import FlowEstimator, gray_size, still_field
from segments.reading.canvas import Canvas
from segments.reading.pictures import Picture, Playhead, VideoTrack
from segments.reading.references import codec_vectors_usable
from segments.reading.vectors import velocity_of_vectors
from segments.spans import TimeSpan

PAIR_GAP_S = 0.08
"""Least time between the two pictures of a field: two pictures at 25 per second.

Neighbours would do for fast motion only, and show none where a recorder doubled its pictures.
"""
_MAX_PAIR_S = 1.0
"""Over a longer time no motion can be followed, and a picture on show for longer stands still."""
LOOK_BACK_S = 2 * _MAX_PAIR_S + PAIR_GAP_S
"""A field depends on no picture earlier than this."""


@dataclass(frozen=True)
class Field:
    """One motion field."""

    velocity: Float32[np.ndarray, "gh gw 2"]
    pts_s: float
    """Time of the later of its two pictures."""


class FieldReader:
    """Finds the motion from a picture shortly before the one on show.

    Args:
        playhead: keeps at least `PAIR_GAP_S`.
        aspect: width over height of the picture as a person sees it.
        has_vectors: its pictures carry usable vectors. Between pictures of which none is
            predicted, flow stands in, and for finer fields.
    """

    def __init__(self, playhead: Playhead, *, aspect: float, has_vectors: bool) -> None:
        self._playhead = playhead
        self._has_vectors = has_vectors
        self._eyes: dict[int, _Eye] = {}
        self._aspect = aspect

    def at(self, time_s: float, *, fineness: int = 1) -> Field:
        """The field at `time_s`, on a grid so many times finer; times must not fall."""
        later = self._playhead.move_to(time_s)
        pictures = self._playhead.since(PAIR_GAP_S)
        gap_s = later.time_s - pictures[0].time_s
        if not 0 < gap_s <= _MAX_PAIR_S or time_s - later.time_s > _MAX_PAIR_S:
            return Field(still_field(fineness), later.time_s)
        velocity = None
        if self._has_vectors and fineness == 1:
            velocity = velocity_of_vectors(pictures, aspect=self._aspect)
        if velocity is None:
            eye = self._eyes.setdefault(fineness, _Eye(fineness))
            velocity = eye.flow(pictures[0], later, aspect=self._aspect)
        return Field(velocity, later.time_s)


class _Eye:
    """Sees flow between pictures of one size."""

    def __init__(self, fineness: int) -> None:
        self._canvas = Canvas(gray_size(fineness), format="gray")
        self._flow = FlowEstimator()

    def flow(
        self, earlier: Picture, later: Picture, *, aspect: float
    ) -> Float32[np.ndarray, "gh gw 2"]:
        return self._flow.velocity(
            self._canvas.draw(earlier.frame),
            self._canvas.draw(later.frame),
            gap_s=later.time_s - earlier.time_s,
            aspect=aspect,
        )


def read_motion(
    source: VideoSource,
    *,
    rate_hz: float,
    span: TimeSpan | None = None,
    codec_vectors: bool = False,
    threads: int = 0,
) -> MotionField:
    """Motion at start, start + 1 / `rate_hz`, ... of `span`, or of the whole video.

    Each field is the motion between the picture on show and the last one at least `PAIR_GAP_S`
    before it, by low-resolution flow: the same whatever the codec. On real scenes flow agrees with
    itself across encodings by a correlation of 0.97 to 0.99, while the stream's vectors agree with
    it by 0.5 to 0.9: encoders choose vectors that are cheap, true or not (docs/LOG.md).

    Args:
        codec_vectors: take the mean of the stream's own vectors instead, where each is known to
            point to the picture before its own (`codec_vectors_usable`): FFmpeg does not say which
            reference a vector takes, and HEVC exports none (METHODS C.5).

    Raises:
        MediaError: the file cannot be read.
    """
    span = span or TimeSpan(0.0, source.duration_s)
    num_fields = max(0, int(np.ceil(span.duration_s * rate_hz - 1e-9)))
    has_vectors = codec_vectors and codec_vectors_usable(source.path)
    with VideoTrack(source.path, threads=threads, with_vectors=has_vectors) as track:
        pictures = track.pictures(max(0.0, span.start_s - LOOK_BACK_S))
        playhead = Playhead(pictures, keep_s=PAIR_GAP_S)
        reader = FieldReader(playhead, aspect=source.width / source.height, has_vectors=has_vectors)
        fields = [reader.at(span.start_s + i / rate_hz) for i in range(num_fields)]
    velocity = [field.velocity for field in fields] or [still_field()]
    return MotionField(
        np.stack(velocity)[:num_fields],
        np.array([field.pts_s for field in fields]),
        "codec" if has_vectors else "flow",
    )
