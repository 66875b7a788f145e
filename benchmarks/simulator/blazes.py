"""What shines or flies: fire, smoke, blasts, muzzle flashes, broken glass and debris."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64

from benchmarks.simulator.canvas import Canvas, Point

PUFFS = 14
SMOKE_GREY = 0.32
"""Brightness of thick smoke."""


@dataclass(frozen=True)
class Blaze:
    """Drawn after the light has fallen on all else, by its kind."""

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


def _glow(canvas: Canvas, centre: Point, radius_m: float) -> None:
    """Light on all around."""
    column, row, depth = canvas.project([centre])[0].tolist()
    height, width, _ = canvas.pixels.shape
    lamp = np.zeros((height // 8, width // 8, 3), np.uint8)
    radius_px = radius_m * canvas.camera.focal_px / depth / 8
    at = (round(column / 8), round(row / 8))
    cv2.circle(lamp, at, max(1, round(radius_px / 2)), (96, 52, 18), -1)
    lamp = cv2.GaussianBlur(lamp, (0, 0), max(1.0, radius_px / 2))
    cv2.add(canvas.pixels, cv2.resize(lamp, (width, height)), dst=canvas.pixels)


def _fire(canvas: Canvas, fire: Blaze) -> None:
    x, y, z = fire.at
    flare = 0.85 + 0.15 * math.sin(17 * fire.time_s)
    _glow(canvas, (x, y + 0.3, z), 3.0 * fire.amount * fire.size_m * flare)
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
    """Drawn at a quarter of the size, as it has no edges."""
    x, y, z = smoke.at
    height, width, _ = canvas.pixels.shape
    veil = Canvas(np.zeros((height, width, 3), np.uint8), canvas.camera)
    for k in range(PUFFS):
        age = (smoke.time_s * 0.4 + k / PUFFS) % 1.0
        drift = (0.45 * math.sin(k * 1.7) + 0.5) * age
        centre = (x + drift * smoke.size_m, y + age * 3.0 * smoke.size_m, z)
        level = round(215 * (1 - age) ** 0.5)
        radius_m = (0.16 + 0.55 * age) * smoke.size_m * smoke.amount
        veil.disc(centre, radius_m, (level, level, level))
    small = cv2.resize(veil.pixels, (width // 4, height // 4), interpolation=cv2.INTER_AREA)
    soft = cv2.resize(cv2.GaussianBlur(small, (7, 7), 1.8), (width, height))
    cv2.multiply(canvas.pixels, 255 - soft, dst=canvas.pixels, scale=1 / 255)
    cv2.addWeighted(canvas.pixels, 1.0, soft, SMOKE_GREY, 0, dst=canvas.pixels)


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
