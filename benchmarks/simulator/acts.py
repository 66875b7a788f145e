"""The stage directions that all events share."""

import math
from dataclasses import dataclass

from benchmarks.simulator.blazes import Blaze
from benchmarks.simulator.canvas import Colour, Point
from benchmarks.simulator.places import PLACES
from benchmarks.simulator.props import Prop
from benchmarks.simulator.scenes import Event
from benchmarks.simulator.things import Cyclist, Dog, Person, Thing, Vector, Vehicle

WALK_M_S = 1.3
RUN_M_S = 3.6
STEPS_PER_M = {"run": 0.42}
"""Gait cycles per metre; 0.7 for a walk."""
GET_UP_S = 1.2


@dataclass(frozen=True)
class Act:
    """One moment of an event. `along` points to where the action goes, `across` away from us."""

    event: Event
    place: str
    time_s: float

    @property
    def since_s(self) -> float:
        """Seconds since the event began; negative before."""
        return self.time_s - self.event.start_s

    @property
    def length_s(self) -> float:
        return self.event.end_s - self.event.start_s

    @property
    def share(self) -> float:
        """How much of the event is over, in [0, 1]."""
        return min(1.0, max(0.0, self.since_s / self.length_s))

    @property
    def after_s(self) -> float:
        """Seconds since it ended; 0 until then."""
        return max(0.0, self.since_s - self.length_s)

    @property
    def before_s(self) -> float:
        """Seconds until it begins; 0 from then on."""
        return max(0.0, -self.since_s)

    @property
    def sign(self) -> int:
        """1 where the action goes to the right."""
        return -1 if self.event.direction == "left" else 1

    def point(self, along: float, across: float = 0.0, up: float = 0.0) -> Point:
        """A place on the stage, metres from its middle.

        Where there are walls at either side, what would lie behind one lies farther down the hall.
        """
        stage = PLACES[self.place]
        x = self.event.x_m + self.sign * along
        behind_m = max(0.0, abs(x) - stage.room_m)
        x -= math.copysign(behind_m, x)
        return (x, up, stage.stage_z_m + self.event.z_m + across + behind_m)

    @property
    def risen(self) -> float:
        """How far the fallen have got up after the end, in [0, 1]."""
        return min(1.0, self.after_s / GET_UP_S)

    @property
    def gone_m(self) -> float:
        """How far they have walked since."""
        return WALK_M_S * max(0.0, self.after_s - GET_UP_S)

    def lane(self, along: float, across: float = 0.0) -> Point:
        """A place on the lane."""
        lane_z_m = PLACES[self.place].lane_z_m
        assert lane_z_m is not None, f"no lane in {self.place}"
        return (self.sign * along, 0.0, lane_z_m + across)

    def heading(self, facing: float = 1.0, *, along: float = 0.0) -> Vector:
        """Direction of someone who faces along (1) or against (-1) the action at a `point`."""
        x = self.event.x_m + self.sign * along
        if abs(x) > PLACES[self.place].room_m:
            return (0.0, math.copysign(1.0, x) * self.sign * facing)
        return (self.sign * facing, 0.0)

    def person(
        self,
        index: int,
        along: float,
        across: float = 0.0,
        *,
        up: float = 0.0,
        facing: float = 1.0,
        pose: str = "stand",
        phase: float | None = None,
        pitch_deg: float = 0.0,
        holds: str = "",
    ) -> Person:
        """A member of the cast; where no phase is given it follows the way (gaits) or the time."""
        if phase is None:
            phase = self._phase(index, along, pose)
        actor = self.event.cast[index]
        at = self.point(along, across, up)
        forward = self.heading(facing, along=along)
        return Person(actor, at, forward, pose, phase, pitch_deg, holds)

    def goer(
        self,
        index: int,
        along: float,
        across: float = 0.0,
        *,
        come: float = 1,
        go: float = 1,
        facing: float = 1,
        pose: str = "stand",
        phase: float | None = None,
        holds: str = "",
    ) -> Person:
        """Someone who walks to a mark, does something there while the event lasts, and walks on.

        Args:
            come: direction of walking before the event: 1 along, -1 against.
            go: likewise after it.
        """
        if self.before_s:
            along -= come * WALK_M_S * self.before_s
            return self.person(index, along, across, facing=come, pose="walk")
        if self.after_s:
            along += go * WALK_M_S * self.after_s
            return self.person(index, along, across, facing=go, pose="walk")
        return self.person(index, along, across, facing=facing, pose=pose, phase=phase, holds=holds)

    def victim(
        self,
        index: int,
        along: float,
        across: float = 0.0,
        *,
        hit: float,
        facing: float = 1.0,
        before: str = "stand",
        pitch_deg: float = -90.0,
        slide_m: float = 0.0,
    ) -> Person:
        """Someone who goes down at a moment, lies there until the end, and then gets up.

        Args:
            hit: that moment, as a share of the event.
            pitch_deg: 90 falls on the face, -90 on the back.
        """
        if self.since_s < hit * self.length_s or self.after_s > GET_UP_S:
            pose = "walk" if self.before_s or self.after_s else before
            along += facing * (self.gone_m - WALK_M_S * self.before_s)
            return self.person(index, along, across, facing=facing, pose=pose)
        fallen_s = self.since_s - hit * self.length_s
        fall = min(1.0, fallen_s / 0.6) * (1 - self.risen)
        return self.person(
            index,
            along + slide_m * min(1.0, fallen_s / 0.5),
            across,
            facing=facing,
            pose="sprawl" if fall > 0.35 else "crouch",
            pitch_deg=pitch_deg * fall**1.5,
            phase=0.0,
        )

    def vehicle(
        self, index: int, along: float, across: float = 0.0, *, facing: float = 1
    ) -> Vehicle:
        return Vehicle(self.event.cast[index], self.lane(along, across), self.heading(facing))

    def cyclist(self, index: int, at: Point, *, along: float, tilt: float = 0.0) -> Cyclist:
        return Cyclist(self.event.cast[index], at, self.heading(), along * 0.35, tilt)

    def dog(self, index: int, along: float, across: float) -> Dog:
        return Dog(
            self.event.cast[index], self.point(along, across), self.heading(along=along), along
        )

    def prop(
        self,
        kind: str,
        along: float,
        across: float = 0.0,
        *,
        colour: Colour = (140, 90, 45),
        amount: float = 0.0,
    ) -> Prop:
        return Prop(kind, self.point(along, across), colour, amount)

    def blaze(self, kind: str, at: Point, amount: float, *, size_m: float = 1.0) -> list[Thing]:
        """Nothing where the amount is 0."""
        return [Blaze(kind, at, amount, self.time_s, size_m)] if amount > 0 else []

    def _phase(self, index: int, along: float, pose: str) -> float:
        if pose in ("walk", "run", "carry", "push"):
            return self.sign * along * STEPS_PER_M.get(pose, 0.7) + index * 0.37
        return self.time_s + index * 0.37


def brake(since_s: float, *, speed_m_s: float, stop_s: float) -> float:
    """Way of something that brakes evenly from `since_s` = 0 and stands still after `stop_s`."""
    if since_s < 0:
        return speed_m_s * since_s
    braking_s = min(since_s, stop_s)
    return speed_m_s * braking_s * (1 - braking_s / (2 * stop_s))


def pulse(time_s: float, *, every_s: float, length_s: float) -> float:
    """1 at the start of each period, falling to 0 within `length_s`."""
    return max(0.0, 1 - math.fmod(time_s, every_s) / length_s)
