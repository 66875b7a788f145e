"""Kinds of crime that UCF-Crime names and the short clips do without."""

from collections.abc import Sequence

from benchmarks.simulator.acts import RUN_M_S, Act
from benchmarks.simulator.anomalous_acts import BLOW_S
from benchmarks.simulator.colours import COLOURS
from benchmarks.simulator.things import Person, Thing

LIT = 0.35
"""When an arsonist's fire starts, as a share of the event."""
SURRENDERED = 0.35
OPEN, INSIDE, OUT = 0.3, 0.45, 0.7
"""When a burglar has broken the pane, is inside, and comes out again, as shares of the event."""
REACH_S = 1.6


def abuse(act: Act) -> Sequence[Thing]:
    return [
        act.goer(1, 0.45, 0.1, come=1, go=1, facing=-1, pose="crouch"),
        act.goer(0, -0.3, come=1, go=1, pose="swing", phase=act.since_s / BLOW_S),
    ]


def arrest(act: Act) -> Sequence[Thing]:
    has_given_up = act.share >= SURRENDERED
    near, aside, suspect = (
        ("bend", "bend", "crouch") if has_given_up else ("aim", "aim", "hands_up")
    )
    holds = "" if has_given_up else "gun"
    return [
        act.goer(1, 0.05, 0.1, come=-1, go=1, facing=-1, pose=suspect),
        act.goer(2, 0.8, 0.3, come=-1, go=1, facing=-1, pose=aside, holds=holds),
        act.goer(0, -0.7, come=1, go=1, pose=near, holds=holds),
    ]


def arson(act: Act) -> Sequence[Thing]:
    heat = min(1.0, max(0.0, act.share - LIT) / 0.2) * max(0.0, 1 - act.after_s / 5)
    x, _, z = act.point(0.7, 0.2)
    things: list[Thing] = [act.prop("bin", 0.7, 0.2, colour=COLOURS["green"])]
    things += act.blaze("smoke", (x, 1.3, z), heat, size_m=1.1)
    things += act.blaze("fire", (x, 0.75, z), heat, size_m=1.25)
    fleeing_s = act.since_s - (LIT + 0.05) * act.length_s
    if fleeing_s < 0:
        return [*things, act.goer(0, 0.1, pose="bend", holds="can")]
    return [*things, act.person(0, 0.1 - 0.8 * RUN_M_S * fleeing_s, facing=-1, pose="run")]


def burglary(act: Act) -> Sequence[Thing]:
    pane = act.prop("pane", 0.95, 0.3, amount=min(1.0, act.share / OPEN))
    return [pane, *_burglar(act)]


def _burglar(act: Act) -> Sequence[Thing]:
    if act.before_s or act.share < OPEN:
        blows = act.since_s / BLOW_S
        return [act.goer(0, 0.05, pose="swing", phase=blows, holds="bat")]
    if act.share < INSIDE:
        deep = (act.share - OPEN) / (INSIDE - OPEN)
        at = act.point(0.95, 0.25 + 0.8 * deep, 0.35)
        return [Person(act.event.cast[0], at, (0.2 * act.sign, 0.98), "climb", act.time_s)]
    if act.share < OUT:
        return []
    way = 0.7 * RUN_M_S * (act.since_s - OUT * act.length_s)
    return [act.person(0, 0.6 - way, -0.1, facing=-1, pose="run", holds="bag")]


def shoplifting(act: Act) -> Sequence[Thing]:
    if act.before_s or act.after_s:
        return [act.goer(0, 0.0, go=-1, holds="bag")]
    reaches = int(act.since_s / REACH_S) % 2 == 0
    pose, holds = ("spray", "") if reaches else ("bend", "bag")
    at, forward = act.point(0.0), (0.3 * act.sign, 0.95)
    return [Person(act.event.cast[0], at, forward, pose, act.time_s, holds=holds)]
