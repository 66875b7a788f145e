"""A part of a video as a file of its own."""

# pyright: reportUnknownMemberType=false

import os
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from jaxtyping import Float32

from segments.errors import UserError
from segments.media import VideoSource
from segments.reading.canvas import Canvas, to_yuv
from segments.reading.containers import (
    Damage,
    iter_decoded,
    iter_packets,
    open_media,
    sound_stream,
    video_stream,
)
from segments.reading.pictures import EPSILON_S, Picture, VideoTrack
from segments.spans import TimeSpan

_FORMATS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
NEAR_S = 1.0
"""A copy may begin this much before the start that was asked for, unless told otherwise."""
_CLOCK_HZ = 90_000
_AAC_RATES_HZ = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)
_SOUND_LEAD_S = 0.5
"""Decoded and thrown away, so that the sound's codec has settled at the start."""


@dataclass(frozen=True)
class Cut:
    """What was really cut, and how."""

    span: TimeSpan
    """On the source's clock."""
    is_copy: bool
    """Whether the recording's own data was copied untouched."""
    why: str
    """It was copied, or encoded anew."""


class CannotCopy(UserError):
    """Says why the packets cannot be copied."""


def cut_clip(
    source: VideoSource,
    span: TimeSpan,
    out: Path,
    *,
    exact: bool = False,
    lead_s: float = NEAR_S,
    may_encode: bool = True,
) -> Cut:
    """Writes a part of a video, with its sound, to a new file: there completely or not at all.

    Where a key picture lies at most `lead_s` before the start, packets are copied untouched from
    there on. Elsewhere, or if `exact`, the pictures are encoded anew (H.264, upright, square
    pixels) with the sound (AAC), from the picture on show at the start to the span's end.

    Args:
        out: .mp4, .m4v, .mov or .mkv.
        may_encode: whether to encode what cannot be copied.

    Raises:
        UserError: `out` exists or has another suffix, or the span lies outside the video.
        CannotCopy: the packets cannot be copied, and may not be encoded.
        MediaError: the source cannot be read.
    """
    _require_sense(source, span, out)
    span = TimeSpan(max(0.0, span.start_s), min(span.end_s, source.duration_s))
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = out.with_name(f".{out.name}.{os.getpid()}.partial")
    try:
        format, most_s = _FORMATS[out.suffix.lower()], None if exact else lead_s
        cut = _cut(
            source, span, partial, format=format, lead_s=most_s, may_encode=may_encode or exact
        )
        partial.replace(out)
    finally:
        partial.unlink(missing_ok=True)
    return cut


def _cut(
    source: VideoSource,
    span: TimeSpan,
    partial: Path,
    *,
    format: str,
    lead_s: float | None,
    may_encode: bool,
) -> Cut:
    """Args:
    lead_s: most that a copy may begin early; None where nothing is to be copied.
    """
    try:
        if lead_s is None:
            raise CannotCopy("the exact span was asked for")
        copied = _copy(source, span, partial, format=format, lead_s=lead_s)
    except CannotCopy as reason:
        if not may_encode:
            raise
        _encode(source, span, partial, format=format)
        return Cut(span, is_copy=False, why=str(reason))
    early_s = span.start_s - copied.start_s
    return Cut(copied, is_copy=True, why=f"a key picture lies {early_s:.3f} s before the start")


def _require_sense(source: VideoSource, span: TimeSpan, out: Path) -> None:
    if out.suffix.lower() not in _FORMATS:
        raise UserError(f"{out.name}: a clip is written as one of {', '.join(_FORMATS)}")
    if out.exists():
        raise UserError(f"{out} exists: name a new file, nothing is overwritten")
    if span.start_s >= source.duration_s or span.end_s <= max(0.0, span.start_s):
        raise UserError(
            f"{span.start_s:.3f} to {span.end_s:.3f} s is no part of {source.path.name}, "
            f"which lasts {source.duration_s:.3f} s"
        )


def _copy(
    source: VideoSource, span: TimeSpan, partial: Path, *, format: str, lead_s: float
) -> TimeSpan:
    """Copies packets from a key picture near the start."""
    with VideoTrack(source.path, threads=1) as track:
        origin_s = track.origin_s
    with open_media(source.path) as container:
        asked = TimeSpan(span.start_s + origin_s, span.end_s + origin_s)
        key_s = _key_before(container, source.path, asked.start_s)
        if key_s is None or not -EPSILON_S <= asked.start_s - key_s <= lead_s + EPSILON_S:
            raise CannotCopy(f"no key picture lies within {lead_s:g} s before the start")
        try:
            near = TimeSpan(key_s, asked.end_s)
            end_s = _copy_packets(container, source.path, near, partial, format=format)
        except (FFmpegError, ValueError) as error:  # it holds no such codec, or not these times
            raise CannotCopy(f"{format} cannot hold its data as it is") from error
    return TimeSpan(key_s - origin_s, end_s - origin_s)


def _key_before(container: InputContainer, path: Path, time_s: float) -> float | None:
    """Puts the container on the last key picture up to a time, and tells when that is shown."""
    stream = video_stream(container, path)
    ticks = round((time_s + EPSILON_S) / (stream.time_base or 1))
    container.seek(ticks, stream=stream)
    first = next(iter_packets(container, stream, damage=Damage()), None)
    container.seek(ticks, stream=stream)
    return _start_s(first) if first is not None and first.is_keyframe else None


def _copy_packets(
    container: InputContainer, path: Path, span: TimeSpan, partial: Path, *, format: str
) -> float:
    """Copies what lies in `span` (container's clock), so that it starts at 0; when it ends."""
    video, sound = video_stream(container, path), sound_stream(container)
    streams = [video, *([sound] if sound else [])]
    running, end_s = {stream.index for stream in streams}, span.start_s
    with av.open(str(partial), "w", format=format) as out:
        copies = {stream.index: out.add_stream_from_template(stream) for stream in streams}
        for packet in iter_packets(container, *streams, damage=Damage()):
            start_s, index = _start_s(packet), packet.stream_index
            if (packet.dts or 0) * packet.time_base >= span.end_s - EPSILON_S:
                running.discard(index)
            elif index in running and start_s >= span.start_s - EPSILON_S:
                if index == video.index:
                    end_s = max(end_s, start_s + (packet.duration or 0) * packet.time_base)
                _shift(packet, span.start_s)
                packet.stream = copies[index]
                out.mux(packet)
            if not running:
                break
    return float(end_s)


def _start_s(packet: "Packet[Stream]") -> float:
    if packet.pts is None or packet.dts is None:
        raise ValueError("a packet without times cannot be copied")
    return float(packet.pts * packet.time_base)


def _shift(packet: "Packet[Stream]", by_s: float) -> None:
    ticks = round(by_s / packet.time_base)
    packet.pts, packet.dts = (packet.pts or 0) - ticks, (packet.dts or 0) - ticks


def _encode(source: VideoSource, span: TimeSpan, partial: Path, *, format: str) -> None:
    """Encodes pictures and sound anew, so that they start at 0."""
    with (
        VideoTrack(source.path) as track,
        open_media(source.path) as container,
        av.open(str(partial), "w", format=format) as out,
    ):
        pictures = out.add_stream(
            "libx264", rate=Fraction(source.fps).limit_denominator(1001), options={"crf": "18"}
        )
        pictures.width, pictures.height = _even(source.width), _even(source.height)
        pictures.pix_fmt = "yuv420p"
        pictures.codec_context.time_base = Fraction(1, _CLOCK_HZ)
        pictures.codec_context.framerate = Fraction(source.fps).limit_denominator(1001)
        sound = sound_stream(container)
        if sound is not None and source.has_audio:
            _encode_sound(container, sound, span, out, origin_s=track.origin_s)
        for frame in _upright(track, span, (pictures.height, pictures.width)):
            out.mux(pictures.encode(frame))
        out.mux(pictures.encode(None))


def _even(pixels: int) -> int:
    return max(2, pixels // 2 * 2)


def _upright(track: VideoTrack, span: TimeSpan, size: tuple[int, int]) -> Iterator[VideoFrame]:
    canvas = Canvas(size)
    for picture, until_s in _on_show(track.pictures(span.start_s), span):
        frame = to_yuv(canvas.draw(picture.frame))
        start_s = max(0.0, picture.time_s - span.start_s)
        frame.pts, frame.time_base = round(start_s * _CLOCK_HZ), Fraction(1, _CLOCK_HZ)
        frame.duration = round((until_s - span.start_s - start_s) * _CLOCK_HZ)
        yield frame


def _on_show(pictures: Iterator[Picture], span: TimeSpan) -> Iterator[tuple[Picture, float]]:
    """Every picture that is on show within a span, and until when."""
    shown = None
    for picture in pictures:
        if picture.time_s >= span.end_s - EPSILON_S:
            break
        if shown is not None and picture.time_s > span.start_s + EPSILON_S:
            yield shown, picture.time_s
        shown = picture
    if shown is not None:
        yield shown, span.end_s


def _encode_sound(
    container: InputContainer,
    stream: AudioStream,
    span: TimeSpan,
    out: OutputContainer,
    *,
    origin_s: float,
) -> None:
    rate_hz = min(_AAC_RATES_HZ, key=lambda known_hz: abs(known_hz - stream.rate))
    layout = "mono" if stream.channels == 1 else "stereo"
    encoder = out.add_stream("aac", rate=rate_hz, layout=layout)
    on_container = TimeSpan(span.start_s + origin_s, span.end_s + origin_s)
    seek_s = max(0.0, on_container.start_s - _SOUND_LEAD_S)
    container.seek(int(seek_s / (stream.time_base or 1)), stream=stream)
    resampler = AudioResampler(format="fltp", layout=layout, rate=rate_hz)
    for frame in _sound_within(container, stream, on_container, resampler):
        out.mux(encoder.encode(frame))
    out.mux(encoder.encode(None))


def _sound_within(
    container: InputContainer, stream: AudioStream, span: TimeSpan, resampler: AudioResampler
) -> Iterator[AudioFrame]:
    stop = round(span.duration_s * resampler.rate)
    for frame in iter_decoded(container, stream, damage=Damage()):
        for piece in resampler.resample(frame) if isinstance(frame, AudioFrame) else ():
            first = round(((piece.time or 0.0) - span.start_s) * resampler.rate)
            if first >= stop:
                return
            samples = piece.to_ndarray()[:, max(0, -first) : stop - first]
            if samples.size:
                yield _sound_frame(samples, max(0, first), like=piece)


def _sound_frame(
    samples: Float32[np.ndarray, "c s"], first: int, *, like: AudioFrame
) -> AudioFrame:
    frame = AudioFrame.from_ndarray(
        np.ascontiguousarray(samples), format="fltp", layout=like.layout.name
    )
    frame.sample_rate, frame.time_base = like.sample_rate, Fraction(1, like.sample_rate)
    frame.pts = first
    return frame
