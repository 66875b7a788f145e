"""Facts of moments, and both measures on moments whose answers can be counted."""

import numpy as np
import pytest

from benchmarks.asking.confidence import HELD_OUT, passed, salience
from benchmarks.asking.moments import Moments, facts_of, said
from benchmarks.asking.unwanted import measure_unwanted
from benchmarks.simulator.sampling import sample_scene
from encoders.base import ProfileSpec
from search_api.queries.confidence import NullScores
from search_api.queries.null_queries import SENTENCES
from segments.spans import TimeSpan
from segments.vectors import DualQuery
from tests.support.small_library import TinyProfile

PARK, FALL, DOG = ("place", "park"), ("event", "fall"), ("thing", "dog")


class Reader(TinyProfile):
    """A fact of a moment is a number of its vector: PARK the first, DOG the second."""

    @property
    def spec(self) -> ProfileSpec:
        return ProfileSpec("reader", ("appearance",), (), (48, 64), 4, 2, 0, default_alpha=1.0)

    def encode_text(self, text: str) -> DualQuery:
        direction = np.array([["park" in text, "dog" in text]], np.float32)
        return DualQuery(direction, direction, np.ones(1, np.float32), np.ones(1, np.float32))


def moments() -> Moments:
    """Forty moments: twenty in the park, every other one of them with a dog, who stands out."""
    shown = [(row < 20, row < 20 and row % 2 == 0) for row in range(40)]
    facts = [
        frozenset(fact for fact, is_so in zip((PARK, DOG), row, strict=True) if is_so)
        for row in shown
    ]
    rows = np.array(shown, np.float32) * (1.0, 1.0)
    rows[:, 0] += 0.05 * rows[:, 1]
    return Moments("train", np.tile(rows, 2).astype(np.float32), facts, ["in a park"])


def test_facts_hold_for_what_lasts_two_seconds_of_the_span() -> None:
    scene = sample_scene(8, kind="fall", place="park", duration_s=6.0)
    start_s, end_s = scene.event.start_s, scene.event.end_s
    assert FALL in facts_of(scene, TimeSpan(start_s, end_s))
    around = facts_of(scene, TimeSpan(start_s, start_s + 1.9))
    assert FALL not in around
    assert {PARK, ("time", scene.time), ("weather", scene.weather)} <= around


def test_facts_in_words() -> None:
    assert said(FALL, "train") == "a person falls and lies on the ground"
    assert said(("event", "fight"), "train") == "a person fights with another person"
    assert said(DOG, "test") == "a dog"
    assert said(("weather", "clear"), "test") == ""


def test_the_unwanted_leave_the_first_ten() -> None:
    """Before, the ten with a dog come first; after, the ten without one."""
    scores = measure_unwanted(moments(), Reader(), contested=True)
    assert scores.queries == 1
    assert (scores.precision_before, scores.unwanted_before) == (0.0, 1.0)
    assert (scores.precision, scores.unwanted) == (1.0, 0.0)


def test_what_stands_out_more_than_null_queries_passes() -> None:
    nulls = NullScores(count=40, scores=[0.0] * 19)
    found = passed(moments(), Reader(), nulls, ["a park", "nothing of it"], 0.05)
    assert found.tolist() == [True, False]
    assert salience(moments(), Reader(), "nothing of it") == pytest.approx(0.0, abs=1e-3)


def test_no_sentence_is_held_out_and_used() -> None:
    assert not set(HELD_OUT) & set(SENTENCES)
