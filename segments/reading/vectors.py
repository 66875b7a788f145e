"""Motion fields of a stream's own vectors, where each points to the picture before its own."""

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
from av.video.frame import PictureType, VideoFrame
from jaxtyping import Float32, Float64

from segments.media import MOTION_GRID
from segments.motion import still_field
from segments.reading.pictures import Picture
from segments.reading.references import vectors_of

_LEAST_COVER = 0.5
"""A cell with less of it predicted, the rest being coded anew, is taken as partly still."""
_MEDIAN_CELLS = 3
"""Encoders choose what is cheap to code: single vectors stray, in flat areas above all."""


def velocity_of_vectors(
    pictures: Sequence[Picture], *, aspect: float
) -> Float32[np.ndarray, "gh gw 2"] | None:
    """Mean motion over successive pictures, from the vectors of all but the first.

    Pictures coded on their own (I) have no vectors and do not count; a predicted one (P) without
    any did not move.

    Args:
        aspect: width over height of the picture as a person sees it.

    Returns:
        (x, y) per cell in frame heights per second, right and down positive; None where no
        picture is predicted.
    """
    steps = [(b, b.time_s - a.time_s) for a, b in pairwise(pictures) if _is_predicted(b)]
    if not steps:
        return None
    moved = np.sum([_displacement(picture.frame) for picture, _ in steps], axis=0)
    velocity = (moved * (aspect, 1.0) / sum(step_s for _, step_s in steps)).astype(np.float32)
    right, down = (np.ascontiguousarray(velocity[..., axis]) for axis in (0, 1))
    return np.dstack([cv2.medianBlur(right, _MEDIAN_CELLS), cv2.medianBlur(down, _MEDIAN_CELLS)])


def _is_predicted(picture: Picture) -> bool:
    return picture.frame.pict_type == PictureType.P


def _displacement(frame: VideoFrame) -> Float64[np.ndarray, "gh gw 2"]:
    """Motion since the picture before, upright, as shares of the picture's width and height."""
    quarter_turns = round(frame.rotation / 90) % 4
    rows, columns = MOTION_GRID
    grid = (columns, rows) if quarter_turns % 2 else (rows, columns)
    vectors = vectors_of(frame)
    if vectors is None:
        return still_field().astype(np.float64)
    moved = _spread(vectors.to_ndarray(), (frame.height, frame.width), grid)
    for _ in range(quarter_turns):  # anticlockwise: what moved right moves up
        moved = np.rot90(np.stack([moved[..., 1], -moved[..., 0]], axis=-1))
    return moved


def _spread(
    blocks: np.ndarray, size: tuple[int, int], grid: tuple[int, int]
) -> Float64[np.ndarray, "rows columns 2"]:
    """The blocks' displacements, averaged over each cell by the area that they cover of it."""
    (height, width), (rows, columns) = size, grid
    in_rows = _overlap(blocks["dst_y"] / height, blocks["h"] / height, rows)
    in_columns = _overlap(blocks["dst_x"] / width, blocks["w"] / width, columns)
    vectors_px = np.stack([blocks["motion_x"], blocks["motion_y"]]) / blocks["motion_scale"]
    shares = -vectors_px / np.array([[width], [height]])  # vectors point back
    total = np.stack([in_rows.T @ (in_columns * axis[:, None]) for axis in shares], axis=-1)
    return total / np.maximum(in_rows.T @ in_columns, _LEAST_COVER)[..., None]


def _overlap(
    centre: Float64[np.ndarray, " blocks"], extent: Float64[np.ndarray, " blocks"], cells: int
) -> Float64[np.ndarray, "blocks cells"]:
    """How much of each cell of an axis each block covers, in shares of the cell."""
    edges = np.arange(cells + 1)
    first, last = ((centre + side * extent / 2)[:, None] * cells for side in (-1, 1))
    return np.clip(np.minimum(last, edges[1:]) - np.maximum(first, edges[:-1]), 0.0, None)
