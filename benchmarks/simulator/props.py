"""What stands about or is carried along: bags, benches, fences, panes."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from benchmarks.simulator.canvas import Canvas, Colour, Point, shade


@dataclass(frozen=True)
class Prop:
    """An object that is drawn by its kind."""

    kind: str
    at: Point
    colour: Colour = (140, 90, 45)
    amount: float = 0.0
    """How far it has come: cracks of a pane, strokes of a painting, in [0, 1]."""
    end: Point | None = None
    """The other end of a leash."""

    @property
    def subject(self) -> str | None:
        return SUBJECTS.get(self.kind)

    @property
    def is_fixed(self) -> bool:
        """Whether it stands there before anybody comes and after all have gone."""
        return self.kind in ("bin", "bench", "fence", "pane", "panel")

    def outline(self) -> Float64[np.ndarray, "n 3"]:
        x, y, z = self.at
        width, height = SIZES.get(self.kind, (0.6, 0.6))
        return np.array([(x + s * width / 2, y + u, z) for s in (-1, 1) for u in (0, height)])

    def draw(self, canvas: Canvas) -> None:
        DRAWERS[self.kind](canvas, self)


def _bag(canvas: Canvas, prop: Prop) -> None:
    canvas.box(prop.at, (0.55, 0.38, 0.3), prop.colour)
    x, y, z = prop.at
    handle = [
        (x - 0.12, y + 0.38, z),
        (x - 0.08, y + 0.52, z),
        (x + 0.08, y + 0.52, z),
        (x + 0.12, y + 0.38, z),
    ]
    canvas.stroke(canvas.project(handle), shade(prop.colour, 0.6), width_m=0.05)


def _bench(canvas: Canvas, prop: Prop) -> None:
    x, _, z = prop.at
    for leg in (x - 0.8, x + 0.8):
        canvas.box((leg, 0, z), (0.1, 0.42, 0.4), (60, 60, 64))
    canvas.box((x, 0.42, z), (1.9, 0.07, 0.45), prop.colour)
    canvas.box((x, 0.55, z + 0.22), (1.9, 0.4, 0.06), prop.colour)


def _bin(canvas: Canvas, prop: Prop) -> None:
    canvas.box(prop.at, (0.7, 0.95, 0.7), prop.colour)
    x, y, z = prop.at
    canvas.box((x, y + 0.95, z), (0.78, 0.08, 0.78), shade(prop.colour, 0.7))


def _cart(canvas: Canvas, prop: Prop) -> None:
    x, _, z = prop.at
    for wheel in (x - 0.35, x + 0.35):
        canvas.disc((wheel, 0.1, z), 0.1, (30, 30, 30))
    canvas.box((x, 0.2, z), (1.0, 0.12, 0.6), (120, 124, 130))
    canvas.box((x, 0.32, z), (0.9, 0.55, 0.55), prop.colour)


def _fence(canvas: Canvas, prop: Prop) -> None:
    x, _, z = prop.at
    for post in np.arange(x - 4.5, x + 4.6, 1.5):
        canvas.line((float(post), 0, z), (float(post), 1.95, z), (150, 155, 160), width_m=0.08)
    for wire in np.arange(0.15, 1.95, 0.3):
        canvas.line(
            (x - 4.5, float(wire), z), (x + 4.5, float(wire), z), (185, 190, 195), width_m=0.025
        )
    canvas.line((x - 4.5, 1.92, z), (x + 4.5, 1.92, z), (170, 175, 180), width_m=0.06)


def _pane(canvas: Canvas, prop: Prop) -> None:
    x, _, z = prop.at
    frame, glass = (70, 74, 80), (150, 196, 214) if prop.amount < 1 else (40, 46, 52)
    low, high = 0.35, 2.15
    canvas.box((x, 0, z + 0.06), (1.9, 0.35, 0.1), shade(frame, 1.2))
    corners = [(x - 0.9, low, z), (x + 0.9, low, z), (x + 0.9, high, z), (x - 0.9, high, z)]
    canvas.polygon(corners, glass)
    canvas.stroke(canvas.project([*corners, corners[0]]), frame, width_m=0.1)
    hit = (x, 1.3, z - 0.01)
    for k in range(round(prop.amount * 14)):
        angle = k * 2.4
        reach = 0.35 + 0.45 * ((k * 7) % 5) / 5
        end = (x + reach * math.cos(angle), 1.3 + 0.8 * reach * math.sin(angle), z - 0.01)
        canvas.line(hit, end, (240, 246, 250), width_m=0.03)


def _panel(canvas: Canvas, prop: Prop) -> None:
    x, _, z = prop.at
    corners = [(x - 1.5, 0.0, z), (x + 1.5, 0.0, z), (x + 1.5, 2.2, z), (x - 1.5, 2.2, z)]
    canvas.polygon(corners, (198, 196, 190))
    strokes = [
        (x - 1.1 + 2.2 * t, 1.25 + 0.5 * math.sin(9 * t) * math.cos(23 * t), z - 0.02)
        for t in np.linspace(0, prop.amount, max(2, round(60 * prop.amount))).tolist()
    ]
    canvas.stroke(canvas.project(strokes), prop.colour, width_m=0.12)


def _leash(canvas: Canvas, prop: Prop) -> None:
    assert prop.end is not None
    canvas.line(prop.at, prop.end, (40, 30, 30), width_m=0.025)


DRAWERS = {
    "bag": _bag,
    "bench": _bench,
    "bin": _bin,
    "cart": _cart,
    "fence": _fence,
    "pane": _pane,
    "panel": _panel,
    "leash": _leash,
}
SIZES = {
    "bag": (0.6, 0.55),
    "bench": (2.0, 1.0),
    "bin": (0.8, 1.05),
    "cart": (1.1, 0.9),
    "fence": (9.0, 2.0),
    "pane": (1.9, 2.2),
    "panel": (3.0, 2.2),
}
SUBJECTS = {
    "bag": "bag",
    "bench": "bench",
    "cart": "cart",
    "fence": "fence",
    "pane": "pane",
    "panel": "panel",
}
