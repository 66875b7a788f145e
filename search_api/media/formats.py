"""What a file is to a browser: its type, and whether it can be played as it is."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream

from segments.reading.containers import open_media, sound_stream, video_stream

OTHER = "application/octet-stream"
_QUICKTIME = "qt"
_TYPES = {
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
    "mpeg": "video/mpeg",
    "asf": "video/x-ms-wmv",
    "flv": "video/x-flv",
    "ogg": "video/ogg",
}
"""By FFmpeg's name of the container; MP4 and Matroska have more than one."""
_MP4, _MOV, _WEBM, _MATROSKA = "video/mp4", "video/quicktime", "video/webm", "video/x-matroska"
MEDIA_TYPES = (_MP4, _MOV, _WEBM, _MATROSKA, *_TYPES.values(), OTHER)
_EIGHT_BITS = {"yuv420p", "yuvj420p"}
_MP4_PICTURES, _MP4_SOUND = {"h264", "vp9", "av1"}, {"aac", "mp3", "opus", "flac"}
_WEBM_PICTURES, _WEBM_SOUND = {"vp8", "vp9", "av1"}, {"opus", "vorbis"}


@dataclass(frozen=True)
class Playback:
    """What a browser needs to know of a file."""

    media_type: str
    container: str
    """FFmpeg's name of it."""
    codec: str
    pixel_format: str
    sound_codec: str | None
    is_playable: bool
    """Whether the browsers of the day play the file as it is."""
    can_copy: bool
    """Whether they play its packets in an MP4."""
    why: str
    """It is not playable; empty where it is."""


@lru_cache(maxsize=4096)
def playback_of(path: Path, video_id: str) -> Playback:
    """What the headers of a content say; read once, as a content never changes.

    Raises:
        MediaError: the file cannot be read.
    """
    with open_media(path) as container:
        stream, sound = video_stream(container, path), sound_stream(container)
        codec, pixels = stream.codec.canonical_name, stream.codec_context.pix_fmt or "unknown"
        heard = sound.codec.canonical_name if sound else None
        media_type = _media_type(container)
        can_copy = _fits(codec, heard, pixels, _MP4_PICTURES, _MP4_SOUND)
        return Playback(
            media_type=media_type,
            container=container.format.name,
            codec=codec,
            pixel_format=pixels,
            sound_codec=heard,
            is_playable=not (why := _why_not(media_type, stream, heard, pixels, can_copy)),
            can_copy=can_copy,
            why=why,
        )


def _media_type(container: InputContainer) -> str:
    names = container.format.name.split(",")
    if "mp4" in names:
        brand = container.metadata.get("major_brand", "").strip()
        return _MOV if brand == _QUICKTIME else _MP4
    if "webm" in names:
        codecs = {stream.codec_context.codec.canonical_name for stream in container.streams.video}
        return _WEBM if codecs <= _WEBM_PICTURES else _MATROSKA
    return _TYPES.get(names[0], OTHER)


def _fits(codec: str, heard: str | None, pixels: str, known: set[str], sounds: set[str]) -> bool:
    return codec in known and pixels in _EIGHT_BITS and (heard is None or heard in sounds)


def _why_not(
    media_type: str, stream: VideoStream, heard: str | None, pixels: str, can_copy: bool
) -> str:
    """Why browsers do not play it; empty where they do."""
    codec = stream.codec.canonical_name
    if media_type == _MP4 and can_copy:
        return ""
    if media_type == _WEBM and _fits(codec, heard, pixels, _WEBM_PICTURES, _WEBM_SOUND):
        return ""
    if can_copy:
        return f"browsers do not play {media_type}; a clip of it needs no encoding"
    sound = f" with {heard} sound" if heard else ""
    return f"browsers do not play {codec} ({pixels}){sound} in {media_type}"
