"""Cars, vans, buses and bicycles."""

import math
from dataclasses import dataclass

from benchmarks.simulator.canvas import Canvas, Colour, Point, footprint, shade

GLASS: Colour = (52, 66, 80)
TYRE: Colour = (24, 24, 26)


@dataclass(frozen=True)
class Shape:
    """Measures in metres."""

    length: float
    width: float
    body: float
    """Height of the part below the windows."""
    cabin: float
    """Height of the part with the windows."""
    cabin_length: float
    cabin_shift: float
    """From the middle towards the front."""
    slope: float
    """By how much the roof is shorter than the foot of the windows, at either end."""


SHAPES: dict[str, Shape] = {
    "car": Shape(4.0, 1.75, 0.62, 0.58, 2.3, -0.25, 0.5),
    "van": Shape(4.7, 1.95, 1.1, 0.85, 4.4, -0.1, 0.2),
    "bus": Shape(6.6, 2.3, 1.3, 1.2, 6.5, 0.0, 0.05),
}
GROUND_M = 0.28


def draw_vehicle(
    canvas: Canvas, kind: str, at: Point, forward: tuple[float, float], colour: Colour
) -> None:
    """A vehicle whose middle is above `at`."""
    shape = SHAPES[kind]
    x, y, z = at
    _wheels(canvas, shape, at, forward)
    body = (x, y + GROUND_M, z)
    canvas.box(body, (shape.length, shape.body, shape.width), colour, forward=forward)
    _cabin(canvas, shape, at, forward, colour)
    _lamps(canvas, shape, at, forward)


def vehicle_corners(kind: str, at: Point, forward: tuple[float, float]) -> list[Point]:
    """The eight corners of the box around a vehicle."""
    shape = SHAPES[kind]
    base = footprint(at, shape.length, shape.width, forward)
    height = GROUND_M + shape.body + shape.cabin
    return [*base, *((x, y + height, z) for x, y, z in base)]


def _cabin(
    canvas: Canvas, shape: Shape, at: Point, forward: tuple[float, float], colour: Colour
) -> None:
    middle = (at[0] + forward[0] * shape.cabin_shift, at[1] + GROUND_M + shape.body)
    foot = (middle[0], middle[1], at[2] + forward[1] * shape.cabin_shift)
    roof = (foot[0], foot[1] + shape.cabin, foot[2])
    base = footprint(foot, shape.cabin_length, shape.width * 0.96, forward)
    top = footprint(roof, shape.cabin_length - 2 * shape.slope, shape.width * 0.82, forward)
    canvas.prism(base, top, GLASS, roof=shade(colour, 1.05))
    for low, high in zip(base, top, strict=True):
        if low[2] < at[2] + 0.01 or abs(forward[1]) > 0.5:
            canvas.line(low, high, shade(colour, 0.8), width_m=0.08)


def _wheels(canvas: Canvas, shape: Shape, at: Point, forward: tuple[float, float]) -> None:
    axles = footprint(at, shape.length * 0.64, shape.width * 0.98, forward)
    for x, y, z in sorted(axles, key=lambda p: -p[2]):
        canvas.disc((x, y + 0.32, z), 0.33, TYRE)
        canvas.disc((x, y + 0.32, z), 0.15, (150, 152, 156))


def _lamps(canvas: Canvas, shape: Shape, at: Point, forward: tuple[float, float]) -> None:
    corners = footprint(at, shape.length * 1.01, shape.width * 0.75, forward)
    nearest = sorted(range(4), key=lambda k: corners[k][2])[:2]
    for k in nearest:
        x, y, z = corners[k]
        lamp = (255, 240, 190) if k in (1, 2) else (220, 30, 30)
        canvas.disc((x, y + GROUND_M + shape.body * 0.65, z), 0.09, lamp)


def draw_bicycle(
    canvas: Canvas, at: Point, forward: tuple[float, float], *, tilt: float = 0.0
) -> None:
    """A bicycle; `tilt` is 0 upright and 1 on the ground."""
    x, y, z = at
    up, side = math.cos(tilt * math.pi / 2), math.sin(tilt * math.pi / 2)

    def part(ahead: float, height: float) -> Point:
        shift = height * side
        return (
            x + forward[0] * ahead - forward[1] * shift,
            y + height * up + 0.03,
            z + forward[1] * ahead - abs(forward[0]) * shift,
        )

    for hub in (-0.52, 0.52):
        rim = [part(hub + 0.34 * math.cos(a), 0.34 + 0.34 * math.sin(a)) for a in SPOKES]
        canvas.stroke(canvas.project(rim), TYRE, width_m=0.05)
    frame = (part(-0.52, 0.34), part(-0.15, 0.85), part(0.4, 0.9), part(0.52, 0.34))
    crank = part(0.0, 0.34)
    lines = [frame[0], frame[1], frame[2], frame[3], frame[2], crank, frame[1], crank, frame[0]]
    canvas.stroke(canvas.project(lines), (200, 60, 50), width_m=0.05)
    canvas.line(part(-0.25, 0.93), part(-0.02, 0.93), TYRE, width_m=0.08)


SPOKES = tuple(k * math.pi / 8 for k in range(17))
