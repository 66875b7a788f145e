"""What an uploaded file is, by its first bytes and then by reading it, never by its name."""

from dataclasses import dataclass
from pathlib import Path

from search_api.service.settings import ServiceSettings
from search_api.service.uploads import Kind
from segments.errors import MediaError, UserError

HEAD_BYTES = 16
FORMATS = (
    "a picture as JPEG, PNG, WebP, BMP or TIFF, "
    "or a sound as WAV, AIFF, FLAC, Ogg, MP3, AAC, MP4 or Matroska"
)


@dataclass(frozen=True)
class Found:
    """What a file turned out to be."""

    kind: Kind
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None


def sniff(path: Path, settings: ServiceSettings) -> Found:
    """Reads the whole file once, within the limits of the settings.

    Raises:
        UserError: it is too long or has too many pixels, or the sound is silent.
        MediaError: it is nothing that can be read.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if is_picture(head):
        return _picture(path, settings)
    if is_sound(head):
        return _sound(path, settings)
    raise MediaError(f"this is neither a picture nor a sound that is read here: send {FORMATS}")


def is_picture(head: bytes) -> bool:
    """Whether a file that begins so claims to be a picture."""
    is_webp = head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    starts = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"BM", b"II*\x00", b"MM\x00*")
    return is_webp or head.startswith(starts)


def is_sound(head: bytes) -> bool:
    """Whether a file that begins so claims to hold sound; playlists, which name files, do not."""
    is_wave = head[:4] in (b"RIFF", b"RF64") and head[8:12] in (b"WAVE", b"AVI ")
    is_aiff = head[:4] == b"FORM" and head[8:12] in (b"AIFF", b"AIFC")
    is_mpeg = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0  # MP3 and ADTS frames
    starts = (b"fLaC", b"OggS", b"ID3", b"\x1a\x45\xdf\xa3")
    return is_wave or is_aiff or is_mpeg or head[4:8] == b"ftyp" or head.startswith(starts)


def _picture(path: Path, settings: ServiceSettings) -> Found:
    from search_api.images import decode_image

    picture = decode_image(path.read_bytes(), "the upload", max_pixels=settings.max_image_pixels)
    height, width = picture.pixels.shape[:2]
    return Found("picture", width=width, height=height)


def _sound(path: Path, settings: ServiceSettings) -> Found:
    from search_api.sounds import load_sound
    from segments.reading.containers import open_media

    with open_media(path) as container:
        duration_s = container.duration and container.duration / 1_000_000
    if duration_s is not None and duration_s > settings.max_sound_s:
        raise UserError(
            f"the sound lasts {duration_s:.0f} s, and at most {settings.max_sound_s:g} s are "
            "taken: send a shorter piece"
        )
    load_sound(path)
    return Found("sound", duration_s=duration_s)
