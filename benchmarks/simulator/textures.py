"""Floors that a place can have, seen from straight above."""

import cv2
import numpy as np
from jaxtyping import UInt8

from benchmarks.simulator.canvas import Canvas, Colour

PX_PER_M = 24
SIDE_M = 40
NEAREST_M = 0.6


def lay_floor(
    canvas: Canvas,
    rng: np.random.Generator,
    colour: Colour,
    *,
    grain: float = 9.0,
    tile_m: float = 0.0,
    joint: float = 0.82,
) -> None:
    """Covers everything below the horizon.

    Args:
        grain: contrast of the speckles, of 255.
        tile_m: side of square tiles; 0 for a floor without joints.
        joint: brightness of the joints, as a share of the tile's.
    """
    floor = _floor(rng, colour, grain=grain, tile_m=tile_m, joint=joint)
    x, far = SIDE_M / 2, NEAREST_M + SIDE_M
    corners = [(-x, 0.0, NEAREST_M), (x, 0.0, NEAREST_M), (x, 0.0, far), (-x, 0.0, far)]
    target = canvas.project(corners)[:, :2].astype(np.float32)
    side = SIDE_M * PX_PER_M
    source = np.array([[0, 0], [side, 0], [side, side], [0, side]], np.float32)
    matrix = cv2.getPerspectiveTransform(source, target)
    size = canvas.pixels.shape[1::-1]
    cv2.warpPerspective(floor, matrix, size, dst=canvas.pixels, borderMode=cv2.BORDER_TRANSPARENT)


def _floor(
    rng: np.random.Generator, colour: Colour, *, grain: float, tile_m: float, joint: float
) -> UInt8[np.ndarray, "s s 3"]:
    side = SIDE_M * PX_PER_M
    fine = rng.normal(0, grain, (side // 4, side // 4)).astype(np.float32)
    patches = rng.normal(0, grain * 0.6, (20, 20)).astype(np.float32)
    height = cv2.resize(fine, (side, side), interpolation=cv2.INTER_LINEAR)
    height += cv2.resize(patches, (side, side), interpolation=cv2.INTER_CUBIC)
    floor = np.clip(height[:, :, None] + np.array(colour, np.float32), 0, 255)
    if tile_m:
        lines = (np.arange(side) % round(tile_m * PX_PER_M)) < 2
        floor[lines] *= joint
        floor[:, lines] *= joint
    return floor.astype(np.uint8)
