"""What a kind of event is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.simulator.acts import Act
from benchmarks.simulator.scenes import Direction
from benchmarks.simulator.things import Thing

Perform = Callable[[Act], Sequence[Thing]]
Cue = tuple[str, float, float]
"""A sound with its start and end as shares of the event."""
SIDES: tuple[Direction, ...] = ("left", "right")
ALL_WAYS: tuple[Direction, ...] = ("left", "right", "toward", "away")


@dataclass(frozen=True)
class EventSpec:
    """One kind of event."""

    kind: str
    perform: Perform
    cast: tuple[str, ...]
    """person, officer, child, vehicle, car, cyclist or dog; the first is the main actor."""
    cues: tuple[Cue, ...]
    is_anomalous: bool = False
    where: str = "anywhere"
    """anywhere, outdoors, open (not in a narrow place), lane or shop."""
    directions: tuple[Direction, ...] = SIDES


STEPS: Cue = ("footsteps", 0.0, 1.0)
