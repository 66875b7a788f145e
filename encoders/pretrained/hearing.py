"""A sound put into words: how sounds reach pictures as long as nobody trained them to.

A sound-text model knows which sentence a sound is nearest to, a picture-text model what that
sentence looks like (DESIGN §4).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from encoders.pretrained.phrases import SoundPhrase, sound_phrases
from encoders.towers.base import TextTower

MAX_WORDS = 5
"""Sentences that one sound may be put into."""


@dataclass(frozen=True)
class Heard:
    """What a sound was taken for."""

    phrase: SoundPhrase
    share: float
    """Of all sentences that it was put into; they sum to 1."""


def put_into_words(
    sound: Float32[np.ndarray, " d"], words: TextTower, *, limit: int = MAX_WORDS
) -> list[Heard]:
    """The nearest of `sound_phrases`, likeliest first.

    Args:
        sound: its unit vector.
        words: the sound model's text half.
    """
    phrases = sound_phrases()
    logits = words.logit_scale * (words.encode([phrase.heard for phrase in phrases]) @ sound)
    best = np.argsort(-logits, kind="stable")[:limit]
    odds = np.exp(logits[best] - logits[best[0]])
    shares = odds / odds.sum()
    return [Heard(phrases[i], float(share)) for i, share in zip(best, shares, strict=True)]


def picture_of(heard: list[Heard], words: TextTower) -> Float32[np.ndarray, " d"]:
    """What it would look like: the unit mean of the sentences' vectors, each by its share.

    Args:
        words: the picture model's text half.
    """
    vectors = words.encode([one.phrase.seen for one in heard])
    mean = np.array([one.share for one in heard], np.float32) @ vectors
    return mean / np.linalg.norm(mean)
