"""What a guard would want to know of."""

import math
from collections.abc import Sequence

from benchmarks.simulator.acts import RUN_M_S, WALK_M_S, Act, brake, pulse
from benchmarks.simulator.colours import COLOURS
from benchmarks.simulator.normal_acts import middle_way
from benchmarks.simulator.things import Person, Thing

BLOW_S = 1.1
SHOT_S = 0.9
IMPACT = 0.4
"""When vehicles hit, as a share of the event."""
FETCHING_S = 4.0


def fight(act: Act) -> Sequence[Thing]:
    lunge = 0.16 * math.sin(5.1 * act.time_s)
    sway = 0.25 * math.sin(1.3 * act.time_s)
    poses = ("punch", "kick") if int(act.time_s / 1.4) % 2 else ("punch", "punch")
    return [
        act.goer(0, -0.42 + lunge + sway, come=1, go=-1, facing=1, pose=poses[0]),
        act.goer(1, 0.42 + lunge * 0.6 + sway, 0.08, come=-1, go=1, facing=-1, pose=poses[1]),
    ]


def beating(act: Act) -> Sequence[Thing]:
    return [
        act.victim(1, 0.55, 0.15, hit=0.12, facing=1, pitch_deg=90),
        act.goer(0, -0.4, come=1, go=-1, facing=1, pose="kick" if act.share > 0.12 else "punch"),
    ]


def chase(act: Act) -> Sequence[Thing]:
    way = middle_way(act, 2.4)
    return [
        act.person(0, way - 0.9, pose="run"),
        act.person(1, way + 0.9, 0.3, pose="run"),
    ]


def fall(act: Act) -> Sequence[Thing]:
    if act.since_s < 0.2 * act.length_s:
        late_s = 0.2 * act.length_s - act.since_s
        return [act.person(0, -WALK_M_S * late_s, pose="walk")]
    return [act.victim(0, 0.0, hit=0.2, pitch_deg=90, before="walk")]


def hit_pedestrian(act: Act) -> Sequence[Thing]:
    since_s = act.since_s - IMPACT * act.length_s
    car = act.vehicle(1, -2.2 + brake(since_s, speed_m_s=5.0, stop_s=0.8) - _leaving(act))
    if since_s < 0:
        at = act.lane(0.3, 1.1 * since_s)
        return [car, Person(act.event.cast[0], at, (0.0, 1.0), "walk", since_s)]
    flight = min(1.0, since_s / 0.6)
    lift = 0.9 * math.sin(math.pi * flight)
    at = act.lane(0.5 + 1.9 * flight + act.gone_m, -0.4)
    if act.risen == 1:
        return [car, Person(act.event.cast[0], at, act.heading(), "walk", act.gone_m * 0.7)]
    pitch_deg = 90 * flight * (1 - act.risen)
    body = Person(act.event.cast[0], (at[0], lift, at[2]), act.heading(), "sprawl", 0.0, pitch_deg)
    return [car, body]


def hit_cyclist(act: Act) -> Sequence[Thing]:
    since_s = act.since_s - IMPACT * act.length_s
    car = act.vehicle(1, -2.6 + brake(since_s, speed_m_s=5.0, stop_s=0.9) - _leaving(act))
    way = 0.6 + (2.0 * since_s if since_s < 0 else brake(since_s, speed_m_s=4.4, stop_s=0.8))
    at = act.lane(way + 2 * act.gone_m, -0.5)
    tilt = min(1.0, max(0.0, since_s / 0.5)) * (1 - act.risen)
    return [car, act.cyclist(0, at, along=min(way, 0.6) + act.gone_m, tilt=tilt)]


def crash(act: Act) -> Sequence[Thing]:
    since_s = act.since_s - IMPACT * act.length_s
    bounce = 0.35 * math.sin(min(1.0, max(0.0, since_s) / 0.5) * math.pi)
    gap = 2.0 + max(0.0, -5.5 * since_s) + bounce + _leaving(act)
    cars: list[Thing] = [act.vehicle(0, -gap), act.vehicle(1, gap, 0.25, facing=-1)]
    if since_s < 0:
        return cars
    debris = act.blaze("debris", act.lane(0, -1.0), min(1.0, since_s / 1.2 + 0.01), size_m=1.6)
    x, _, z = act.lane(0.6, -0.2)
    return cars + debris + act.blaze("smoke", (x, 0.9, z), min(0.9, since_s / 1.5), size_m=0.8)


def _leaving(act: Act) -> float:
    return 3.0 * max(0.0, act.after_s - 1.0) ** 2


def fire(act: Act) -> Sequence[Thing]:
    heat = min(1.0, act.share / 0.25) * max(0.0, 1 - act.after_s / 2) if act.since_s > 0 else 0.0
    x, _, z = act.point(0.5, 0.2)
    things: list[Thing] = [act.prop("bin", 0.5, 0.2, colour=COLOURS["green"])]
    things.append(act.goer(0, -1.1, come=-1, go=-1, facing=1, pose="hands_up"))
    things += act.blaze("smoke", (x, 1.3, z), heat, size_m=1.1)
    return things + act.blaze("fire", (x, 0.75, z), heat, size_m=1.25)


def explosion(act: Act) -> Sequence[Thing]:
    moment = 0.12
    x, _, z = act.point(1.1, 0.5)
    since_s = act.since_s - moment * act.length_s
    body = act.victim(0, -0.9, hit=moment, pitch_deg=-90, slide_m=-0.8, before="walk")
    things: list[Thing] = [act.prop("bin", 1.1, 0.5, colour=COLOURS["grey"]), body]
    if since_s < 0:
        return things
    glow = max(0.0, 1 - since_s / max(3.5, act.length_s))
    things += act.blaze(
        "smoke", (x, 0.6, z), min(1.0, 0.4 + since_s / 2) * min(1.0, 2 * glow), size_m=1.6
    )
    things += act.blaze("debris", (x, 0.5, z), min(1.0, since_s / 1.5 + 0.01), size_m=2.6)
    if since_s < 1.1:
        return things + act.blaze("blast", (x, 0, z), since_s / 1.1 + 0.01, size_m=1.6)
    return things + act.blaze("fire", (x, 0.2, z), min(0.7, glow), size_m=0.8)


def theft(act: Act) -> Sequence[Thing]:
    grab = 0.35
    since_s = act.since_s - grab * act.length_s
    way = RUN_M_S * 0.8 * since_s
    holds = "bag" if since_s >= 0 else ""
    thief = act.person(0, way + 0.1, -0.3, pose="run", holds=holds)
    if since_s < 0:
        return [act.person(1, 0.25 + 0.5 * since_s, 0.2, pose="walk", holds="bag"), thief]
    pose = "hands_up" if since_s < 2.5 else "stand"
    return [act.goer(1, 0.25, 0.2, go=1, pose=pose), thief]


def vandalism(act: Act) -> Sequence[Thing]:
    blows = act.since_s / BLOW_S if act.since_s > 0 else 0.0
    hits = 0 if blows < 0.8 else math.floor(blows - 0.8) + 1
    pane = act.prop("pane", 0.95, 0.3, amount=min(1.0, hits / 3))
    person = act.goer(0, 0.05, come=1, go=-1, facing=1, pose="swing", phase=blows, holds="bat")
    things: list[Thing] = [pane, person]
    fresh = (blows - 0.8) % 1.0 if hits and not act.after_s else 1.0
    x, _, z = act.point(0.95, 0.2)
    return things + (act.blaze("shards", (x, 1.3, z), fresh + 0.01) if fresh < 0.7 else [])


def shooting(act: Act) -> Sequence[Thing]:
    running = 0 < act.share < 1
    shooter = act.goer(0, -1.5, come=1, go=-1, facing=1, pose="aim", holds="gun")
    target = act.victim(1, 1.4, 0.15, hit=0.3, facing=-1, before="hands_up")
    strength = pulse(act.since_s, every_s=SHOT_S, length_s=0.2) if running else 0.0
    hand = shooter.joints()[8]
    muzzle = (float(hand[0]) + act.sign * 0.4, float(hand[1]), float(hand[2]))
    return [shooter, target, *act.blaze("flash", muzzle, strength)]


def robbery(act: Act) -> Sequence[Thing]:
    return [
        act.goer(0, -0.75, come=1, go=-1, facing=1, pose="aim", holds="gun"),
        act.goer(1, 0.55, 0.1, come=-1, go=1, facing=-1, pose="hands_up"),
    ]


def left_bag(act: Act) -> Sequence[Thing]:
    """Afterwards the owner comes back for it."""
    since_s = act.since_s - 0.3 * act.length_s
    bag = act.prop("bag", 0.15, -0.15, colour=(40, 44, 58))
    way = WALK_M_S * (act.after_s - FETCHING_S)
    if since_s < -0.6 or way > 0:
        way = way if way > 0 else WALK_M_S * (since_s + 0.6)
        return [act.person(0, -0.3 + way, pose="walk", holds="bag")]
    if act.after_s:
        return [act.person(0, -0.3 + way, pose="walk"), bag]
    if since_s < 0.4:
        return [act.person(0, -0.3, pose="bend"), bag]
    return [act.person(0, -0.3 - WALK_M_S * (since_s - 0.4), facing=-1, pose="walk"), bag]


def intrusion(act: Act) -> Sequence[Thing]:
    fence = act.prop("fence", 0.0, 0.5)
    way = act.share
    if act.before_s or way < 0.15:
        return [fence, act.person(0, -WALK_M_S * max(0.0, -act.since_s), 0.0, pose="walk")]
    if way < 0.6:
        at = act.point(0.0, 0.2, 1.25 * (way - 0.15) / 0.45)
        return [fence, Person(act.event.cast[0], at, (0.25 * act.sign, 0.97), "climb", act.time_s)]
    over = (way - 0.6) / 0.4
    height = 1.25 * max(0.0, 1 - over * 2.5)
    at = act.point(2 * WALK_M_S * act.after_s, 0.8 + 1.6 * over, height)
    forward = act.heading() if act.after_s else (0.2 * act.sign, 0.98)
    pose = "climb" if height else "run"
    return [fence, Person(act.event.cast[0], at, forward, pose, act.time_s * 1.3)]


def stampede(act: Act) -> Sequence[Thing]:
    way = middle_way(act, 2.2)
    offsets = ((-0.2, -0.5), (1.2, 0.2), (-1.5, 0.5), (0.5, 0.9), (-2.6, 0.0), (2.4, 0.7))
    return [
        act.person(k, way + along, across, pose="run")
        for k, (along, across) in enumerate(offsets[: len(act.event.cast)])
    ]


def graffiti(act: Act) -> Sequence[Thing]:
    paint = COLOURS["pink" if act.event.cast[0].colour == "red" else "red"]
    panel = act.prop("panel", 0.0, 0.55, colour=paint, amount=max(0.02, act.share))
    along = -1.1 + 1.9 * act.share
    at = act.point(along - 0.2, 0.0)
    if act.before_s or act.after_s:
        return [panel, act.goer(0, along - 0.2)]
    forward = (0.55 * act.sign, 0.83)
    painter = Person(act.event.cast[0], at, forward, "spray", act.time_s, holds="can")
    return [panel, painter]
