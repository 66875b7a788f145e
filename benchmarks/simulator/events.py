"""The kinds of events: who takes part, where they can be, and what is heard."""

from collections.abc import Sequence

from benchmarks.simulator import anomalous_acts, normal_acts
from benchmarks.simulator.acts import Act
from benchmarks.simulator.event_spec import ALL_WAYS, STEPS, EventSpec
from benchmarks.simulator.long_events import CRIMES, HABITS
from benchmarks.simulator.props import Prop
from benchmarks.simulator.scenes import Event, Scene
from benchmarks.simulator.things import Thing

NORMAL = (
    EventSpec("walk", normal_acts.walk, ("person",), (STEPS,), directions=ALL_WAYS),
    EventSpec(
        "walk_together", normal_acts.walk_together, ("person",) * 2, (STEPS, ("speech", 0, 1))
    ),
    EventSpec("talk", normal_acts.talk, ("person",) * 2, (("speech", 0.0, 1.0),)),
    EventSpec("drive", normal_acts.drive, ("vehicle",), (("engine", 0.0, 1.0),), where="lane"),
    EventSpec("cycle", normal_acts.cycle, ("cyclist",), (("bell", 0.3, 0.6),), where="outdoors"),
    EventSpec("queue", normal_acts.queue, ("person",) * 4, (("crowd", 0.0, 1.0),), where="open"),
    EventSpec("sit", normal_acts.sit, ("person",), (("rustle", 0.0, 0.3),)),
    EventSpec("sweep", normal_acts.sweep, ("person",), (("sweeping", 0.0, 1.0),)),
    EventSpec("deliver", normal_acts.deliver, ("person",), (STEPS, ("door", 0.8, 0.95))),
    EventSpec(
        "dog_walk",
        normal_acts.dog_walk,
        ("person", "dog"),
        (("barking", 0.2, 0.8),),
        where="outdoors",
    ),
    EventSpec("push_cart", normal_acts.push_cart, ("person",), (("rattle", 0.0, 1.0),)),
)
ANOMALOUS = tuple(
    EventSpec(kind, perform, cast, cues, True, where)
    for kind, perform, cast, cues, where in (
        (
            "fight",
            anomalous_acts.fight,
            ("person",) * 2,
            (("shouting", 0.0, 1.0), ("thuds", 0.1, 1.0)),
            "anywhere",
        ),
        (
            "beating",
            anomalous_acts.beating,
            ("person",) * 2,
            (("thuds", 0.1, 1.0), ("scream", 0.2, 0.7)),
            "anywhere",
        ),
        (
            "chase",
            anomalous_acts.chase,
            ("person",) * 2,
            (("running", 0.0, 1.0), ("shouting", 0.1, 0.7)),
            "anywhere",
        ),
        ("fall", anomalous_acts.fall, ("person",), (("thud", 0.27, 0.4),), "anywhere"),
        (
            "hit_pedestrian",
            anomalous_acts.hit_pedestrian,
            ("person", "car"),
            (("engine", 0.0, 0.4), ("tyres", 0.3, 0.5), ("crash", 0.4, 0.6), ("scream", 0.45, 0.9)),
            "lane",
        ),
        (
            "hit_cyclist",
            anomalous_acts.hit_cyclist,
            ("cyclist", "car"),
            (("engine", 0.0, 0.4), ("bell", 0.2, 0.4), ("crash", 0.4, 0.6)),
            "lane",
        ),
        (
            "crash",
            anomalous_acts.crash,
            ("car", "car"),
            (
                ("engine", 0.0, 0.4),
                ("tyres", 0.25, 0.42),
                ("crash", 0.4, 0.65),
                ("horn", 0.65, 1.0),
            ),
            "lane",
        ),
        (
            "fire",
            anomalous_acts.fire,
            ("person",),
            (("crackle", 0.0, 1.0), ("alarm", 0.4, 1.0)),
            "anywhere",
        ),
        (
            "explosion",
            anomalous_acts.explosion,
            ("person",),
            (("blast", 0.12, 0.6), ("crackle", 0.4, 1.0)),
            "anywhere",
        ),
        (
            "theft",
            anomalous_acts.theft,
            ("person",) * 2,
            (("running", 0.0, 1.0), ("scream", 0.35, 0.7)),
            "anywhere",
        ),
        ("vandalism", anomalous_acts.vandalism, ("person",), (("glass", 0.1, 1.0),), "anywhere"),
        (
            "shooting",
            anomalous_acts.shooting,
            ("person",) * 2,
            (("gunshots", 0.0, 1.0), ("scream", 0.3, 0.7)),
            "anywhere",
        ),
        (
            "robbery",
            anomalous_acts.robbery,
            ("person",) * 2,
            (("shouting", 0.0, 0.5), ("alarm", 0.5, 1.0)),
            "anywhere",
        ),
        (
            "left_bag",
            anomalous_acts.left_bag,
            ("person",),
            (("rustle", 0.15, 0.4), STEPS),
            "anywhere",
        ),
        ("intrusion", anomalous_acts.intrusion, ("person",), (("rattle", 0.1, 0.8),), "outdoors"),
        (
            "stampede",
            anomalous_acts.stampede,
            ("person",) * 6,
            (("running", 0.0, 1.0), ("scream", 0.1, 0.9)),
            "open",
        ),
        ("graffiti", anomalous_acts.graffiti, ("person",), (("spraying", 0.0, 1.0),), "anywhere"),
    )
)
EVENTS: dict[str, EventSpec] = {spec.kind: spec for spec in (*NORMAL, *ANOMALOUS, *CRIMES, *HABITS)}
FURNISHED = frozenset(
    ("sit", "fire", "explosion", "vandalism", "intrusion", "graffiti", "arson", "burglary")
    + ("litter", "clean_window", "put_poster")
)
"""Kinds with something that stands there before anybody comes and after all have gone."""


def perform(event: Event, place: str, time_s: float) -> Sequence[Thing]:
    """What of the event is to be seen at a moment, in no order."""
    return EVENTS[event.kind].perform(Act(event, place, time_s))


def things_at(scene: Scene, time_s: float) -> list[Thing]:
    """Everything that moves in the scene at a moment, farthest first.

    What an event needs to stand about is there all the time.
    """
    things: list[Thing] = []
    for event in scene.events:
        if _is_near(event, time_s):
            things += perform(event, scene.place, time_s)
        elif event.kind in FURNISHED:
            things += _furniture(perform(event, scene.place, time_s))
    return sorted(things, key=lambda thing: -thing.at[2])


def _furniture(things: Sequence[Thing]) -> list[Thing]:
    return [thing for thing in things if isinstance(thing, Prop) and thing.is_fixed]


def _is_near(event: Event, time_s: float) -> bool:
    return event.start_s - AROUND_S <= time_s < event.end_s + AROUND_S


AROUND_S = 8.0
"""How long before and after an event its actors may be seen."""
