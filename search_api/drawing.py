"""Colours, type and a pen: what all pictures share."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Self

import matplotlib
from PIL import Image, ImageDraw, ImageFont

BACKGROUND = "#12151b"
CARD = "#1b2029"
LINE = "#2d3440"
INK = "#f1f3f6"
QUIET = "#98a2b3"
ACCENT = "#ffb020"
CURVE = "#5b7a99"

SCALE = 2
"""Everything is drawn this many times larger and scaled down: round corners without steps."""
Weight = Literal["regular", "bold"]
_FONTS: dict[Weight, str] = {"regular": "DejaVuSans.ttf", "bold": "DejaVuSans-Bold.ttf"}


@dataclass(frozen=True)
class Type:
    """How letters look."""

    size_px: int
    colour: str = INK
    weight: Weight = "regular"

    def width_px(self, text: str) -> float:
        return _font(self).getlength(text) / SCALE


class Canvas:
    """A picture to draw on, in pixels of the finished picture."""

    def __init__(self, size: tuple[int, int], colour: str) -> None:
        """Args:
        size: width and height.
        """
        self._image = Image.new("RGB", (size[0] * SCALE, size[1] * SCALE), colour)
        self._draw = ImageDraw.Draw(self._image)

    def text(
        self, x: float, y: float, text: str, type: Type, *, anchor: str = "ls", width: float = 1e6
    ) -> None:
        """Writes one line, shortened to `width`.

        Args:
            anchor: Pillow's: l, m or r of the line at x; s its baseline, m its middle at y.
        """
        shown = shorten(text, width, type)
        self._draw.text((x * SCALE, y * SCALE), shown, type.colour, _font(type), anchor)

    def box(
        self, left: float, top: float, right: float, bottom: float, *, fill: str, radius: float = 0
    ) -> None:
        corners = (left * SCALE, top * SCALE, right * SCALE - 1, bottom * SCALE - 1)
        self._draw.rounded_rectangle(corners, radius * SCALE, fill=fill)

    def picture(self, picture: Image.Image, size: tuple[int, int]) -> None:
        """Puts the whole of `picture` into the upper left corner, centred on black of `size`."""
        outer = (size[0] * SCALE, size[1] * SCALE)
        scale = min(outer[0] / picture.width, outer[1] / picture.height)
        inner = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        self.box(0, 0, *size, fill="black")
        at = ((outer[0] - inner[0]) // 2, (outer[1] - inner[1]) // 2)
        self._image.paste(picture.resize(inner, Image.Resampling.LANCZOS), at)

    def card(self, card: Self, left: int, top: int, *, radius: int) -> None:
        """Puts another canvas down with round corners."""
        size = card._image.size
        mask = Image.new("L", size, 0)
        corners = (0, 0, size[0] - 1, size[1] - 1)
        ImageDraw.Draw(mask).rounded_rectangle(corners, radius * SCALE, fill=255)
        self._image.paste(card._image, (left * SCALE, top * SCALE), mask)

    def finished(self) -> Image.Image:
        return self._image.reduce(SCALE)


def shorten(text: str, width_px: float, type: Type) -> str:
    """`text`, or its start and end around an ellipsis, in at most `width_px`."""
    if type.width_px(text) <= width_px:
        return text
    for kept in range(len(text) - 1, 1, -1):
        shorter = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
        if type.width_px(shorter) <= width_px:
            return shorter
    return "…"


@cache
def _font(type: Type) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which matplotlib ships: the same letters on every machine."""
    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    return ImageFont.truetype(str(folder / _FONTS[type.weight]), type.size_px * SCALE)
