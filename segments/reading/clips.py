"""The clips of a video: pictures, motion and sound from one pass over the file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float32, UInt8

from segments.levels import CLIP_S, clips_span, count_clips
from segments.media import (
    AUDIO_RATE_HZ,
    ClipBatch,
    LookSpec,
    SecondLook,
    VideoSource,
)
from segments.motion import still_field
from segments.reading.canvas import Canvas
from segments.reading.fields import LOOK_BACK_S, PAIR_GAP_S, FieldReader
from segments.reading.pictures import Playhead, VideoTrack
from segments.reading.references import codec_vectors_usable
from segments.reading.sound import SoundTape
from segments.spans import TimeSpan

_CLIPS_PER_RUN = 960
"""Sound is decoded afresh every 10 minutes, in every run alike: from there a seek may begin."""


def iter_clip_batches(
    source: VideoSource,
    *,
    frame_size: tuple[int, int],
    frames_per_clip: int,
    fields_per_clip: int,
    audio_rate_hz: int = AUDIO_RATE_HZ,
    clips_per_batch: int = 32,
    first_clip: int = 0,
    last_clip: int | None = None,
    second: LookSpec | None = None,
    codec_vectors: bool = False,
    threads: int = 0,
) -> Iterator[ClipBatch]:
    """Pictures, motion and sound of a video's clips, decoding the pictures once.

    Picture i of f is the one on show at start + (i + 1/2) / f of its clip's span, and so are the
    fields; where pictures are missing, the last one stands. Batches end at multiples of
    `clips_per_batch` on the video's own grid, and each clip's arrays are the same wherever reading
    begins. Memory does not grow with the file.

    Args:
        frame_size: height and width of the pictures; the aspect ratio is not kept.
        audio_rate_hz: samples of sound per second.
        first_clip: reading begins at a key picture before it.
        last_clip: the first clip that is not read; None reads to the end.
        second: what else to sample of each clip, from the same decoded pictures.
        codec_vectors: see `read_motion`.
        threads: of the decoder; 0 takes one per core.

    Raises:
        MediaError: the file cannot be read.
    """
    stop = count_clips(source.duration_s)
    stop = stop if last_clip is None else min(last_clip, stop)
    if first_clip >= stop:
        return
    has_vectors = codec_vectors and codec_vectors_usable(source.path)
    with VideoTrack(source.path, threads=threads, with_vectors=has_vectors) as track:
        from_s = max(0.0, first_clip * CLIP_S - LOOK_BACK_S)
        playhead = Playhead(track.pictures(from_s), keep_s=PAIR_GAP_S)
        aspect = source.width / source.height
        fields = FieldReader(playhead, aspect=aspect, has_vectors=has_vectors)
        sizes = [_LookSize(frame_size, frames_per_clip, fields_per_clip)]
        if second is not None:
            size = second.frame_size(aspect)
            counts = second.frames_per_clip, second.fields_per_clip
            sizes.append(_LookSize(size, *counts, second.fineness))
        sampler = ClipSampler(playhead, fields, sizes)
        sound = _sound(source, track, audio_rate_hz)
        while first_clip < stop:
            batch_stop = (first_clip // clips_per_batch + 1) * clips_per_batch
            clips = range(first_clip, min(stop, batch_stop))
            spans = [clips_span(range(i, i + 1), source.duration_s) for i in clips]
            looks, *others = map(_stacked, zip(*map(sampler.look, spans), strict=True))
            yield ClipBatch(
                video_id=source.video_id,
                clips=clips,
                frames=looks.frames,
                frame_pts_s=looks.frame_pts_s,
                motion=looks.motion,
                motion_origin="codec" if has_vectors else "flow",
                audio=np.stack([sound.of(i) for i in clips]) if sound else None,
                second=others[0] if others else None,
            )
            first_clip = clips.stop


def _sound(source: VideoSource, track: VideoTrack, rate_hz: int) -> "ClipSound | None":
    if not source.has_audio:
        return None
    return ClipSound(source, origin_s=track.origin_s, rate_hz=rate_hz)


@dataclass(frozen=True)
class _LookSize:
    frame_size: tuple[int, int]
    num_frames: int
    num_fields: int
    fineness: int = 1


@dataclass
class ClipLook:
    """What one clip looks like: pictures with their times, and fields between them."""

    frame_times: Sequence[float]
    field_times: Sequence[float]
    fineness: int = 1
    pictures: list[UInt8[np.ndarray, "h w 3"]] = field(default_factory=list[np.ndarray])
    pts_s: list[float] = field(default_factory=list[float])
    motion: list[Float32[np.ndarray, "gh gw 2"]] = field(default_factory=list[np.ndarray])


class ClipSampler:
    """Samples clip after clip of one video, in one or several sizes, in one go."""

    def __init__(self, playhead: Playhead, fields: FieldReader, sizes: Sequence[_LookSize]) -> None:
        self._playhead = playhead
        self._fields = fields
        self._sizes = [(Canvas(size.frame_size), size) for size in sizes]

    def look(self, span: TimeSpan) -> list[ClipLook]:
        """The next clip in each of the sizes."""
        looks = [
            ClipLook(
                _moments(span, size.num_frames), _moments(span, size.num_fields), size.fineness
            )
            for _, size in self._sizes
        ]
        for time_s in sorted({t for look in looks for t in (*look.frame_times, *look.field_times)}):
            self._draw(looks, time_s)
            self._follow(looks, time_s)
        return looks

    def _draw(self, looks: Sequence[ClipLook], time_s: float) -> None:
        for look, (canvas, _) in zip(looks, self._sizes, strict=True):
            if time_s in look.frame_times:
                shown = self._playhead.move_to(time_s)
                look.pictures.append(canvas.draw(shown.frame))
                look.pts_s.append(shown.time_s)

    def _follow(self, looks: Sequence[ClipLook], time_s: float) -> None:
        waiting = [look for look in looks if time_s in look.field_times]
        for fineness in {look.fineness for look in waiting}:
            velocity = self._fields.at(time_s, fineness=fineness).velocity
            for look in waiting:
                if look.fineness == fineness:
                    look.motion.append(velocity)


def _stacked(clips: Sequence[ClipLook]) -> SecondLook:
    """One size of all clips."""
    still = still_field(clips[0].fineness)[None][:0]
    return SecondLook(
        np.stack([np.stack(clip.pictures) for clip in clips]),
        np.array([clip.pts_s for clip in clips]),
        np.stack([np.stack(clip.motion) if clip.motion else still for clip in clips]),
    )


def _moments(span: TimeSpan, count: int) -> list[float]:
    return [span.start_s + (i + 0.5) / count * span.duration_s for i in range(count)]


class ClipSound:
    """The sound of clip after clip; what a clip gets does not depend on where reading began."""

    def __init__(
        self, source: VideoSource, *, origin_s: float, rate_hz: int = AUDIO_RATE_HZ
    ) -> None:
        self._path = source.path
        self._origin_s = origin_s
        self._rate_hz = rate_hz
        self._clip_samples = round(CLIP_S * rate_hz)
        self._run: int | None = None

    def of(self, clip: int) -> Float32[np.ndarray, " s"]:
        """`CLIP_S` of sound; clips must not go back."""
        if self._run != (run := clip // _CLIPS_PER_RUN):
            from_s = run * _CLIPS_PER_RUN * CLIP_S
            self._tape = SoundTape(
                self._path, origin_s=self._origin_s, from_s=from_s, rate_hz=self._rate_hz
            )
            self._run = run
        return self._tape.read(clip * self._clip_samples, (clip + 1) * self._clip_samples)
