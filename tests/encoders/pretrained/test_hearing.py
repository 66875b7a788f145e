"""Sounds put into words, with towers whose vectors are known."""

import numpy as np
import pytest

from encoders.pretrained.hearing import picture_of, put_into_words
from encoders.pretrained.phrases import sound_phrases


class Basis:
    """The n-th sentence of a list is the n-th axis."""

    logit_scale = 10.0

    def __init__(self, texts: list[str]) -> None:
        self.texts, self.dim = texts, len(texts)

    def encode(self, texts: list[str]) -> np.ndarray:
        return np.eye(self.dim, dtype=np.float32)[[self.texts.index(text) for text in texts]]


def test_the_nearest_sentences_share_what_was_heard():
    phrases = sound_phrases()
    sound = np.zeros(len(phrases), np.float32)
    sound[7], sound[3] = 0.8, 0.6
    heard = put_into_words(sound, Basis([phrase.heard for phrase in phrases]), limit=2)
    assert [one.phrase for one in heard] == [phrases[7], phrases[3]]
    odds = np.exp(10.0 * np.array([0.8, 0.6]))
    assert [one.share for one in heard] == pytest.approx((odds / odds.sum()).tolist(), abs=1e-5)


def test_what_it_looks_like_is_the_mean_by_share():
    phrases = sound_phrases()
    sound = np.zeros(len(phrases), np.float32)
    sound[7], sound[3] = 0.8, 0.6
    heard = put_into_words(sound, Basis([phrase.heard for phrase in phrases]), limit=2)
    seen = picture_of(heard, Basis([phrase.seen for phrase in phrases]))
    assert np.linalg.norm(seen) == pytest.approx(1.0)
    assert seen[3] / seen[7] == pytest.approx(np.exp(-2.0), rel=1e-5)
    assert np.flatnonzero(seen).tolist() == [3, 7]
