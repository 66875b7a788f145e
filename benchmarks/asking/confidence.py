"""How many queries pass for a match: of those that match nothing, and of those that do."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from benchmarks.asking.moments import Moments, said
from encoders.base import Profile
from search_api.queries import null_queries
from search_api.queries.background import usual
from search_api.queries.confidence import CONFIDENT, NullScores

HELD_OUT = (
    "a sea turtle lays eggs in the sand",
    "the pyramids of Giza at sunrise",
    "a cell nucleus under an electron microscope",
    "a beaver gnaws at a tree trunk",
    "a plate of spaghetti with meatballs",
    "a violinist plays a solo",
    "a comet with a long tail in the night sky",
    "a map of the underground railway",
    "a giraffe drinks at a waterhole",
    "a scuba diver touches a shipwreck",
    "a mermaid sits on a rock",
    "the text of a poem on yellow paper",
    "a glacier breaks into the sea",
    "a hand paints a portrait with a fine brush",
    "a hummingbird hovers at a flower",
    "a portrait of a queen in a golden frame",
    "a pie chart with four slices",
    "a windmill among tulips",
    "a surgeon sews a heart valve",
    "a bear takes honey from a hive",
    "a robot made of cheese",
    "a galloping horse on the steppe",
    "cherry blossoms fall on a pond",
    "a volcano on a moon of Jupiter",
    "a glass of red wine beside cheese",
    "a skier jumps off a mountain",
    "a tribe dances around a totem",
    "a squirrel buries an acorn",
    "a football match in a packed stadium",
    "a satellite picture of a hurricane",
    "a unicorn in an enchanted forest",
    "a knot in a sailor's rope",
)
"""Sentences that match nothing either, and that no threshold was made with."""
ABSENT = (
    "a helicopter lands",
    "a train derails",
    "a horse runs past",
    "a man plays the guitar",
    "someone rides a skateboard",
    "a crane lifts a steel beam",
    "children play football",
    "an aeroplane taxis",
    "a marching band goes by",
    "a man climbs a ladder to the roof",
    "a flood carries cars away",
    "a tree falls on a house",
)
"""What a camera might see, and what these videos do not show."""


@dataclass(frozen=True)
class ConfidenceScores:
    """Shares of queries whose best moment is called a match."""

    level: float
    """Share of null queries that may pass."""
    held_out: float
    """Of sentences that match nothing."""
    absent: float
    """Of plausible sentences that match nothing."""
    captions: float
    """Of captions of the videos."""
    events: float
    """Of events that the moments show."""


def measure_confidence(
    moments: Moments, profile: Profile, *, level: float = CONFIDENT
) -> ConfidenceScores:
    """Searches the moments of a split with each sort of query."""
    scores = sorted(salience(moments, profile, text) for text in null_queries.SENTENCES)
    nulls = NullScores(count=len(moments.facts), scores=scores)
    events = [said(fact, moments.split) for fact in moments.known() if fact[0] == "event"]

    def share(texts: Sequence[str]) -> float:
        return float(passed(moments, profile, nulls, texts, level).mean())

    return ConfidenceScores(
        level, share(HELD_OUT), share(ABSENT), share(moments.captions), share(events)
    )


def passed(
    moments: Moments, profile: Profile, nulls: NullScores, texts: Sequence[str], level: float
) -> Bool[np.ndarray, " q"]:
    """Which queries have a confident best moment."""
    found = [nulls.share_above(salience(moments, profile, text)) for text in texts]
    return np.array(found) <= level


def salience(moments: Moments, profile: Profile, text: str) -> float:
    """Of the best moment, with all moments in place of a sample."""
    query = profile.encode_text(text).vector(profile.spec.default_alpha)
    products = moments.vectors @ query
    return usual(products).salience(float(products.max()))
