"""Decoded pictures on the clock that starts with the first of them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from pathlib import Path
from types import TracebackType

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from segments.errors import MediaError
from segments.reading.containers import Damage, iter_decoded, open_media, video_stream
from segments.reading.references import export_vectors

EPSILON_S = 1e-6
"""Times closer than this are the same: a sampling time that falls on a picture shows it."""

_LEAD_FRAMES = 64
"""A key picture must come this soon after a seek, else the file is read from its start."""


@dataclass(frozen=True)
class Picture:
    """One decoded picture, not yet converted."""

    frame: VideoFrame
    time_s: float
    """Presentation time in seconds from the first picture of the file."""


class VideoTrack:
    """The picture track of a file, open for one pass.

    Pictures without times (raw streams, H.264 in AVI) follow one another at the declared rate, and
    are always decoded from the start.

    Args:
        threads: of the decoder; 0 takes one per core.
        with_vectors: pictures carry the stream's motion vectors.

    Raises:
        MediaError: the file cannot be opened, has no pictures, or none of them can be decoded.
    """

    def __init__(self, path: Path, *, threads: int = 0, with_vectors: bool = False) -> None:
        self.path = path
        self.damage = Damage()
        self._threads = threads
        self._with_vectors = with_vectors
        self._frames = self._open()
        first = next(self._frames, None)
        if first is None:
            self.container.close()
            raise MediaError(
                f"{path}: none of its pictures can be decoded "
                f"({self.stream.name}, {self.damage.packets} damaged packets)"
            )
        self.first = first
        self._frames = chain([first], self._frames)
        self._time_base = first.time_base or self.stream.time_base or Fraction(1, 90_000)
        self._origin = first.pts if _has_times(self.container, self.stream) else None

    def _open(self) -> Iterator[VideoFrame]:
        self.container = open_media(self.path)
        try:
            self.stream = video_stream(self.container, self.path)
        except MediaError:
            self.container.close()
            raise
        self.stream.codec_context.thread_type = "AUTO"
        self.stream.codec_context.thread_count = self._threads
        if self._with_vectors:
            export_vectors(self.stream)
        return self._decoded()

    def _decoded(self) -> Iterator[VideoFrame]:
        for frame in iter_decoded(self.container, self.stream, damage=self.damage):
            if isinstance(frame, VideoFrame):
                yield frame

    def __enter__(self) -> "VideoTrack":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.container.close()
        self.damage.report(self.path)

    @property
    def origin_s(self) -> float:
        """Time of the first picture on the container's own clock."""
        return float((self._origin or 0) * self._time_base)

    @property
    def has_times(self) -> bool:
        """Whether pictures have times of their own; else they follow at the declared rate."""
        return self._origin is not None

    @property
    def frame_s(self) -> float:
        """What the headers say one picture lasts; 1/25 s where they say nothing sensible."""
        rate = self.stream.average_rate or self.stream.guessed_rate
        return float(1 / rate) if rate and 0.01 <= rate <= 1000 else 0.04

    def pictures(self, from_s: float = 0.0) -> Iterator[Picture]:
        """The pictures in time order, from a key picture at or before `from_s`.

        A later call, from a time above 0, ends the pictures of an earlier one.
        """
        if from_s > 0:
            frames = self._seek(from_s)
            if frames is None:
                self.container.close()
                frames = self._open()
            self._frames = frames
        return self._timed(self._frames)

    def _seek(self, from_s: float) -> Iterator[VideoFrame] | None:
        """Decoding from the last key picture shown at or before `from_s`; None: from the start."""
        back_s = 0.0
        while self._origin is not None and back_s < from_s:
            if not self._go_to(from_s - back_s):
                return None
            frames = self._decoded()
            key = next((f for f in islice(frames, _LEAD_FRAMES) if f.key_frame), None)
            if key is not None and self._time_s(key, 0.0) <= from_s:
                return chain([key], frames)
            back_s = 2 * back_s + 2.0
        return None

    def _go_to(self, time_s: float) -> bool:
        ticks = (self._origin or 0) + int(time_s / self._time_base)
        try:
            self.container.seek(ticks, stream=self.stream)
        except FFmpegError:
            return False
        return True

    def _timed(self, frames: Iterator[VideoFrame]) -> Iterator[Picture]:
        last_s = -self.frame_s
        for frame in frames:
            time_s = self._time_s(frame, last_s + self.frame_s)
            if time_s > last_s + EPSILON_S:
                yield Picture(frame, time_s)
                last_s = time_s

    def _time_s(self, frame: VideoFrame, otherwise: float) -> float:
        if frame.pts is None or self._origin is None:
            return otherwise
        base = self._time_base
        return (frame.pts - self._origin) * base.numerator / base.denominator


def _has_times(container: InputContainer, stream: VideoStream) -> bool:
    """False for AVI with reordered pictures: it stores none, and FFmpeg makes up wrong ones."""
    is_reordered = (
        stream.codec.canonical_name in ("h264", "hevc") and stream.codec_context.has_b_frames
    )
    return not (container.format.name == "avi" and is_reordered)


class Playhead:
    """Steps through pictures and keeps the one on show and those shortly before it.

    Args:
        keep_s: how far before the picture on show an earlier one may be asked for.
    """

    def __init__(self, pictures: Iterator[Picture], *, keep_s: float = 0.0) -> None:
        self._pictures = pictures
        self._keep_s = keep_s
        self._shown: deque[Picture] = deque()
        self._next = next(pictures, None)

    def move_to(self, time_s: float) -> Picture:
        """The picture on show at `time_s`: the last one presented by then. Times must not fall."""
        while self._next is not None and (
            not self._shown or self._next.time_s <= time_s + EPSILON_S
        ):
            self._shown.append(self._next)
            self._forget()
            self._next = next(self._pictures, None)
        return self._shown[-1]

    def _forget(self) -> None:
        oldest_s = self._shown[-1].time_s - self._keep_s + EPSILON_S
        while len(self._shown) > 1 and self._shown[1].time_s <= oldest_s:
            self._shown.popleft()

    def since(self, gap_s: float) -> list[Picture]:
        """From the last picture at least `gap_s` before the one on show, else the oldest, to it."""
        latest_s = self._shown[-1].time_s - gap_s + EPSILON_S
        num_earlier = sum(picture.time_s <= latest_s for picture in self._shown)
        return list(self._shown)[max(0, num_earlier - 1) :]
