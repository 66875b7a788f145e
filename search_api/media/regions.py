"""The odd things of a time, drawn into the picture that shows them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from search_api.drawing import ACCENT, BACKGROUND, INK, Canvas, Type
from search_api.schemas import RegionReason
from search_api.stretches import describe_shares

_SAME_TIME_S = 1e-3
_LINE_PX, _PAD_PX, _MOST_TEXT_PX = 2, 4, 20


def in_one_picture(regions: Sequence[RegionReason]) -> list[RegionReason]:
    """Those that the picture of the oddest shows, oddest first."""
    first_s = regions[0].time_s if regions else 0.0
    return [one for one in regions if abs(one.time_s - first_s) < _SAME_TIME_S]


def draw_regions(
    pixels: UInt8[np.ndarray, "h w 3"], regions: Sequence[RegionReason]
) -> UInt8[np.ndarray, "h w 3"]:
    """The picture with a frame around each thing, and its caption or its shares below."""
    height, width = pixels.shape[:2]
    canvas = Canvas((width, height), BACKGROUND)
    canvas.picture(Image.fromarray(pixels), (width, height))
    for region in reversed(regions):  # the oddest comes to lie on top
        _draw(canvas, region, (height, width))
    return np.asarray(canvas.finished())


def label_of(region: RegionReason) -> str:
    """What stands below its box: what it does, or looks like, or what is odd about it."""
    return (region.act or region.caption).rstrip(".") or describe_shares(region)


def _draw(canvas: Canvas, region: RegionReason, size: tuple[int, int]) -> None:
    height, width = size
    left, right = region.box[0] * width, region.box[2] * width
    top, bottom = region.box[1] * height, region.box[3] * height
    for edges in (
        (left, top, right, top + _LINE_PX),
        (left, bottom - _LINE_PX, right, bottom),
        (left, top, left + _LINE_PX, bottom),
        (right - _LINE_PX, top, right, bottom),
    ):
        canvas.box(*edges, fill=ACCENT)
    type = Type(max(8, min(_MOST_TEXT_PX, height // 24)), INK)
    said = label_of(region)
    room = min(width - left, type.width_px(said) + 2 * _PAD_PX)
    line = type.size_px + 2 * _PAD_PX
    under = min(bottom, height - line)
    canvas.box(left, under, left + room, under + line, fill=BACKGROUND)
    middle = under + line / 2
    canvas.text(left + _PAD_PX, middle, said, type, anchor="lm", width=room - 2 * _PAD_PX + 1)
