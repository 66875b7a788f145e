"""What happens every day."""

from collections.abc import Sequence

from benchmarks.simulator.acts import WALK_M_S, Act
from benchmarks.simulator.colours import COLOURS
from benchmarks.simulator.props import Prop
from benchmarks.simulator.things import Person, Thing, Vector

DEPTHS: dict[str, Vector] = {"toward": (0.0, -1.0), "away": (0.0, 1.0)}


def middle_way(act: Act, speed_m_s: float) -> float:
    """Way along the stage of what is in its middle halfway through the event."""
    return speed_m_s * (act.since_s - act.length_s / 2)


def walk(act: Act) -> Sequence[Thing]:
    way = middle_way(act, WALK_M_S)
    if act.event.direction not in DEPTHS:
        return [act.person(0, way, pose="walk")]
    if act.before_s or act.after_s:
        return [_turning(act)]
    _, fz = DEPTHS[act.event.direction]
    at = act.point(0.0, fz * way * 0.8)
    return [Person(act.event.cast[0], at, (0.0, fz), "walk", way * 0.7)]


def _turning(act: Act) -> Person:
    """Comes from the side to where the way to or from the camera begins; leaves likewise."""
    _, fz = DEPTHS[act.event.direction]
    half_m = fz * WALK_M_S * 0.8 * act.length_s / 2
    along = WALK_M_S * (act.after_s - act.before_s)
    return act.person(0, along, half_m if act.after_s else -half_m, pose="walk")


def walk_together(act: Act) -> Sequence[Thing]:
    way = middle_way(act, WALK_M_S * 0.9)
    return [
        act.person(1, way + 0.25, 0.65, pose="walk"),
        act.person(0, way - 0.25, -0.1, pose="walk"),
    ]


def talk(act: Act) -> Sequence[Thing]:
    return [
        act.goer(0, -0.5, come=1, go=1, facing=1, pose="talk"),
        act.goer(1, 0.5, 0.1, come=-1, go=-1, facing=-1, pose="talk"),
    ]


def drive(act: Act) -> Sequence[Thing]:
    speed_m_s = 17.0 / act.length_s
    return [act.vehicle(0, middle_way(act, speed_m_s))]


def cycle(act: Act) -> Sequence[Thing]:
    way = middle_way(act, 11.0 / act.length_s)
    return [act.cyclist(0, act.point(way, 0.4), along=way)]


def queue(act: Act) -> Sequence[Thing]:
    step = 0.8 * act.share
    pose = "walk" if 0.4 < act.share < 0.55 else "stand"
    return [
        act.goer(k, 1.3 - 0.85 * k + step * 0.4, 0.06 * k, pose=pose)
        for k in range(len(act.event.cast))
    ]


def sit(act: Act) -> Sequence[Thing]:
    bench = Prop("bench", act.point(0.0, 0.25), (150, 104, 60))
    if act.before_s or act.after_s:
        return [bench, act.goer(0, 0.0, -0.3)]
    at = act.point(0.0, -0.05)
    return [bench, Person(act.event.cast[0], at, (act.sign * 0.5, -0.86), "sit", act.time_s)]


def sweep(act: Act) -> Sequence[Thing]:
    way = 0.35 * (act.since_s - act.length_s / 2)
    return [act.goer(0, way, pose="sweep", holds="broom")]


def deliver(act: Act) -> Sequence[Thing]:
    return [act.person(0, middle_way(act, 1.1), pose="carry", holds="box")]


def dog_walk(act: Act) -> Sequence[Thing]:
    way = middle_way(act, WALK_M_S * 0.9)
    person = act.person(0, way - 0.6, pose="walk")
    dog = act.dog(1, way + 0.9, -0.25)
    hand = tuple(float(v) for v in person.joints()[8])
    leash = Prop("leash", (hand[0], hand[1], hand[2]), end=(dog.at[0], 0.55, dog.at[2]))
    return [person, leash, dog]


def push_cart(act: Act) -> Sequence[Thing]:
    way = middle_way(act, 1.0)
    cart = act.prop("cart", way + 0.95, colour=COLOURS["blue"])
    return [act.person(0, way, pose="push"), cart]
