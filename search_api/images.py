"""Pictures to search by: files, frames of videos, and parts of them."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8

from segments.errors import MediaError, UserError

MAX_IMAGE_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF")
LEAST_SIDE_PX = 8
"""Of a picture or a part of one: less shows nothing."""
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Image:
    """A picture to search by."""

    name: str
    pixels: UInt8[np.ndarray, "h w 3"]


def load_image(path: Path) -> Image:
    """Reads a picture file.

    Raises:
        MediaError: it is missing, or no picture.
        UserError: it is larger than MAX_IMAGE_PIXELS.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise MediaError(f"{path} cannot be read: {error.strerror}") from None
    return decode_image(content, path.name)


def load_frame(path: Path, time_s: float) -> Image:
    """The picture of a video that is on show at a time.

    Raises:
        MediaError: the file is missing, or its pictures cannot be read.
        UserError: it ends before that.
    """
    from search_api.clock import show_clock
    from segments.reading import picture_at, probe

    source = probe(path)
    if not 0 <= time_s <= source.duration_s:
        end = show_clock(source.duration_s)
        raise UserError(f"{path.name} has no picture at {show_clock(time_s)}: it ends at {end}")
    return Image(f"{path.name}@{show_clock(time_s)}", picture_at(source, time_s))


def decode_image(content: bytes, name: str, *, max_pixels: int = MAX_IMAGE_PIXELS) -> Image:
    """The picture in a file's bytes, upright.

    The size is read before the pixels are, so that a small file cannot fill the memory.

    Raises:
        MediaError: it is no picture of FORMATS, or is damaged.
        UserError: it is larger than `max_pixels`.
    """
    from PIL import Image as Pillow
    from PIL import ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(content), formats=FORMATS) as picture:
                _require_pixels(picture.size, name, max_pixels)
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, SyntaxError, ValueError, Pillow.DecompressionBombError):
        raise MediaError(
            f"{name} is not a picture that can be read: {', '.join(FORMATS)} can"
        ) from None
    return Image(name, np.array(upright))  # writable, as torch wants it


def cropped(image: Image, box: Box | None) -> UInt8[np.ndarray, "h w 3"]:
    """The part of a picture within a box of shares; all of it without one.

    Raises:
        UserError: the part has a side of less than LEAST_SIDE_PX.
    """
    height, width = image.pixels.shape[:2]
    left, top, right, bottom = box or (0.0, 0.0, 1.0, 1.0)
    rows = slice(int(top * height), max(1, round(bottom * height)))
    columns = slice(int(left * width), max(1, round(right * width)))
    part = image.pixels[rows, columns]
    if min(part.shape[:2]) < LEAST_SIDE_PX:
        raise UserError(
            f"{image.name}: a part of {part.shape[1]}x{part.shape[0]} pixels shows nothing; give "
            f"one of at least {LEAST_SIDE_PX}x{LEAST_SIDE_PX}"
        )
    return part


def _require_pixels(size: tuple[int, int], name: str, most: int) -> None:
    width, height = size
    if width * height > most:
        raise UserError(
            f"{name} has {width}x{height} pixels and at most {most:,} are read: make it smaller"
        )
