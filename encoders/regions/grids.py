"""Boxes cut into cells, and numbers of the cells as a picture."""

import numpy as np
import torch
from jaxtyping import Float, Float32, Float64
from torch.nn import functional as F

Grid = tuple[int, int]
"""Rows and columns."""


def cells(boxes: Float[np.ndarray, "n 4"], grid: Grid) -> Float32[np.ndarray, "n q 4"]:
    """Each box in equal parts, row by row from the left; q = rows * columns."""
    left, top, right, bottom = np.asarray(boxes, np.float64).reshape(-1, 4).T[..., None]
    down, across = (np.linspace(0.0, 1.0, parts + 1) for parts in grid)
    x, y = left + (right - left) * across, top + (bottom - top) * down
    row, column = (place.ravel() for place in np.indices(grid))
    sides = [x[:, column], y[:, row], x[:, column + 1], y[:, row + 1]]
    return np.stack(sides, axis=-1).astype(np.float32)


def middle(boxes: Float[np.ndarray, "n 4"], share: float) -> Float64[np.ndarray, "n 4"]:
    """The middle `share` of each box's width and height."""
    low, high = np.split(np.asarray(boxes, np.float64).reshape(-1, 4), 2, axis=1)
    centre, half = (low + high) / 2, (high - low) / 2 * share
    return np.concatenate([centre - half, centre + half], axis=1)


def heat_of(
    weights: Float[np.ndarray, "n q"], grid: Grid, size: tuple[int, int]
) -> Float32[np.ndarray, "n h w"]:
    """The cells' weights as pictures: from 0 at each one's least to 1 at its greatest.

    Between the middles of neighbouring cells they change in a line; all 0 where no cell weighs more
    than another.
    """
    maps = torch.from_numpy(np.asarray(weights, np.float32)).view(-1, 1, *grid)
    low, high = maps.amin(dim=(2, 3), keepdim=True), maps.amax(dim=(2, 3), keepdim=True)
    scaled = (maps - low) / (high - low).clamp_min(1e-12)
    return F.interpolate(scaled, size=size, mode="bilinear", align_corners=False)[:, 0].numpy()
