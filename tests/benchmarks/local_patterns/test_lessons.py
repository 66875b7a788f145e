"""Simulated regions with true and false sentences."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.local_patterns import lessons
from benchmarks.local_patterns.lessons import (
    ToldRegions,
    contradict,
    drawn_scenes,
    simulated_regions,
    smm_lessons,
    told_regions,
)
from benchmarks.simulator.events import EVENTS
from tests.support.toy_regions import ToyEncoder


class MeanColours(ToyEncoder):
    """A region's tokens are its mean colour."""

    def encode(self, pictures, boxes: Sequence[np.ndarray]) -> list[np.ndarray]:
        assert pictures.shape[1:] == (144, 192, 3)
        return [
            np.stack([np.full((4, 8), picture.mean(), np.float32) for _ in found])
            if len(found)
            else np.zeros((0, 4, 8), np.float32)
            for picture, found in zip(pictures, boxes, strict=True)
        ]


@pytest.mark.parametrize(
    ("one", "other", "cannot"),
    [
        ("a man in red", "a woman in red", True),
        ("a man in red", "a man in blue", True),
        ("a man in red", "a man in a red jacket and grey trousers", False),
        ("a man with a red top", "a man in a red jacket", False),
        (
            "a man in a red jacket and grey trousers",
            "a man in a red jacket and blue trousers",
            True,
        ),
        ("an orange bus", "an orange van", True),
        ("a bench", "a wire fence", True),
    ],
)
def test_sentences_that_cannot_both_be_true(one: str, other: str, cannot: bool) -> None:
    assert contradict(one, other) is contradict(other, one) is cannot


def test_false_sentences_are_of_the_same_sort() -> None:
    told = ToldRegions(
        tokens=np.arange(5, dtype=np.float16)[:, None, None] * np.ones((1, 4, 8), np.float16),
        sentences=("a red car", "a blue car", "a man falls", "a red car", "a man runs"),
        is_event=(False, False, True, False, True),
    )
    found = smm_lessons(told)
    assert found.sentences == ("a blue car", "a man falls", "a man runs", "a red car")
    assert found.true.tolist() == [3, 0, 1, 3, 2]
    assert [rows.tolist() for rows in found.false] == [[0], [3], [2], [0], [1]]
    assert found.questions[1] == "does a man fall?"


def test_a_sentence_that_nothing_contradicts_teaches_nothing() -> None:
    told = ToldRegions(
        np.zeros((3, 4, 8), np.float16), ("a man falls", "a dog", "a cat"), (True, False, False)
    )
    found = smm_lessons(told)
    assert len(found) == len(found.true) == len(found.false) == 2
    assert [found.sentences[row] for row in found.true] == ["a dog", "a cat"]


def test_scenes_of_the_splits_are_others_and_show_every_kind() -> None:
    train, test = ([*drawn_scenes(split, len(EVENTS))] for split in ("train", "test"))
    assert {scene.event.kind for scene in train} == set(EVENTS)
    assert {scene.seed for scene in train} & {scene.seed for scene in test} == set()


def test_regions_are_told_with_what_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "PICTURES_PER_SCENE", 2)
    scene = next(s for s in drawn_scenes("train", 60) if s.event.kind == "fight")
    told = told_regions(MeanColours(), [replace(scene, background=())])
    assert len(told.tokens) == len(told.sentences) == len(told.is_event)
    assert told.tokens.dtype == np.float16
    events = {s for s, happens in zip(told.sentences, told.is_event, strict=True) if happens}
    assert all(" a " in sentence for sentence in events)
    assert sum(told.is_event) <= 2


def test_what_was_drawn_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "PICTURES_PER_SCENE", 1)
    first = simulated_regions(MeanColours(), tmp_path, "train", 2)
    monkeypatch.setattr(lessons, "told_regions", None)
    again = simulated_regions(MeanColours(), tmp_path, "train", 2)
    np.testing.assert_array_equal(first.tokens, again.tokens)
    assert (first.sentences, first.is_event) == (again.sentences, again.is_event)
    assert again.sentences
