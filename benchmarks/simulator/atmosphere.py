"""Light, weather and the sensor: what lies between a scene and its picture."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from benchmarks.simulator.camera import Camera
from benchmarks.simulator.places import PLACES
from benchmarks.simulator.scenes import Scene, Time

FULL_LIGHT = 200
"""Value of the light map that leaves a colour as it is."""
AMBIENT: dict[Time, tuple[float, float, float]] = {
    "day": (1.0, 1.0, 1.0),
    "dusk": (0.92, 0.79, 0.7),
    "night": (0.2, 0.23, 0.33),
    "lit": (1.0, 0.99, 0.95),
    "dark": (0.3, 0.34, 0.42),
}
LAMPS: dict[Time, tuple[tuple[float, float, float], float]] = {
    "night": ((0.54, 0.46, 0.29), 1.8),
    "dark": ((0.34, 0.38, 0.34), 1.6),
}
"""Colour and radius in metres of the pool of light on the stage."""
FOG = {"fog": 26.0, "snow": 90.0, "rain": 110.0}
"""Metres within which two thirds of a colour are lost."""
NOISES = 6


@dataclass
class Atmosphere:
    """Applies a scene's light, weather and noise to its pictures, which it changes in place."""

    scene: Scene
    camera: Camera

    def __post_init__(self) -> None:
        rng = np.random.default_rng([self.scene.seed, 3])
        self._light = _light_map(self.scene, self.camera)
        self._veil = _fog_share(self.scene, self.camera)
        self._drops = [_drops(self.scene, rng) for _ in range(2)]
        self._noise = [_noise(self.scene, rng) for _ in range(NOISES)]
        self._rng = rng

    def light(self, pixels: UInt8[np.ndarray, "h w 3"]) -> None:
        """Day, dusk, lamps."""
        cv2.multiply(pixels, self._light, dst=pixels, scale=1 / FULL_LIGHT)

    def fall(self, pixels: UInt8[np.ndarray, "h w 3"], time_s: float) -> None:
        """Fog, rain and snow."""
        if self._veil is not None:
            kept, added = self._veil
            cv2.multiply(pixels, kept, dst=pixels, scale=1 / 255)
            cv2.add(pixels, added, dst=pixels)
        if self.scene.weather in ("rain", "snow"):
            self._fall_drops(pixels, time_s)

    def sense(self, pixels: UInt8[np.ndarray, "h w 3"]) -> None:
        """The sensor's noise."""
        noise = self._noise[int(self._rng.integers(NOISES))]
        cv2.addWeighted(pixels, 1.0, noise, 1.0, -128, dst=pixels)

    def _fall_drops(self, pixels: UInt8[np.ndarray, "h w 3"], time_s: float) -> None:
        speed = 2.6 if self.scene.weather == "rain" else 0.33
        for k, drops in enumerate(self._drops):
            rows = round((1 + 0.4 * k) * speed * time_s * len(pixels)) % len(pixels)
            columns = round((1 - 2 * k) * 0.06 * time_s * len(pixels)) % pixels.shape[1]
            cv2.add(pixels, np.roll(drops, (rows, columns), (0, 1)), dst=pixels)


def _light_map(scene: Scene, camera: Camera) -> UInt8[np.ndarray, "h w 3"]:
    shape = (scene.height, scene.width)
    light = np.tile(np.array(AMBIENT[scene.time], np.float32), (*shape, 1))
    if scene.weather != "clear" and scene.time == "day":
        light *= 0.9
    if scene.time in LAMPS:
        colour, radius_m = LAMPS[scene.time]
        stage_z_m = PLACES[scene.place].stage_z_m
        for x, z in ((0.0, stage_z_m), (-5.5, stage_z_m + 4), (5.5, stage_z_m + 4)):
            light += _pool(camera, x, z, radius_m)[:, :, None] * np.array(colour, np.float32)
    return np.clip(light * FULL_LIGHT, 0, 255).astype(np.uint8)


def _pool(camera: Camera, x: float, z: float, radius_m: float) -> Float32[np.ndarray, "h w"]:
    """A soft disc of light around what stands at a point."""
    column, row, depth = camera.project(np.array([[x, 0.8, z]]))[0].tolist()
    radius_px = radius_m * camera.focal_px / depth
    rows, columns = np.mgrid[: camera.height, : camera.width].astype(np.float32)
    squared = ((columns - column) / (1.5 * radius_px)) ** 2 + ((rows - row) / radius_px) ** 2
    return np.exp(-0.7 * squared).astype(np.float32)


def _fog_share(
    scene: Scene, camera: Camera
) -> tuple[UInt8[np.ndarray, "h w 3"], UInt8[np.ndarray, "h w 3"]] | None:
    """What is kept of each pixel, and what the fog adds; None in clear air."""
    if scene.weather not in FOG:
        return None
    z = np.linspace(1.0, 60.0, 600)
    floor = camera.project(np.stack([0 * z, 0 * z, z], axis=1))
    rows = np.arange(scene.height)
    distance_m = np.interp(-rows, -floor[:, 1], floor[:, 2], left=3.0, right=60.0)
    kept = np.maximum(np.exp(-distance_m / FOG[scene.weather]), 0.12)
    grey = np.array(AMBIENT[scene.time]) * (205, 208, 212)
    shape = (scene.height, scene.width, 3)
    haze = np.broadcast_to((1 - kept)[:, None, None] * grey, shape)
    share = np.broadcast_to(kept[:, None, None] * 255, shape)
    return share.astype(np.uint8), haze.astype(np.uint8)


def _drops(scene: Scene, rng: np.random.Generator) -> UInt8[np.ndarray, "h w 3"]:
    sheet = np.zeros((scene.height, scene.width, 3), np.uint8)
    if scene.weather not in ("rain", "snow"):
        return sheet
    unit = scene.height / 240
    for column, row in rng.uniform((0, 0), (scene.width, scene.height), (80, 2)):
        at = (round(column), round(row))
        if scene.weather == "rain":
            end = (round(column - 2 * unit), round(row + rng.uniform(8, 18) * unit))
            cv2.line(sheet, at, end, (62, 64, 70), 1, cv2.LINE_AA)
        else:
            cv2.circle(
                sheet, at, round(rng.uniform(0.6, 2.0) * unit), (190, 192, 198), -1, cv2.LINE_AA
            )
    return sheet


def _noise(scene: Scene, rng: np.random.Generator) -> UInt8[np.ndarray, "h w 3"]:
    """Noise around 128, a little stronger where it is dark."""
    sigma = scene.view.noise * (1.5 if scene.time in ("night", "dark") else 1.0)
    noise = rng.normal(128, sigma, (scene.height, scene.width, 3)).astype(np.float32)
    return np.clip(cv2.GaussianBlur(noise, (3, 3), 0.6), 0, 255).astype(np.uint8)
