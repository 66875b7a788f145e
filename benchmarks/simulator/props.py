"""What stands about or happens to things: bags, fences, fire, smoke and broken glass."""

import math
from dataclasses import dataclass

import cv2
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


@dataclass(frozen=True)
class Blaze:
    """Fire, smoke, a blast, a muzzle flash or flying glass: drawn after the light, as it shines."""

    kind: str
    at: Point
    amount: float
    """In [0, 1]."""
    time_s: float
    size_m: float = 1.0

    @property
    def subject(self) -> str | None:
        return {"fire": "fire", "blast": "blast"}.get(self.kind) if self.amount > 0.1 else None

    def outline(self) -> Float64[np.ndarray, "n 3"]:
        x, y, z = self.at
        reach = self.size_m * (0.4 + self.amount)
        return np.array([(x + s * reach / 2, y + u, z) for s in (-1, 1) for u in (0, 1.8 * reach)])

    def draw(self, canvas: Canvas) -> None:
        BLAZES[self.kind](canvas, self)


def _fire(canvas: Canvas, fire: Blaze) -> None:
    x, y, z = fire.at
    for layer, (colour, share) in enumerate(
        (((225, 70, 15), 1.0), ((250, 150, 30), 0.7), ((255, 235, 130), 0.4))
    ):
        for k in range(5):
            flicker = 0.75 + 0.35 * math.sin(13 * fire.time_s + 2.1 * k + layer)
            height = fire.amount * fire.size_m * share * flicker * (1.6 - 0.22 * abs(k - 2))
            left = x + (k - 2) * 0.17 * fire.size_m * share
            lean = 0.12 * math.sin(7 * fire.time_s + k)
            half = 0.16 * fire.size_m * share
            tip = (left + lean, y + height, z)
            canvas.polygon([(left - half, y, z), (left + half, y, z), tip], colour)


def _smoke(canvas: Canvas, smoke: Blaze) -> None:
    x, y, z = smoke.at
    veil = canvas.pixels.copy()
    cloud = Canvas(veil, canvas.camera)
    for k in range(9):
        age = (smoke.time_s * 0.45 + k / 9) % 1.0
        drift = 0.5 * math.sin(k * 1.7) * age + 0.5 * age
        grey = 70 + 8 * (k % 5)
        centre = (x + drift * smoke.size_m, y + age * 3.0 * smoke.size_m, z)
        cloud.disc(centre, (0.18 + 0.6 * age) * smoke.size_m * smoke.amount, (grey, grey, grey))
    cv2.addWeighted(veil, 0.6, canvas.pixels, 0.4, 0, dst=canvas.pixels)


def _blast(canvas: Canvas, blast: Blaze) -> None:
    """`amount` is the age: 0 at the flash, 1 when the ball has gone out."""
    x, y, z = blast.at
    glow = max(0.0, 1 - 4 * blast.amount)
    if glow:
        white = np.full_like(canvas.pixels, (255, 244, 214))
        cv2.addWeighted(white, 0.85 * glow, canvas.pixels, 1 - 0.85 * glow, 0, dst=canvas.pixels)
    radius = blast.size_m * 1.5 * min(1.0, 0.3 + 2.5 * blast.amount) * (1 - 0.8 * blast.amount)
    for colour, share in (((190, 60, 20), 1.0), ((250, 140, 30), 0.75), ((255, 240, 170), 0.45)):
        for k in range(6):
            angle = k * math.pi / 3 + share
            off = 0.5 * radius * share
            ball = (x + off * math.cos(angle), y + 0.6 + off * (1 + math.sin(angle)), z)
            canvas.disc(ball, radius * share * 0.6, colour)


def _flash(canvas: Canvas, flash: Blaze) -> None:
    canvas.disc(flash.at, 0.3 * flash.amount, (255, 190, 70))
    canvas.disc(flash.at, 0.17 * flash.amount, (255, 255, 225))


def _shards(canvas: Canvas, shards: Blaze) -> None:
    x, y, z = shards.at
    age = shards.amount
    for k in range(16):
        angle = k * 2.399
        reach = (0.4 + 0.12 * (k % 5)) * (0.3 + 1.5 * age)
        high = max(0.03, y + reach * math.sin(angle) - 2.6 * age * age)
        at = (x + reach * math.cos(angle), high, z - 0.5 * age)
        canvas.line(at, (at[0] + 0.08, at[1] + 0.06, at[2]), (226, 240, 248), width_m=0.04)


def _debris(canvas: Canvas, debris: Blaze) -> None:
    x, y, z = debris.at
    for k in range(12):
        angle = k * 2.399
        reach = debris.size_m * (0.5 + 0.15 * (k % 4)) * min(1.0, 0.2 + 2 * debris.amount)
        high = max(0.03, y + 1.5 * debris.amount * (1 - debris.amount) * (1 + k % 3) - 0.3)
        canvas.disc(
            (x + reach * math.cos(angle), high, z + 0.5 * reach * math.sin(angle)),
            0.06,
            (45, 45, 48),
        )


BLAZES = {
    "fire": _fire,
    "smoke": _smoke,
    "blast": _blast,
    "flash": _flash,
    "shards": _shards,
    "debris": _debris,
}
