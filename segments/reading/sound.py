"""Sound as mono float32, at 16 kHz unless told otherwise, on the clock of the pictures."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError
from jaxtyping import Float32

from segments.errors import MediaError
from segments.media import AUDIO_RATE_HZ, AudioClip, VideoSource
from segments.reading.containers import Damage, iter_decoded, open_media, sound_stream
from segments.reading.pictures import VideoTrack
from segments.spans import TimeSpan

Piece = tuple[int, Float32[np.ndarray, " s"]]
"""Samples and the place of the first of them, counted from the clock's zero."""

_PREROLL_S = 1.0
"""Decoded and thrown away after a seek: codecs and resampler need a moment to settle."""
_SLACK_S = 0.04
"""Neighbouring pieces that gape or overlap by less are meant to touch."""


def read_audio(media: VideoSource | Path, span: TimeSpan | None = None) -> AudioClip | None:
    """The sound of a video, or of a part of it.

    Args:
        span: on the video's clock. None takes the whole track, wherever it begins and ends.

    Returns:
        Exactly `span`, silent where the track does not reach; None where the file has no sound.

    Raises:
        MediaError: the file cannot be read.
    """
    path = media.path if isinstance(media, VideoSource) else media
    with VideoTrack(path, threads=1) as track:
        origin_s, has_sound = track.origin_s, sound_stream(track.container) is not None
    if not has_sound:
        return None
    if span is not None:
        return read_span(path, span, origin_s=origin_s)
    return _joined(_iter_pieces(path, origin_s=origin_s))


def iter_audio(source: VideoSource, chunk_s: float) -> Iterator[AudioClip]:
    """The whole sound track in consecutive pieces of `chunk_s`, the last one shorter.

    Its gaps are filled with silence; a file without sound gives nothing. Constant memory.

    Raises:
        MediaError: the file cannot be read.
    """
    with VideoTrack(source.path, threads=1) as track:
        pieces = _without_gaps(_iter_pieces(source.path, origin_s=track.origin_s))
    length = max(1, round(chunk_s * AUDIO_RATE_HZ))
    start, held = None, np.zeros(0, np.float32)
    for first, samples in pieces:
        start = first if start is None else start
        held = np.concatenate([held, samples])
        while len(held) >= length:
            yield AudioClip(held[:length], start / AUDIO_RATE_HZ)
            start, held = start + length, held[length:]
    if start is not None and len(held):
        yield AudioClip(held, start / AUDIO_RATE_HZ)


def read_sound(path: Path, *, max_s: float = 60.0, rate_hz: int = AUDIO_RATE_HZ) -> AudioClip:
    """The beginning of a sound file, or of a video's sound, as something to search by.

    Args:
        max_s: what follows is left out.
        rate_hz: samples per second that are wanted.

    Raises:
        MediaError: it is not media, or holds no sound that can be decoded.
    """
    with open_media(path) as container:
        if not container.streams.audio:
            raise MediaError(f"{path} has no sound track: name a sound file, or a video with sound")
        if sound_stream(container) is None:
            raise MediaError(f"{path}: no decoder for its sound track")
    pieces = _iter_pieces(path, origin_s=None, rate_hz=rate_hz)
    clip = _joined(_until(pieces, round(max_s * rate_hz)), rate_hz)
    if clip is None:
        raise MediaError(f"{path}: its sound track is empty or damaged throughout")
    return clip


def read_span(path: Path, span: TimeSpan, *, origin_s: float) -> AudioClip:
    """Exactly `span` of a file's sound track, silent where it does not reach.

    Args:
        origin_s: time of the first picture on the container's clock.
    """
    start, stop = (round(time_s * AUDIO_RATE_HZ) for time_s in (span.start_s, span.end_s))
    tape = SoundTape(path, origin_s=origin_s, from_s=span.start_s)
    return AudioClip(tape.read(start, stop), start / AUDIO_RATE_HZ)


class SoundTape:
    """A sound track played forwards from a time, by a decoder of its own.

    A decoder that is used again after a seek keeps some state (AAC its noise), so that its samples
    would depend on what was read before.

    Args:
        origin_s: time of the first picture on the container's clock.
        rate_hz: samples per second that are wanted.
    """

    def __init__(
        self, path: Path, *, origin_s: float, from_s: float, rate_hz: int = AUDIO_RATE_HZ
    ) -> None:
        self._pieces = _iter_pieces(path, origin_s=origin_s, from_s=from_s, rate_hz=rate_hz)
        self._piece: Piece | None = next(self._pieces, None)

    def read(self, start: int, stop: int) -> Float32[np.ndarray, " s"]:
        """Samples `start` to `stop` of the video's clock, zero in gaps; ranges must not go back."""
        samples = np.zeros(stop - start, np.float32)
        while self._piece is not None and self._piece[0] < stop:
            first, piece = self._piece
            inside = piece[max(0, start - first) : stop - first]
            at = max(0, first - start)
            samples[at : at + len(inside)] = inside
            if first + len(piece) > stop:
                break
            self._piece = next(self._pieces, None)
        return samples


def _until(pieces: Iterator[Piece], stop: int) -> Iterator[Piece]:
    for first, samples in pieces:
        if first >= stop:
            return
        yield first, samples[: stop - first]


def _joined(pieces: Iterator[Piece], rate_hz: int = AUDIO_RATE_HZ) -> AudioClip | None:
    parts = list(_without_gaps(pieces))
    if not parts:
        return None
    samples = np.concatenate([samples for _, samples in parts])
    return AudioClip(samples, parts[0][0] / rate_hz, rate_hz)


def _without_gaps(pieces: Iterator[Piece]) -> Iterator[Piece]:
    cursor = None
    for first, samples in pieces:
        while cursor is not None and cursor < first:
            silence = np.zeros(min(first - cursor, AUDIO_RATE_HZ), np.float32)
            yield cursor, silence
            cursor += len(silence)
        yield first, samples
        cursor = first + len(samples)


def _iter_pieces(
    path: Path, *, origin_s: float | None, from_s: float = 0.0, rate_hz: int = AUDIO_RATE_HZ
) -> Iterator[Piece]:
    """Resampled pieces in order, not overlapping, from at or before `from_s`.

    Args:
        origin_s: zero of the clock, on the container's own; None: the first sample.
    """
    cursor, slack = None, round(_SLACK_S * rate_hz)
    for time_s, samples in _iter_resampled(path, (origin_s or 0.0) + from_s, rate_hz):
        if origin_s is None:
            origin_s = time_s or 0.0
        first = cursor or 0 if time_s is None else round((time_s - origin_s) * rate_hz)
        if cursor is not None and first < cursor + slack:
            samples = samples[max(0, cursor - first - slack) :]
            first = cursor
        if len(samples):
            yield first, samples
            cursor = first + len(samples)


def _iter_resampled(
    path: Path, from_s: float, rate_hz: int
) -> Iterator[tuple[float | None, Float32[np.ndarray, " s"]]]:
    """Pieces with their times on the container's clock."""
    damage = Damage()
    with open_media(path) as container:
        stream = sound_stream(container)
        if stream is None:
            return
        if from_s > _PREROLL_S and stream.time_base:
            try:
                container.seek(int((from_s - _PREROLL_S) / stream.time_base), stream=stream)
            except FFmpegError:
                damage.packets += 1
        frames = iter_decoded(container, stream, damage=damage)
        yield from _resampled((f for f in frames if isinstance(f, AudioFrame)), rate_hz)
    damage.report(path)


def _resampled(
    frames: Iterator[AudioFrame], rate_hz: int
) -> Iterator[tuple[float | None, Float32[np.ndarray, " s"]]]:
    resampler, kind = None, None
    for frame in frames:
        if kind != (kind := (frame.format.name, frame.layout.name, frame.sample_rate)):
            yield from _mono(resampler, None)
            resampler = AudioResampler(format="fltp", rate=rate_hz)
        yield from _mono(resampler, frame)
    yield from _mono(resampler, None)


def _mono(
    resampler: AudioResampler | None, frame: AudioFrame | None
) -> Iterator[tuple[float | None, Float32[np.ndarray, " s"]]]:
    for out in resampler.resample(frame) if resampler else ():
        if out.samples:
            samples = out.to_ndarray().mean(axis=0, dtype=np.float32)
            yield out.time, np.clip(samples, -1.0, 1.0)
