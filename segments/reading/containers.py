"""Opening a media file, walking its packets past damage, and saying what is wrong with others."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.codec.context import CodecContext
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from segments.errors import MediaError

MediaStream = VideoStream | AudioStream

_log = logging.getLogger(__name__)

_MAX_FAILURES_IN_A_ROW = 32
_PLAYLISTS = {"hls", "concat", "sdp", "dash", "rtsp", "imf"}
"""Formats whose files only name other files."""
_TEXT_ART = {"tty", "bin", "xbin", "adf", "idf"}
"""Formats that FFmpeg sees in plain text, by the suffix alone."""


@dataclass
class Damage:
    """What one pass over a file could not read."""

    packets: int = 0
    """Packets that could not be read or decoded."""

    def report(self, path: Path) -> None:
        if self.packets:
            _log.warning("%s: %d damaged packets were skipped", path, self.packets)


def open_media(path: Path) -> InputContainer:
    """Opens a local media file; nothing outside it is ever fetched.

    Raises:
        MediaError: it is missing, a folder, empty, cut off before its index, or not media.
    """
    _require_file(path)
    options = {"protocol_whitelist": "file"}
    try:
        container = av.open(f"file:{path}", options=options, metadata_errors="replace")
    except FFmpegError as error:
        raise MediaError(_why_not_media(path, error)) from None
    if container.format.name in _PLAYLISTS:
        container.close()
        raise MediaError(f"{path} is a playlist ({container.format.name}): name the files it lists")
    if container.format.name in _TEXT_ART:
        container.close()
        raise MediaError(f"{path} is not a media file that can be read: it is text")
    return container


def _require_file(path: Path) -> None:
    if not path.exists():
        raise MediaError(f"{path} does not exist")
    if not path.is_file():
        raise MediaError(f"{path} is a folder, not a media file: name the files in it")
    if path.stat().st_size == 0:
        raise MediaError(f"{path} is empty (0 bytes): copy it again from where it was recorded")


def _why_not_media(path: Path, error: FFmpegError) -> str:
    with path.open("rb") as file:
        is_mp4 = file.read(12)[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free")
    if is_mp4:
        return (
            f"{path} is a truncated or unfinished recording: its index (the moov box) is missing "
            "or cut off; export it again, or repair it with the recorder's own tool"
        )
    return f"{path} is not a media file that can be read: {error.strerror}"


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The main picture track.

    Raises:
        MediaError: there is none: sound only, a still picture, or nothing that can be decoded.
    """
    videos = [s for s in container.streams.video if not s.disposition & s.disposition.attached_pic]
    if not videos:
        has_sound = bool(container.streams.audio)
        what = "holds only sound, no pictures" if has_sound else "holds no picture track"
        raise MediaError(f"{path} {what}: a video file is needed")
    if container.format.name.startswith("image2") or container.format.name.endswith("_pipe"):
        raise MediaError(f"{path} is a still picture ({videos[0].name}), not a video")
    known = [stream for stream in videos if _has_decoder(stream)]
    if not known:
        raise MediaError(f"{path}: its pictures are in a codec that cannot be decoded")
    return max(known, key=lambda stream: (stream.width * stream.height, -stream.index))


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first sound track that can be decoded."""
    return next((stream for stream in container.streams.audio if _has_decoder(stream)), None)


def _has_decoder(stream: MediaStream) -> bool:
    return cast("CodecContext | None", stream.codec_context) is not None


def iter_packets(
    container: InputContainer, *streams: MediaStream, damage: Damage
) -> "Iterator[Packet[Stream]]":
    """Packets in file order; unreadable stretches are counted and stepped over."""
    failures = 0
    while failures < _MAX_FAILURES_IN_A_ROW:
        try:
            for packet in container.demux(*streams):
                if packet.size:
                    failures = 0
                    yield packet
            return
        except FFmpegError:
            damage.packets += 1
            failures += 1


def iter_decoded(
    container: InputContainer, stream: MediaStream, *, damage: Damage
) -> Iterator[VideoFrame | AudioFrame]:
    """Decoded frames in presentation order; packets that cannot be decoded are counted."""
    for packet in iter_packets(container, stream, damage=damage):
        yield from decode(stream, packet, damage)
    yield from decode(stream, None, damage)


def decode(
    stream: MediaStream, packet: "Packet[Stream] | None", damage: Damage
) -> Sequence[VideoFrame | AudioFrame]:
    """What a packet completes; None: what the decoder still holds. Failures are counted."""
    try:
        return stream.decode(packet)  # pyright: ignore[reportUnknownMemberType]
    except EOFError:
        return []
    except FFmpegError:
        damage.packets += 1
        return []
