"""Kinds of events that only long videos have: short clips are drawn from the others by number."""

from benchmarks.simulator import crime_acts, everyday_acts
from benchmarks.simulator.event_spec import STEPS, EventSpec

CRIMES = tuple(
    EventSpec(kind, perform, cast, cues, True, where)
    for kind, perform, cast, cues, where in (
        (
            "abuse",
            crime_acts.abuse,
            ("person", "child"),
            (("thuds", 0.1, 1.0), ("scream", 0.2, 0.8)),
            "anywhere",
        ),
        (
            "arrest",
            crime_acts.arrest,
            ("officer", "person", "officer"),
            (("shouting", 0.0, 0.5), STEPS),
            "anywhere",
        ),
        ("arson", crime_acts.arson, ("person",), (("crackle", 0.4, 1.0),), "anywhere"),
        (
            "burglary",
            crime_acts.burglary,
            ("person",),
            (("glass", 0.05, 0.35), ("alarm", 0.5, 1.0)),
            "anywhere",
        ),
        ("shoplifting", crime_acts.shoplifting, ("person",), (("rustle", 0.0, 1.0),), "shop"),
    )
)
HABITS = (
    EventSpec("jog", everyday_acts.jog, ("person",), (("running", 0.0, 1.0),)),
    EventSpec(
        "hurry", everyday_acts.hurry, ("person",) * 2, (("running", 0, 1), ("shouting", 0.2, 0.6))
    ),
    EventSpec("dance", everyday_acts.dance, ("person",) * 2, (("crowd", 0.0, 1.0),)),
    EventSpec("embrace", everyday_acts.embrace, ("person",) * 2, (("speech", 0.0, 1.0),)),
    EventSpec("tie_shoe", everyday_acts.tie_shoe, ("person",), (("rustle", 0.0, 1.0),)),
    EventSpec("greet", everyday_acts.greet, ("person",) * 2, (("shouting", 0.0, 0.6),)),
    EventSpec("exercise", everyday_acts.exercise, ("person",), (("thuds", 0.1, 0.9),)),
    EventSpec("browse", everyday_acts.browse, ("person",), (("rustle", 0, 1),), where="shop"),
    EventSpec("litter", everyday_acts.litter, ("person",), (("thud", 0.4, 0.6),)),
    EventSpec("clean_window", everyday_acts.clean_window, ("person",), (("sweeping", 0, 1),)),
    EventSpec("put_poster", everyday_acts.put_poster, ("person",), (("rustle", 0.0, 0.7),)),
    EventSpec(
        "speed_by",
        everyday_acts.speed_by,
        ("vehicle",),
        (("engine", 0.0, 1.0), ("tyres", 0.3, 0.6)),
        where="lane",
    ),
    EventSpec(
        "honk",
        everyday_acts.honk,
        ("vehicle",),
        (("engine", 0.0, 1.0), ("horn", 0.45, 0.7)),
        where="lane",
    ),
)
