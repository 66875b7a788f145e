"""What a caption speaks of within a box, laid over a picture as warmth."""

import numpy as np
from jaxtyping import Float32, UInt8
from PIL import Image

_HEAT_SHARE = 0.45
"""How much of a pixel is heat where that is greatest."""
_HEAT = np.array([255, 70, 20], np.float32)


def warmed(
    pixels: UInt8[np.ndarray, "h w 3"],
    box: tuple[float, float, float, float],
    heat: UInt8[np.ndarray, "hh hw"],
) -> UInt8[np.ndarray, "h w 3"]:
    """The picture with a heat map laid over a box."""
    height, width = pixels.shape[:2]
    left, right = round(box[0] * width), max(round(box[0] * width) + 1, round(box[2] * width))
    top, bottom = round(box[1] * height), max(round(box[1] * height) + 1, round(box[3] * height))
    size = (right - left, bottom - top)
    shares: Float32[np.ndarray, "h w 1"] = np.asarray(
        Image.fromarray(heat).resize(size, Image.Resampling.BILINEAR), np.float32
    )[..., None] * (_HEAT_SHARE / 255)
    mixed = pixels.astype(np.float32)
    part = mixed[top:bottom, left:right]
    shares = shares[: part.shape[0], : part.shape[1]]
    mixed[top:bottom, left:right] = part * (1 - shares) + _HEAT * shares
    return np.rint(mixed).astype(np.uint8)
