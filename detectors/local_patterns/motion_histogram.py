"""TME: which way a region moves and how fast, as a histogram of directions (paper §3.5).

A direction is atan2(y, x) of the true motion, right and down positive: 0° goes right, 90° down,
180° left, 270° up. Fields already have that sign; codec vectors point back to where a block came
from, and whoever reads them negates them (METHODS C.5). Eight bins are centred on 0°, 45°, ...
"""

from typing import Literal

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64

NUM_BINS = 8
Mean = Literal["bin", "box"]
"""Over the cells of each bin, as the paper has it, so that one stray cell weighs as much as all the
others together; or over all cells of the box, where it weighs as much as it covers."""


def motion_histograms(
    velocity: Float32[np.ndarray, "t gh gw 2"],
    boxes: Float[np.ndarray, "n 4"],
    *,
    mean_over: Mean = "bin",
    least_speed: float = 0.0,
) -> Float32[np.ndarray, "n 8"]:
    """Mean speed of the cells of each box that move in each direction, averaged over the fields.

    Cells count by the share of them that a box covers; a bin without cells is 0, as is every bin of
    a box that covers nothing. A field stretches over the whole picture, whatever its shape, and
    speeds count alike in x and y, so that a wide picture needs no other treatment.

    Args:
        velocity: fields of one window, on any grid, in frame heights per second
            (`MotionField.velocity`).
        boxes: left, top, right, bottom as shares of the picture's width and height.
        least_speed: cells as slow as this or slower have no direction and are left out; at 0 those
            that stand still, which atan2(0, 0) would count as moving right.

    Returns:
        Frame heights per second per direction.
    """
    if len(velocity) == 0 or len(boxes) == 0:
        return np.zeros((len(boxes), NUM_BINS), np.float32)
    speed = np.hypot(velocity[..., 0], velocity[..., 1]).astype(np.float64)
    bins = np.arange(NUM_BINS) == directions(velocity)[..., None]
    moving = bins & (speed > least_speed)[..., None]
    total = _over_boxes(moving * speed[..., None], boxes)
    counted = moving if mean_over == "bin" else np.ones_like(moving)
    covered = _over_boxes(counted.astype(np.float64), boxes)
    means = np.divide(total, covered, out=np.zeros_like(total), where=covered > 0)
    return means.mean(axis=1).astype(np.float32)


def mean_speed(
    velocity: Float32[np.ndarray, "t gh gw 2"], boxes: Float[np.ndarray, "n 4"]
) -> Float32[np.ndarray, " n"]:
    """Speed over each box's cells and all fields, in frame heights per second; 0 of empty boxes."""
    if len(velocity) == 0 or len(boxes) == 0:
        return np.zeros(len(boxes), np.float32)
    speed = np.hypot(velocity[..., 0], velocity[..., 1]).mean(axis=0).astype(np.float64)
    rows, columns = cell_shares(boxes, speed.shape)
    area = rows.sum(axis=1) * columns.sum(axis=1)
    total = ((rows @ speed) * columns).sum(axis=1)
    return np.divide(total, area, out=np.zeros_like(area), where=area > 0).astype(np.float32)


def directions(velocity: Float32[np.ndarray, "*grid 2"]) -> Int64[np.ndarray, "*grid"]:
    """The bin of each vector, 0 to 7; that of a vector of no length is 0 and means nothing."""
    turns = np.arctan2(velocity[..., 1], velocity[..., 0]) / (2 * np.pi)
    return np.rint(turns * NUM_BINS).astype(np.int64) % NUM_BINS


def cell_shares(
    boxes: Float[np.ndarray, "n 4"], grid: tuple[int, int]
) -> tuple[Float64[np.ndarray, "n gh"], Float64[np.ndarray, "n gw"]]:
    """How much of each row and of each column of a grid each box covers, from 0 to 1.

    A cell's own share is the product of the two. Boxes may reach out of the picture; one whose
    right side is left of its left covers nothing.
    """
    left, top, right, bottom = np.asarray(boxes, np.float64).T
    return _axis_shares(top, bottom, grid[0]), _axis_shares(left, right, grid[1])


def _axis_shares(
    first: Float64[np.ndarray, " n"], last: Float64[np.ndarray, " n"], cells: int
) -> Float64[np.ndarray, "n cells"]:
    edges = np.arange(cells)
    start, end = first[:, None] * cells, last[:, None] * cells
    return np.clip(np.minimum(end, edges + 1) - np.maximum(start, edges), 0.0, None)


def _over_boxes(
    values: Float64[np.ndarray, "t gh gw b"], boxes: Float[np.ndarray, "n 4"]
) -> Float64[np.ndarray, "n t b"]:
    """Sums over each box's cells, by their shares."""
    rows, columns = cell_shares(boxes, values.shape[1:3])
    return np.einsum("nr,trcb,nc->ntb", rows, values, columns, optimize=True)
