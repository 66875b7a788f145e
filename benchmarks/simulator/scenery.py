"""What places are built of."""

from collections.abc import Sequence

import cv2
import numpy as np

from benchmarks.simulator.canvas import Canvas, Colour, Point, shade
from benchmarks.simulator.colours import COACHWORK, COLOURS
from benchmarks.simulator.scenes import Time
from benchmarks.simulator.vehicles import draw_vehicle

Range = tuple[float, float]
SKIES: dict[Time, tuple[Colour, Colour]] = {
    "day": ((140, 180, 225), (215, 228, 238)),
    "dusk": ((150, 110, 150), (255, 170, 105)),
    "night": ((40, 48, 92), (86, 84, 110)),
}


def choose(rng: np.random.Generator, options: Sequence[Colour]) -> Colour:
    return options[int(rng.integers(len(options)))]


def sky(canvas: Canvas, time: Time) -> None:
    """Fills the picture with the sky of the hour."""
    high, low = (np.array(c, float) for c in SKIES[time])
    rows = np.linspace(0, 1, canvas.camera.height)[:, None]
    share = np.clip(rows * 3, 0, 1)
    canvas.pixels[:] = cv2.resize(
        (high * (1 - share) + low * share).astype(np.uint8)[:, None],
        canvas.pixels.shape[1::-1],
    )


def stripe(canvas: Canvas, x: Range, z: Range, colour: Colour) -> None:
    """A rectangle on the floor."""
    left, right, near, far = (float(v) for v in (*x, *z))
    corners = [(left, 0.0, near), (right, 0.0, near), (right, 0.0, far), (left, 0.0, far)]
    canvas.polygon(corners, colour)


def wall(canvas: Canvas, x: Range, z: float, y: Range, colour: Colour) -> None:
    """A rectangle that faces the camera."""
    left, right, low, high = (float(v) for v in (*x, *y))
    corners = [(left, low, z), (right, low, z), (right, high, z), (left, high, z)]
    canvas.polygon(corners, colour)


def side_wall(canvas: Canvas, x: float, z: Range, y: Range, colour: Colour) -> None:
    """A rectangle along the camera's view."""
    (near, far), (low, high) = z, y
    canvas.polygon([(x, low, near), (x, low, far), (x, high, far), (x, high, near)], colour)


def brick_wall(canvas: Canvas, x: float, z: Range, height_m: float, colour: Colour) -> None:
    """A side wall with its courses."""
    side_wall(canvas, x, z, (0, height_m), colour)
    for y in np.arange(0.25, height_m, 0.25):
        start, end = (x, float(y), z[0]), (x, float(y), z[1])
        canvas.line(start, end, shade(colour, 0.86), width_m=0.02)


def windows(
    canvas: Canvas, x: Range, z: float, y: Range, *, columns: int, rows: int, time: Time
) -> None:
    """A grid of panes in a wall; some are lit at night."""
    across, up = (x[1] - x[0]) / columns, (y[1] - y[0]) / rows
    for k in range(columns * rows):
        left, low = x[0] + (k % columns) * across, y[0] + (k // columns) * up
        is_lit = time == "night" and k % 3 == 0
        pane = (255, 226, 140) if is_lit else (74, 92, 110)
        wall(canvas, (left, left + across * 0.7), z, (low, low + up * 0.7), pane)


def tree(canvas: Canvas, rng: np.random.Generator, foot: Point) -> None:
    x, _, z = foot
    canvas.line(foot, (x, 2.2, z), (92, 66, 44), width_m=0.3)
    for _ in range(9):
        dx, dy = rng.uniform(-0.9, 0.9), rng.uniform(-0.7, 1.1)
        leaf = shade((58, 112, 52), float(rng.uniform(0.75, 1.2)))
        canvas.disc((x + float(dx), 3.0 + float(dy), z), float(rng.uniform(0.4, 0.8)), leaf)


def parked_car(
    canvas: Canvas, rng: np.random.Generator, at: Point, *, forward: tuple[float, float]
) -> None:
    colour = COLOURS[COACHWORK[int(rng.integers(len(COACHWORK)))]]
    draw_vehicle(canvas, "car", at, forward, shade(colour, 0.9))


def shelf(
    canvas: Canvas, rng: np.random.Generator, x: float, z: Range, *, height_m: float, face: int
) -> None:
    """A row of shelves along the view, with goods on the side that `face` (±1) points to."""
    middle, length = (z[0] + z[1]) / 2, z[1] - z[0]
    canvas.box((x, 0, middle), (0.7, height_m, length), (205, 203, 196))
    front = x + face * 0.36
    for low in np.arange(0.15, height_m - 0.2, 0.42):
        for near in np.arange(z[0] + 0.05, z[1] - 0.3, 0.42):
            red, green, blue = rng.integers(60, 245, 3).tolist()
            span = (float(near), float(near) + 0.34)
            side_wall(canvas, front, span, (float(low), float(low) + 0.3), (red, green, blue))
