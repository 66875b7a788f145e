"""More of what happens every day: what is as quick or as odd as a crime, and is none."""

import math
from collections.abc import Sequence

from benchmarks.simulator.acts import Act, brake
from benchmarks.simulator.colours import COLOURS
from benchmarks.simulator.normal_acts import middle_way
from benchmarks.simulator.things import Person, Thing


def jog(act: Act) -> Sequence[Thing]:
    return [act.person(0, middle_way(act, 2.8), pose="run")]


def hurry(act: Act) -> Sequence[Thing]:
    way = middle_way(act, 2.4)
    return [act.person(1, way + 0.5, 0.5, pose="run"), act.person(0, way - 0.5, pose="run")]


def dance(act: Act) -> Sequence[Thing]:
    sway, beat = 0.3 * math.sin(3.1 * act.time_s), 1.4 * act.time_s
    pose = "hands_up" if int(act.time_s / 1.5) % 2 else "punch"
    return [
        act.goer(1, 0.7 + sway, 0.3, come=-1, facing=-1, pose="hands_up", phase=beat),
        act.goer(0, -0.5 + sway, pose=pose, phase=beat),
    ]


def embrace(act: Act) -> Sequence[Thing]:
    return [
        act.goer(1, 0.2, 0.1, come=-1, go=-1, facing=-1, pose="aim"),
        act.goer(0, -0.2, pose="aim"),
    ]


def tie_shoe(act: Act) -> Sequence[Thing]:
    return [act.goer(0, 0.0, pose="crouch")]


def greet(act: Act) -> Sequence[Thing]:
    return [
        act.goer(1, 0.8, 0.2, come=-1, go=-1, facing=-1, pose="talk"),
        act.goer(0, -0.8, pose="hands_up"),
    ]


def exercise(act: Act) -> Sequence[Thing]:
    pose = "kick" if int(act.time_s / 2) % 2 else "hands_up"
    return [act.goer(0, 0.0, pose=pose)]


def browse(act: Act) -> Sequence[Thing]:
    cart = act.prop("cart", 0.8, -0.2, colour=COLOURS["blue"])
    if act.before_s or act.after_s:
        person = act.goer(0, 0.0)
        return [person]
    pose = "spray" if int(act.since_s / 2.0) % 2 == 0 else "talk"
    at, forward = act.point(0.0), (0.3 * act.sign, 0.95)
    return [Person(act.event.cast[0], at, forward, pose, act.time_s), cart]


def litter(act: Act) -> Sequence[Thing]:
    return [
        act.prop("bin", 0.6, 0.2, colour=COLOURS["green"]),
        act.goer(0, 0.0, pose="bend", holds="bag" if act.before_s else ""),
    ]


def clean_window(act: Act) -> Sequence[Thing]:
    return [act.prop("pane", 0.5, 0.4), *_at_the_wall(act)]


def put_poster(act: Act) -> Sequence[Thing]:
    return [act.prop("panel", 0.0, 0.55, colour=COLOURS["grey"]), *_at_the_wall(act)]


def _at_the_wall(act: Act) -> Sequence[Thing]:
    if act.before_s or act.after_s:
        return [act.goer(0, 0.0)]
    forward = (0.55 * act.sign, 0.83)
    return [Person(act.event.cast[0], act.point(0.0), forward, "spray", act.time_s)]


def speed_by(act: Act) -> Sequence[Thing]:
    return [act.vehicle(0, middle_way(act, 34.0 / act.length_s))]


def honk(act: Act) -> Sequence[Thing]:
    """Stops in the middle for a while."""
    stop_s = 0.4 * act.length_s
    way = brake(act.since_s, speed_m_s=4.0, stop_s=stop_s) - 2.0 * stop_s
    starting_s = max(0.0, act.since_s - 0.75 * act.length_s)
    return [act.vehicle(0, way + 0.8 * starting_s**2)]
