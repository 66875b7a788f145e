"""Where the actors are in a picture, and what they are called."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from benchmarks.simulator.camera import Camera
from benchmarks.simulator.captions import describe, describe_object
from benchmarks.simulator.events import perform, things_at
from benchmarks.simulator.render import scene_camera
from benchmarks.simulator.scenes import Actor, Event, Scene, Split
from benchmarks.simulator.things import Thing

MARGIN_PX = 3.0
LEAST_PX = 8.0
"""What shows less than this in width or height is no region."""


@dataclass(frozen=True)
class Region:
    """One thing in one picture."""

    box: tuple[float, float, float, float]
    """Left, top, right and bottom in pixels, within the picture."""
    caption: str


def regions(scene: Scene, time_s: float, *, split: Split = "train") -> list[Region]:
    """The people, vehicles, animals and objects on show, farthest first.

    The wording is drawn from the scene's seed and the time.
    """
    camera = scene_camera(scene)
    rng = np.random.default_rng([scene.seed, 6, round(time_s * 1000)])
    found: list[Region] = []
    for thing in things_at(scene, time_s):
        box = _box(camera, thing)
        if thing.subject is not None and box is not None:
            found.append(Region(box, _name(thing.subject, split, rng)))
    return found


def _name(subject: Actor | str, split: Split, rng: np.random.Generator) -> str:
    if isinstance(subject, Actor):
        return describe(subject, split=split, rng=rng)
    return describe_object(subject, split=split, rng=rng)


def _box(camera: Camera, thing: Thing) -> tuple[float, float, float, float] | None:
    points: Float64[np.ndarray, "n 2"] = camera.project(thing.outline())[:, :2]
    limits = (camera.width, camera.height)
    left, top = np.clip(points.min(axis=0) - MARGIN_PX, 0, limits).tolist()
    right, bottom = np.clip(points.max(axis=0) + MARGIN_PX, 0, limits).tolist()
    if min(right - left, bottom - top) < LEAST_PX:
        return None
    return left, top, right, bottom


def event_boxes(
    scene: Scene, time_s: float
) -> list[tuple[Event, tuple[float, float, float, float]]]:
    """The anomalous events that go on at a time, each with the box around all that takes part.

    Boxes are left, top, right and bottom in pixels; an event that is out of sight is left out.
    """
    camera = scene_camera(scene)
    found: list[tuple[Event, tuple[float, float, float, float]]] = []
    for event in scene.anomalies:
        if event.start_s <= time_s < event.end_s:
            things = perform(event, scene.place, time_s)
            boxes = [_box(camera, thing) for thing in things if thing.subject is not None]
            if seen := [box for box in boxes if box is not None]:
                low = np.array(seen)[:, :2].min(axis=0).tolist()
                high = np.array(seen)[:, 2:].max(axis=0).tolist()
                found.append((event, (low[0], low[1], high[0], high[1])))
    return found
