"""Boxes cut out of pictures, each in the size that a model looks at."""

import math

import numpy as np
import torch
from jaxtyping import Float, Float32, UInt8
from torch import Tensor

from encoders.towers.pixels import Pixels


def crops(
    picture: UInt8[np.ndarray, "h w 3"], boxes: Float32[np.ndarray, "n 4"], pixels: Pixels
) -> Float[Tensor, "n 3 i j"]:
    """Each box by itself, stretched; every pixel that a box touches belongs to it.

    Args:
        boxes: left, top, right and bottom as shares of the picture, within it.
        pixels: the model's own preprocessing.
    """
    return torch.cat([pixels(_cut(picture, box)) for box in np.asarray(boxes, np.float64)])


def _cut(picture: UInt8[np.ndarray, "h w 3"], box: np.ndarray) -> UInt8[Tensor, "1 y x 3"]:
    height, width = picture.shape[:2]
    rows, columns = _span(box[1], box[3], height), _span(box[0], box[2], width)
    return torch.from_numpy(np.ascontiguousarray(picture[rows, columns])[None])


def _span(low: float, high: float, size: int) -> slice:
    """At least one pixel, however small a box is."""
    first = min(max(math.floor(low * size), 0), size - 1)
    return slice(first, min(max(math.ceil(high * size), first + 1), size))
