"""Moments of simulated videos as an index holds them, with what they show."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from benchmarks.datasets.simulated import SimulatedBenchmark, open_simulated
from benchmarks.simulator.clauses import CLAUSES
from benchmarks.simulator.events import EVENTS
from benchmarks.simulator.scenes import Scene, Split
from benchmarks.simulator.wording import PLACE_WORDS, TIME_WORDS, WEATHER_WORDS
from encoders.base import Profile
from segments.levels import iter_segments
from segments.spans import TimeSpan

Fact = tuple[str, str]
"""What is so in a moment: ("event", "fall"), ("place", "park"), ("time", "night"), ..."""
LEAST_S = 2.0
"""Of an event, that a moment needs to show it."""
THINGS = ("dog", "car")
NOUNS = {
    "person": "a person",
    "officer": "an officer",
    "child": "a child",
    "vehicle": "a vehicle",
    "car": "a car",
    "cyclist": "a cyclist",
    "dog": "a dog",
}


@dataclass(frozen=True)
class Moments:
    """The moments of one split."""

    split: Split
    vectors: Float32[np.ndarray, "n d"]
    """The vector "alan"."""
    facts: list[frozenset[Fact]]
    captions: list[str]
    """One per video."""

    def showing(self, fact: Fact) -> frozenset[int]:
        """Rows in which it is so."""
        return frozenset(row for row, facts in enumerate(self.facts) if fact in facts)

    def known(self) -> list[Fact]:
        """Every fact of any moment that words can say, in order."""
        facts = set[Fact]().union(*self.facts)
        return sorted(fact for fact in facts if said(fact, self.split))


def read_moments(work: Path, split: Split, profile: Profile, *, count: int) -> Moments:
    """Embeds the moments of the first `count` videos; features that are missing are made."""
    num_train, num_test = (count, 0) if split == "train" else (0, count)
    data = open_simulated(work, query="text", train=num_train, test=num_test)
    names = [item.video for item in data.items if item.split == split]
    rows = [row for name in names for row in _moments(data, name, profile)]
    return Moments(
        split,
        np.stack([vector for vector, _ in rows]),
        [facts for _, facts in rows],
        [data.videos[name].captions[0] for name in names],
    )


def _moments(
    data: SimulatedBenchmark, name: str, profile: Profile
) -> Iterator[tuple[Float32[np.ndarray, " d"], frozenset[Fact]]]:
    features, scene = data.features.read(name), data.scene(name)
    scores = profile.score_clips(features)
    segments = [s for s in iter_segments(name, scene.duration_s) if "moment" in s.levels]
    clips = [slice(s.clips.start, s.clips.stop) for s in segments]
    stored = profile.embed_segments([(features[part], scores[part]) for part in clips])
    for segment, vectors in zip(segments, stored, strict=True):
        yield vectors["alan"], facts_of(scene, segment.span)


def facts_of(scene: Scene, span: TimeSpan) -> frozenset[Fact]:
    """What is so in a span of a scene."""
    shown = [
        event
        for event in scene.events
        if min(event.end_s, span.end_s) - max(event.start_s, span.start_s) >= LEAST_S
    ]
    cast = {actor.kind for event in shown for actor in event.cast}
    around = {("place", scene.place), ("time", scene.time), ("weather", scene.weather)}
    things = {("thing", thing) for thing in THINGS if thing in cast}
    return frozenset(around | things | {("event", event.kind) for event in shown})


def said(fact: Fact, split: Split) -> str:
    """A fact in words of a split; empty where no words say it."""
    sort, value = fact
    if sort == "event":
        return _event(value, split)
    if sort == "thing":
        return f"a {value}"
    words = {"place": PLACE_WORDS, "time": TIME_WORDS, "weather": WEATHER_WORDS}[sort]
    return words[value][split][0] if value in words else ""


def _event(kind: str, split: Split) -> str:
    cast = EVENTS[kind].cast
    first, last = NOUNS[cast[0]], NOUNS[cast[-1]]
    other = f"another {last.split()[-1]}" if len(cast) > 1 and last == first else last
    return " ".join(CLAUSES[kind][split][0].format(a=first, b=other, way="").split())
