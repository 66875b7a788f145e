"""The clips of a video: pictures, motion and sound from one pass over the file."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from segments.levels import CLIP_S, clips_span, count_clips
from segments.media import AUDIO_RATE_HZ, MOTION_GRID, ClipBatch, VideoSource
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
        fields = FieldReader(playhead, aspect=source.width / source.height, has_vectors=has_vectors)
        sampler = ClipSampler(playhead, fields, frame_size)
        sound = _sound(source, track, audio_rate_hz)
        while first_clip < stop:
            batch_stop = (first_clip // clips_per_batch + 1) * clips_per_batch
            clips = range(first_clip, min(stop, batch_stop))
            spans = [clips_span(range(i, i + 1), source.duration_s) for i in clips]
            looks = [sampler.look(span, frames_per_clip, fields_per_clip) for span in spans]
            yield ClipBatch(
                video_id=source.video_id,
                clips=clips,
                frames=np.stack([look.frames for look in looks]),
                frame_pts_s=np.stack([look.pts_s for look in looks]),
                motion=np.stack([look.motion for look in looks]),
                motion_origin="codec" if has_vectors else "flow",
                audio=np.stack([sound.of(i) for i in clips]) if sound else None,
            )
            first_clip = clips.stop


def _sound(source: VideoSource, track: VideoTrack, rate_hz: int) -> "ClipSound | None":
    if not source.has_audio:
        return None
    return ClipSound(source, origin_s=track.origin_s, rate_hz=rate_hz)


@dataclass(frozen=True)
class ClipLook:
    """What one clip looks like."""

    frames: UInt8[np.ndarray, "f h w 3"]
    pts_s: Float64[np.ndarray, " f"]
    motion: Float32[np.ndarray, "m gh gw 2"]


class ClipSampler:
    """Samples clip after clip of one video; converts no picture twice."""

    def __init__(
        self, playhead: Playhead, fields: FieldReader, frame_size: tuple[int, int]
    ) -> None:
        self._playhead = playhead
        self._canvas = Canvas(frame_size)
        self._fields = fields

    def look(self, span: TimeSpan, num_frames: int, num_fields: int) -> ClipLook:
        frames, fields = _moments(span, num_frames), _moments(span, num_fields)
        pictures: list[tuple[UInt8[np.ndarray, "h w 3"], float]] = []
        motion: list[Float32[np.ndarray, "gh gw 2"]] = []
        for time_s, is_field in sorted([(t, False) for t in frames] + [(t, True) for t in fields]):
            if is_field:
                motion.append(self._fields.at(time_s).velocity)
            else:
                shown = self._playhead.move_to(time_s)
                pictures.append((self._canvas.draw(shown.frame), shown.time_s))
        return ClipLook(
            np.stack([pixels for pixels, _ in pictures]),
            np.array([pts_s for _, pts_s in pictures]),
            np.stack(motion) if motion else np.zeros((0, *MOTION_GRID, 2), np.float32),
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
