"""Draws a scene."""

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from jaxtyping import UInt8

from benchmarks.simulator.atmosphere import Atmosphere
from benchmarks.simulator.blazes import Blaze
from benchmarks.simulator.camera import Camera
from benchmarks.simulator.canvas import Canvas
from benchmarks.simulator.events import things_at
from benchmarks.simulator.places import PLACES
from benchmarks.simulator.scenes import Scene
from benchmarks.simulator.things import Dog, Person, Thing, Vehicle

BESIDE_PX = 24
"""What is farther beside the picture shows neither limbs nor a shadow in it."""
TURN = np.linspace(0, 2 * np.pi, 13)[:-1]
SHADOW_LIGHT = {"day": 0.62, "dusk": 0.72, "night": 0.6, "lit": 0.75, "dark": 0.75}


def render_frames(scene: Scene) -> Iterator[UInt8[np.ndarray, "h w 3"]]:
    """The pictures of a scene in RGB, frame k at k / fps; each array is the caller's own."""
    renderer = Renderer(scene)
    rng = np.random.default_rng([scene.seed, 4])
    for k in range(scene.num_frames):
        pixels = renderer.draw(things_at(scene, k / scene.fps), k / scene.fps)
        if scene.view.shake_px:
            pixels = _shaken(pixels, rng.normal(0, scene.view.shake_px / 2, 2))
        renderer.atmosphere.sense(pixels)
        yield pixels


class Renderer:
    """Draws single pictures of a scene; the camera stands still."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._camera = scene_camera(scene)
        self.atmosphere = Atmosphere(scene, self._camera)
        self._backdrop = _backdrop(scene)

    def visible(self, time_s: float) -> tuple[Thing, ...]:
        """What is within the picture, or casts light into it, at a moment; farthest first."""
        return tuple(thing for thing in things_at(self._scene, time_s) if self._shows(thing))

    def draw(self, things: Sequence[Thing], time_s: float) -> UInt8[np.ndarray, "h w 3"]:
        """A picture of things, farthest first, before the sensor's noise.

        Args:
            time_s: when, for the rain and the snow.
        """
        canvas = Canvas(self._backdrop.copy(), self._camera)
        _cast_shadows(canvas, things, SHADOW_LIGHT[self._scene.time])
        for thing in things:
            if not isinstance(thing, Blaze):
                thing.draw(canvas)
        self.atmosphere.light(canvas.pixels)
        for thing in things:
            if isinstance(thing, Blaze):
                thing.draw(canvas)
        self.atmosphere.fall(canvas.pixels, time_s)
        return canvas.pixels

    def _shows(self, thing: Thing) -> bool:
        if isinstance(thing, Blaze):
            return True
        camera = self._camera
        columns = camera.project(thing.outline())[:, 0]
        return bool(columns.max() > -BESIDE_PX and columns.min() < camera.width + BESIDE_PX)


def scene_camera(scene: Scene) -> Camera:
    """The camera that the scene is seen by."""
    return PLACES[scene.place].camera(scene.view, width=scene.width, height=scene.height)


def _backdrop(scene: Scene) -> UInt8[np.ndarray, "h w 3"]:
    """The place without anybody; drawn at twice the size, as its edges are fine."""
    size = {"width": 2 * scene.width, "height": 2 * scene.height}
    place = PLACES[scene.place]
    pixels = np.full((size["height"], size["width"], 3), 128, np.uint8)
    canvas = Canvas(pixels, place.camera(scene.view, **size), -1 if scene.view.is_mirrored else 1)
    place.draw(canvas, np.random.default_rng([scene.view.backdrop, 5]), scene.time)
    small = cv2.resize(pixels, (scene.width, scene.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _cast_shadows(canvas: Canvas, things: Sequence[Thing], light: float) -> None:
    shadow = np.full(canvas.pixels.shape[:2], 255, np.uint8)
    dark = round(255 * light)
    for thing in things:
        if isinstance(thing, Vehicle | Person | Dog):
            cv2.fillConvexPoly(shadow, _footing(canvas, thing), dark, cv2.LINE_AA)
    cv2.multiply(canvas.pixels, cv2.merge([shadow] * 3), dst=canvas.pixels, scale=1 / 255)


def _footing(canvas: Canvas, thing: Thing) -> np.ndarray:
    """The shadow of a thing: the hull of what it covers on the floor."""
    points = thing.outline()
    low, high = points.min(axis=0) - 0.12, points.max(axis=0) + 0.12
    middle, half = (low + high) / 2, (high - low) / 2
    ring = np.zeros((len(TURN), 3))
    ring[:, 0] = middle[0] + half[0] * np.cos(TURN)
    ring[:, 2] = middle[2] + half[2] * np.sin(TURN)
    return np.round(canvas.camera.project(ring)[:, :2]).astype(np.int32)


def _shaken(pixels: UInt8[np.ndarray, "h w 3"], shift_px: np.ndarray) -> UInt8[np.ndarray, "h w 3"]:
    matrix = np.array([[1, 0, shift_px[0]], [0, 1, shift_px[1]]], np.float32)
    size = pixels.shape[1::-1]
    return np.asarray(
        cv2.warpAffine(pixels, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8
    )
