"""Says what happens in a whole video: its main events, and some of the daily life around them.

The event is always named, with its actors; the place in half of the sentences and the hour in a
third, so that neither finds a video alone. No template or connective serves both splits.
"""

from collections.abc import Sequence

import numpy as np

from benchmarks.simulator.captions import clause
from benchmarks.simulator.scenes import Event, Scene, Split
from benchmarks.simulator.wording import PLACE_WORDS, TIME_WORDS, WEATHER_WORDS

PLACE_SHARE, TIME_SHARE, WEATHER_SHARE = 0.5, 0.3, 0.4
"""Of the sentences that name them (the weather where it is not clear)."""
WITH_LIFE: dict[Split, tuple[str, ...]] = {
    "train": (
        "{event}{where}; before or after that {life}",
        "first or later {life}, and {event}{where}",
        "a long video in which {event}{where} and {life}",
        "{event}{where}, while at another time {life}",
    ),
    "test": (
        "{event}{where}, in a recording that also shows how {life}",
        "apart from a moment when {life}, the footage is about this: {event}{where}",
        "{life} at some point, but what matters is that {event}{where}",
    ),
}
ALONE: dict[Split, tuple[str, ...]] = {
    "train": ("{event}{where}", "a long video in which {event}{where}"),
    "test": ("in this footage {event}{where}", "what can be made out: {event}{where}"),
}
THEN: dict[Split, tuple[str, ...]] = {
    "train": ("{first}, and later {second}", "{first} and then {second}"),
    "test": ("{first}, followed afterwards by a scene where {second}",),
}


def video_captions(
    scene: Scene, *, split: Split, count: int, rng: np.random.Generator
) -> list[str]:
    """Sentences about a video, each drawn anew: other words, other daily life."""
    return [_sentence(scene, split, rng) for _ in range(count)]


def _sentence(scene: Scene, split: Split, rng: np.random.Generator) -> str:
    told = scene.anomalies or (scene.event,)
    clauses = [clause(event, split, rng) for event in told]
    event = clauses[0] if len(clauses) == 1 else _joined(clauses, split, rng)
    life = _some_life(scene, told, split, rng) if len(clauses) == 1 else None
    templates = (ALONE if life is None else WITH_LIFE)[split]
    text = _pick(rng, templates).format(event=event, life=life, where=_where(scene, split, rng))
    return text[0].upper() + text[1:] + "."


def _joined(clauses: Sequence[str], split: Split, rng: np.random.Generator) -> str:
    return _pick(rng, THEN[split]).format(first=clauses[0], second=clauses[1])


def _some_life(
    scene: Scene, told: Sequence[Event], split: Split, rng: np.random.Generator
) -> str | None:
    """One normal event that is not told already; None where there is none."""
    others = [event for event in scene.events if event not in told]
    return clause(others[int(rng.integers(len(others)))], split, rng) if others else None


def _where(scene: Scene, split: Split, rng: np.random.Generator) -> str:
    parts = []
    if rng.random() < PLACE_SHARE:
        parts.append(_pick(rng, PLACE_WORDS[scene.place][split]))
    if rng.random() < TIME_SHARE:
        parts.append(_pick(rng, TIME_WORDS[scene.time][split]))
    if scene.weather in WEATHER_WORDS and rng.random() < WEATHER_SHARE:
        parts.append(_pick(rng, WEATHER_WORDS[scene.weather][split]))
    return "".join(" " + part for part in parts)


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]
