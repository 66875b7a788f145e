"""Image motion on a coarse grid, by dense optical flow between small grey pictures."""

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from segments.media import MOTION_GRID

GRAY_SIZE = (120, 160)
"""Rows and columns of the pictures that are compared: 5 x 5 pixels per cell of the grid."""

cv2.setNumThreads(1)  # DIS sweeps stripe by stripe, one per thread: other threads, other flow


def gray_size(fineness: int = 1) -> tuple[int, int]:
    """Rows and columns of the pictures to compare for a grid so many times finer."""
    return fineness * GRAY_SIZE[0], fineness * GRAY_SIZE[1]


class FlowEstimator:
    """Dense inverse search flow (Kroeger et al., ECCV 2016), averaged over the grid's cells.

    The presets stop at a quarter or half of these small pictures and see a third of the speed;
    patches of 6 pixels at half resolution find 96 to 100 % of it, up to a frame height per second.
    """

    def __init__(self) -> None:
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._flow.setFinestScale(1)
        self._flow.setPatchSize(6)
        self._flow.setPatchStride(3)
        self._flow.setVariationalRefinementIterations(1)

    def velocity(
        self,
        earlier: UInt8[np.ndarray, "gh gw"],
        later: UInt8[np.ndarray, "gh gw"],
        *,
        gap_s: float,
        aspect: float,
    ) -> Float32[np.ndarray, "rows columns 2"]:
        """Motion from `earlier` to `later`, both of `gray_size`; the grid is as fine as they are.

        Args:
            gap_s: time between the two, above 0.
            aspect: width over height of the picture as a person sees it.

        Returns:
            (x, y) per cell in frame heights per second; right and down are positive.
        """
        moved_px = self.displacement(earlier, later) / (len(earlier) / GRAY_SIZE[0])
        return cell_velocity(moved_px, gap_s=gap_s, aspect=aspect)

    def displacement(
        self, earlier: UInt8[np.ndarray, "h w"], later: UInt8[np.ndarray, "h w"]
    ) -> Float32[np.ndarray, "h w 2"]:
        """How far each pixel moves, in pixels; for a piece of two pictures of `GRAY_SIZE`."""
        flow_px = self._flow.calc(earlier, later, np.zeros((*earlier.shape, 2), np.float32))
        return np.asarray(flow_px, np.float32)


def cell_velocity(
    flow_px: Float32[np.ndarray, "h w 2"], *, gap_s: float, aspect: float
) -> Float32[np.ndarray, "rows columns 2"]:
    """Mean velocity per cell from a displacement of whole cells, in pixels of `GRAY_SIZE`."""
    height, width = GRAY_SIZE
    num_rows = len(flow_px) * MOTION_GRID[0] // height
    num_columns = flow_px.shape[1] * MOTION_GRID[1] // width
    cells = cv2.resize(flow_px, (num_columns, num_rows), interpolation=cv2.INTER_AREA)
    return (cells * (aspect / width / gap_s, 1 / height / gap_s)).astype(np.float32)


def still_field(fineness: int = 1) -> Float32[np.ndarray, "rows columns 2"]:
    """The field of a picture that stands still."""
    return np.zeros((fineness * MOTION_GRID[0], fineness * MOTION_GRID[1], 2), np.float32)
