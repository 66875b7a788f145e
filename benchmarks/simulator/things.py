"""What moves in a scene: people, vehicles, animals and what they carry."""

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from jaxtyping import Float64

from benchmarks.simulator.canvas import Canvas, Colour, Point, shade
from benchmarks.simulator.colours import COLOURS, HAIR, SKIN
from benchmarks.simulator.poses import POSES, skeleton
from benchmarks.simulator.scenes import Actor
from benchmarks.simulator.vehicles import draw_bicycle, draw_vehicle, vehicle_corners

Vector = tuple[float, float]
"""A direction on the floor: right and away."""
SHOES: Colour = (30, 28, 28)
CAP: Colour = (22, 26, 52)
SHORTER = {"woman": 0.05, "child": 0.34}


class Thing(Protocol):
    """Something at a place at one moment."""

    @property
    def at(self) -> Point:
        """Where it touches the floor."""
        ...

    @property
    def subject(self) -> Actor | str | None:
        """What a caption of its region is about; None where it has none."""
        ...

    def outline(self) -> Float64[np.ndarray, "n 3"]:
        """World points whose hull holds it."""
        ...

    def draw(self, canvas: Canvas) -> None: ...


@dataclass(frozen=True)
class Person:
    """A man, a woman, a child, a police officer or the rider of a bicycle."""

    actor: Actor
    at: Point
    forward: Vector = (1.0, 0.0)
    pose: str = "stand"
    phase: float = 0.0
    pitch_deg: float = 0.0
    holds: str = ""
    """bag, box, bat, gun, can or broom."""

    @property
    def subject(self) -> Actor:
        return self.actor

    def outline(self) -> Float64[np.ndarray, "n 3"]:
        joints = self.joints()
        return np.concatenate([joints, joints + (0, 0.14, 0), joints - (0, 0.06, 0)])

    def joints(self) -> Float64[np.ndarray, "15 3"]:
        """World positions of the joints (`poses.skeleton`)."""
        return self._joints

    @cached_property
    def _joints(self) -> Float64[np.ndarray, "15 3"]:
        fx, fz = self.forward
        stature = 0.97 + 0.02 * (self.actor.looks % 5) - SHORTER.get(self.actor.kind, 0.0)
        pose = POSES[self.pose](self.phase)
        local = skeleton(pose, pitch_deg=self.pitch_deg, stature=stature)
        ahead, up, left = local.T
        x = self.at[0] + ahead * fx - left * fz
        return np.stack([x, self.at[1] + up, self.at[2] + ahead * fz + left * fx], axis=1)

    def draw(self, canvas: Canvas) -> None:
        joints = canvas.camera.project(self.joints())
        jacket, trousers = COLOURS[self.actor.colour], COLOURS[self.actor.legs]
        far, near = (1, 0) if self.forward[0] < 0 else (0, 1)
        self._draw_arm(canvas, joints, far, shade(jacket, 0.75))
        self._draw_leg(canvas, joints, far, shade(trousers, 0.75))
        self._draw_leg(canvas, joints, near, trousers)
        self._draw_torso(canvas, joints, jacket)
        self._draw_head(canvas, joints)
        self._draw_arm(canvas, joints, near, shade(jacket, 0.9))
        if self.holds:
            draw_held(canvas, self, self.joints())

    def _draw_arm(
        self, canvas: Canvas, joints: Float64[np.ndarray, "15 3"], side: int, colour: Colour
    ) -> None:
        arm = joints[3 + 3 * side : 6 + 3 * side]
        canvas.stroke(arm, colour, width_m=0.12)
        column, row, depth = arm[2].tolist()
        hand = 0.06 * canvas.camera.focal_px / depth
        canvas.dot((column, row), hand, SKIN[self.actor.looks % len(SKIN)])

    def _draw_leg(
        self, canvas: Canvas, joints: Float64[np.ndarray, "15 3"], side: int, colour: Colour
    ) -> None:
        leg = joints[9 + 3 * side : 12 + 3 * side]
        canvas.stroke(leg, colour, width_m=0.17)
        column, row, depth = leg[2].tolist()
        shoe = 0.085 * canvas.camera.focal_px / depth
        canvas.dot((column + 0.6 * shoe * self.forward[0], row), shoe, SHOES)

    def _draw_torso(
        self, canvas: Canvas, joints: Float64[np.ndarray, "15 3"], colour: Colour
    ) -> None:
        hem = 0.12 if self.actor.kind == "woman" else 0.0
        spine = joints[[1, 0]] + (0, hem * canvas.camera.focal_px / joints[0, 2], 0)
        canvas.stroke(spine, colour, width_m=0.3)
        canvas.stroke(joints[[3, 6, 12, 9, 3]], colour, width_m=0.14)
        canvas.fill(joints[[3, 6, 12, 9], :2], colour)
        canvas.stroke(
            spine - (0.05 * canvas.camera.focal_px / joints[0, 2], 0, 0),
            shade(colour, 1.15),
            width_m=0.1,
        )

    def _draw_head(self, canvas: Canvas, joints: Float64[np.ndarray, "15 3"]) -> None:
        column, row, depth = joints[2].tolist()
        size = canvas.camera.focal_px / depth
        hair = HAIR[self.actor.looks // 4 % len(HAIR)]
        if self.actor.kind == "woman":
            neck = joints[[2, 1]]
            canvas.stroke(neck + (-0.05 * self.forward[0] * size, 0, 0), hair, width_m=0.22)
        canvas.dot((column, row), 0.135 * size, hair)
        if self.forward[1] < 0.6:
            face = (column + 0.05 * self.forward[0] * size, row + 0.03 * size)
            canvas.dot(face, 0.1 * size, SKIN[self.actor.looks % len(SKIN)])
        if self.actor.kind == "officer":
            canvas.dot((column, row - 0.09 * size), 0.11 * size, CAP)


def draw_held(canvas: Canvas, person: Person, joints: Float64[np.ndarray, "15 3"]) -> None:
    """Draws what a person holds in the right hand, or before the chest."""
    x, y, z = (float(v) for v in joints[8])
    fx, fz = person.forward
    match person.holds:
        case "bag":
            canvas.box((x, y - 0.42, z), (0.42, 0.36, 0.2), (150, 90, 40), forward=(fx, fz))
        case "box":
            centre = (person.at[0] + 0.42 * fx, y - 0.1, person.at[2] + 0.42 * fz)
            canvas.box(centre, (0.5, 0.42, 0.55), (190, 146, 96), forward=(fx, fz))
        case "gun":
            canvas.line(
                (x, y, z), (x + 0.28 * fx, y + 0.03, z + 0.28 * fz), (15, 15, 18), width_m=0.07
            )
        case "can":
            canvas.line((x, y, z), (x, y + 0.16, z), (210, 40, 140), width_m=0.09)
        case "broom":
            foot = (person.at[0] + 0.95 * fx, 0.05, person.at[2] + 0.95 * fz)
            canvas.line((x, y + 0.3, z), foot, (170, 120, 60), width_m=0.05)
            canvas.line(
                (foot[0] - 0.2, 0.05, foot[2]),
                (foot[0] + 0.2, 0.05, foot[2]),
                (200, 170, 60),
                width_m=0.14,
            )
        case "bat":
            elbow = joints[7]
            reach = (joints[8] - elbow) / np.linalg.norm(joints[8] - elbow) * 0.75
            tip = (x + float(reach[0]), y + float(reach[1]), z + float(reach[2]))
            canvas.line((x, y, z), tip, (196, 150, 88), width_m=0.09)
        case other:
            raise ValueError(f"nothing is held that is called {other!r}")


@dataclass(frozen=True)
class Vehicle:
    """A car, a van or a bus."""

    actor: Actor
    at: Point
    forward: Vector = (1.0, 0.0)

    @property
    def subject(self) -> Actor:
        return self.actor

    def outline(self) -> Float64[np.ndarray, "n 3"]:
        return np.array(vehicle_corners(self.actor.kind, self.at, self.forward))

    def draw(self, canvas: Canvas) -> None:
        colour = COLOURS[self.actor.colour]
        draw_vehicle(canvas, self.actor.kind, self.at, self.forward, colour)


@dataclass(frozen=True)
class Cyclist:
    """A rider on a bicycle, or both on the ground."""

    actor: Actor
    at: Point
    forward: Vector = (1.0, 0.0)
    phase: float = 0.0
    tilt: float = 0.0
    """Of the bicycle: 0 upright, 1 on the ground."""

    @property
    def subject(self) -> Actor:
        return self.actor

    def rider(self) -> Person:
        x, y, z = self.at
        seat = (x - 0.2 * self.forward[0], y + 0.28 * (1 - self.tilt), z - 0.2 * self.forward[1])
        if self.tilt < 0.3:
            return Person(self.actor, seat, self.forward, "ride", self.phase)
        thrown = (x + 0.9 * self.forward[0] * self.tilt, y, z - 0.5 * self.tilt)
        return Person(self.actor, thrown, self.forward, "sprawl", pitch_deg=90 * self.tilt)

    def outline(self) -> Float64[np.ndarray, "n 3"]:
        x, y, z = self.at
        wheels = [(x + s * self.forward[0], y, z + s * self.forward[1]) for s in (-0.85, 0.85)]
        return np.concatenate([self.rider().outline(), np.array(wheels)])

    def draw(self, canvas: Canvas) -> None:
        draw_bicycle(canvas, self.at, self.forward, tilt=self.tilt)
        self.rider().draw(canvas)


@dataclass(frozen=True)
class Dog:
    """A dog on its four legs."""

    actor: Actor
    at: Point
    forward: Vector = (1.0, 0.0)
    phase: float = 0.0

    @property
    def subject(self) -> Actor:
        return self.actor

    def outline(self) -> Float64[np.ndarray, "n 3"]:
        return np.array([self._part(a, u) for a in (-0.5, 0.6) for u in (0.0, 0.8)])

    def draw(self, canvas: Canvas) -> None:
        coat = COLOURS[self.actor.colour]
        for k, ahead in enumerate((-0.26, -0.2, 0.2, 0.26)):
            step = 0.13 * math.sin(2 * math.pi * (self.phase * 1.5 + k * 0.5))
            canvas.line(self._part(ahead, 0.4), self._part(ahead + step, 0.02), coat, width_m=0.08)
        canvas.line(self._part(-0.28, 0.45), self._part(0.28, 0.48), coat, width_m=0.24)
        canvas.line(self._part(-0.3, 0.5), self._part(-0.5, 0.7), coat, width_m=0.06)
        canvas.line(self._part(0.3, 0.55), self._part(0.44, 0.66), coat, width_m=0.16)
        canvas.line(self._part(0.44, 0.66), self._part(0.58, 0.62), coat, width_m=0.1)

    def _part(self, ahead: float, up: float) -> Point:
        fx, fz = self.forward
        return (self.at[0] + ahead * fx, up, self.at[2] + ahead * fz)
