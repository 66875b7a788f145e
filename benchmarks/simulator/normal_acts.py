"""What happens every day."""

from benchmarks.simulator.acts import WALK_M_S, Act
from benchmarks.simulator.colours import COLOURS
from benchmarks.simulator.props import Prop
from benchmarks.simulator.things import Person, Thing, Vector

DEPTHS: dict[str, Vector] = {"toward": (0.0, -1.0), "away": (0.0, 1.0)}


def middle_way(act: Act, speed_m_s: float) -> float:
    """Way along the stage of what is in its middle halfway through the event."""
    return speed_m_s * (act.since_s - act.length_s / 2)


def walk(act: Act) -> list[Thing]:
    way = middle_way(act, WALK_M_S)
    if act.event.direction not in DEPTHS:
        return [act.person(0, way, pose="walk")]
    _, fz = DEPTHS[act.event.direction]
    at = act.point(0.0, fz * way * 0.8)
    return [Person(act.event.cast[0], at, (0.0, fz), "walk", way * 0.7)]


def walk_together(act: Act) -> list[Thing]:
    way = middle_way(act, WALK_M_S * 0.9)
    return [
        act.person(1, way + 0.25, 0.65, pose="walk"),
        act.person(0, way - 0.25, -0.1, pose="walk"),
    ]


def talk(act: Act) -> list[Thing]:
    return [
        act.goer(0, -0.5, come=1, go=1, facing=1, pose="talk"),
        act.goer(1, 0.5, 0.1, come=-1, go=-1, facing=-1, pose="talk"),
    ]


def drive(act: Act) -> list[Thing]:
    speed_m_s = 17.0 / act.length_s
    return [act.vehicle(0, middle_way(act, speed_m_s))]


def cycle(act: Act) -> list[Thing]:
    way = middle_way(act, 11.0 / act.length_s)
    return [act.cyclist(0, act.point(way, 0.4), along=way)]


def queue(act: Act) -> list[Thing]:
    step = 0.8 * act.share
    everyone = [
        act.goer(k, 1.3 - 0.85 * k + step * 0.4, 0.06 * k, pose="walk" if _steps(act) else "stand")
        for k in range(len(act.event.cast))
    ]
    return list(everyone)


def _steps(act: Act) -> bool:
    return 0.4 < act.share < 0.55


def sit(act: Act) -> list[Thing]:
    bench = Prop("bench", act.point(0.0, 0.25), (150, 104, 60))
    if act.before_s or act.after_s:
        return [bench, act.goer(0, 0.0, -0.3)]
    at = act.point(0.0, -0.05)
    return [bench, Person(act.event.cast[0], at, (act.sign * 0.5, -0.86), "sit", act.time_s)]


def sweep(act: Act) -> list[Thing]:
    way = 0.35 * (act.since_s - act.length_s / 2)
    pose = {"pose": "sweep", "holds": "broom"}
    return [act.goer(0, way, **pose)]


def deliver(act: Act) -> list[Thing]:
    return [act.person(0, middle_way(act, 1.1), pose="carry", holds="box")]


def dog_walk(act: Act) -> list[Thing]:
    way = middle_way(act, WALK_M_S * 0.9)
    person = act.person(0, way - 0.6, pose="walk")
    dog = act.dog(1, way + 0.9, -0.25)
    hand = tuple(float(v) for v in person.joints()[8])
    leash = Prop("leash", (hand[0], hand[1], hand[2]), end=(dog.at[0], 0.55, dog.at[2]))
    return [person, leash, dog]


def push_cart(act: Act) -> list[Thing]:
    way = middle_way(act, 1.0)
    cart = act.prop("cart", way + 0.95, colour=COLOURS["blue"])
    return [act.person(0, way, pose="push"), cart]
