"""Anti-aliased drawing in world coordinates."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from benchmarks.simulator.camera import Camera

Colour = tuple[int, int, int]
Point = tuple[float, float, float]
SHIFT = 4
"""Fractional bits of the coordinates that OpenCV draws with."""
FARTHEST_PX = 8000.0
SIDES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7))
SIDE_LIGHT = (0.85, 0.7, 0.6, 0.75)
ROOF = (4, 5, 6, 7)


def shade(colour: Colour, factor: float) -> Colour:
    """The colour under more or less light."""
    red, green, blue = (min(255, round(c * factor)) for c in colour)
    return red, green, blue


@dataclass
class Canvas:
    """A picture that is drawn on."""

    pixels: UInt8[np.ndarray, "h w 3"]
    camera: Camera
    mirror: int = 1
    """-1 swaps left and right of all that is drawn."""

    def project(self, points: Sequence[Point]) -> Float64[np.ndarray, "n 3"]:
        return self.camera.project(np.array(points, float) * (self.mirror, 1, 1))

    def polygon(self, points: Sequence[Point], colour: Colour) -> None:
        """A filled polygon."""
        self.fill(self.project(points)[:, :2], colour)

    def fill(self, pixels: Float64[np.ndarray, "n 2"], colour: Colour) -> None:
        """A filled polygon, in pixels."""
        cv2.fillPoly(self.pixels, [_fixed(pixels)], colour, cv2.LINE_AA, SHIFT)

    def line(self, start: Point, end: Point, colour: Colour, *, width_m: float) -> None:
        self.stroke(self.project([start, end]), colour, width_m=width_m)

    def stroke(self, joints: Float64[np.ndarray, "n 3"], colour: Colour, *, width_m: float) -> None:
        """A line through projected points, as thick as a limb of that width."""
        depth = float(np.add.reduce(joints[:, 2])) / len(joints)
        width_px = max(1, round(width_m * self.camera.focal_px / depth))
        lines = [_fixed(joints[:, :2])]
        cv2.polylines(self.pixels, lines, False, colour, width_px, cv2.LINE_AA, SHIFT)

    def disc(self, centre: Point, radius_m: float, colour: Colour) -> None:
        """A ball."""
        column, row, depth = self.project([centre])[0].tolist()
        self.dot((column, row), radius_m * self.camera.focal_px / depth, colour)

    def dot(self, centre: tuple[float, float], radius_px: float, colour: Colour) -> None:
        at = _fixed(np.array(centre)).tolist()
        radius = max(8, round(radius_px * 2**SHIFT))
        cv2.circle(self.pixels, at, radius, colour, -1, cv2.LINE_AA, SHIFT)

    def prism(
        self, base: Sequence[Point], top: Sequence[Point], colour: Colour, *, roof: Colour
    ) -> None:
        """A convex body between two quadrilaterals, each counter-clockwise seen from above."""
        corners = self.project([*base, *top])[:, :2]
        for side, light in zip(SIDES, SIDE_LIGHT, strict=True):
            self._face(corners[list(side)], shade(colour, light))
        self._face(corners[list(ROOF)], roof)

    def box(
        self,
        centre: Point,
        size: Point,
        colour: Colour,
        *,
        forward: tuple[float, float] = (1.0, 0.0),
    ) -> None:
        """A box that stands at `centre`.

        Args:
            centre: the middle of its underside.
            size: length along `forward`, height, and width.
        """
        base = footprint(centre, size[0], size[2], forward)
        top = [(x, y + size[1], z) for x, y, z in base]
        self.prism(base, top, colour, roof=colour)

    def _face(self, pixels: Float64[np.ndarray, "4 2"], colour: Colour) -> None:
        (ax, ay), (bx, by) = pixels[2] - pixels[0], pixels[3] - pixels[1]
        if (ax * by - ay * bx) * self.mirror < 0:
            self.fill(pixels, colour)


def footprint(
    centre: Point, length_m: float, width_m: float, forward: tuple[float, float]
) -> list[Point]:
    """Corners of a rectangle on the floor, counter-clockwise seen from above."""
    norm = math.hypot(*forward)
    fx, fz = forward[0] / norm, forward[1] / norm
    halves = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    return [
        (
            centre[0] + a * length_m / 2 * fx - b * width_m / 2 * fz,
            centre[1],
            centre[2] + a * length_m / 2 * fz + b * width_m / 2 * fx,
        )
        for a, b in halves
    ]


def _fixed(pixels: Float64[np.ndarray, "*n"]) -> np.ndarray:
    within = np.minimum(np.maximum(pixels, -FARTHEST_PX), FARTHEST_PX)
    return np.rint(within * 2**SHIFT).astype(np.int32)
