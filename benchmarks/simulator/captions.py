"""Says what is to be seen, in sentences whose wording differs between train and test."""

import re
from collections.abc import Sequence

import numpy as np

from benchmarks.simulator.clauses import CLAUSES
from benchmarks.simulator.scenes import Actor, Event, Scene, Split
from benchmarks.simulator.wording import (
    COLOUR_WORDS,
    NOUNS,
    OBJECT_WORDS,
    PERSON_WORDS,
    PLACE_WORDS,
    TIME_WORDS,
    WAY_WORDS,
    WEATHER_WORDS,
)

TEMPLATES: dict[Split, tuple[str, ...]] = {
    "train": (
        "{event} {place} {when}",
        "{when}, {event} {place}",
        "{place}, {event} {when}",
        "a video of a camera: {event} {place} {when}",
    ),
    "test": (
        "{place} {when}: {event}",
        "the footage shows how {event} {place} {when}",
        "{event}; this was recorded {place} {when}",
    ),
}
ARTICLE = re.compile(r"\ba(?= [aeiou])")
SYNONYM_SHARE = 0.35
"""Of the colours in test captions that go by another word."""
FULL_SHARE = 0.4
"""Of the people whose trousers are mentioned."""


def captions(scene: Scene, *, split: Split, count: int = 1, rng: np.random.Generator) -> list[str]:
    """Sentences about a scene, each drawn anew.

    Every one names the event, its actors with the colour of each, the place, the hour, and the
    weather unless it is clear. No template and no wording of an event, a place, an hour, the
    weather, a way or a garment serves both splits; plain nouns and colours may.
    """
    return [_sentence(scene, split, rng) for _ in range(count)]


def describe(actor: Actor, *, split: Split, rng: np.random.Generator) -> str:
    """A few words about an actor, such as "a man in a red jacket"."""
    who, colour = _pick(rng, NOUNS[actor.kind][split]), _colour(actor.colour, split, rng)
    if not actor.legs:
        return ARTICLE.sub("an", f"a {colour} {who}")
    style = "full" if rng.random() < FULL_SHARE else "plain"
    pattern = _pick(rng, PERSON_WORDS[style][split])
    legs = _colour(actor.legs, split, rng)
    return ARTICLE.sub("an", pattern.format(who=who, colour=colour, legs=legs))


def describe_object(kind: str, *, split: Split, rng: np.random.Generator) -> str:
    """A few words about a thing that is no actor, such as "a wire fence"."""
    return _pick(rng, OBJECT_WORDS[kind][split])


def _sentence(scene: Scene, split: Split, rng: np.random.Generator) -> str:
    when = _pick(rng, TIME_WORDS[scene.time][split])
    if scene.weather in WEATHER_WORDS:
        when += " " + _pick(rng, WEATHER_WORDS[scene.weather][split])
    place = _pick(rng, PLACE_WORDS[scene.place][split])
    event = clause(scene.event, split, rng)
    text = _pick(rng, TEMPLATES[split]).format(event=event, place=place, when=when)
    return text[0].upper() + text[1:] + "."


def clause(event: Event, split: Split, rng: np.random.Generator) -> str:
    """What happens in an event, without place and hour."""
    names = [describe(actor, split=split, rng=rng) for actor in event.cast[:2]]
    way = _pick(rng, WAY_WORDS[event.direction][split])
    pattern = _pick(rng, CLAUSES[event.kind][split])
    return pattern.format(a=names[0], b=names[-1], way=way)


def _colour(colour: str, split: Split, rng: np.random.Generator) -> str:
    if split == "test" and rng.random() < SYNONYM_SHARE:
        return COLOUR_WORDS[colour]
    return colour


def _pick(rng: np.random.Generator, options: Sequence[str]) -> str:
    return options[int(rng.integers(len(options)))]
