import re
from itertools import chain, combinations

import numpy as np
import pytest

from benchmarks.simulator.captions import TEMPLATES, captions, describe
from benchmarks.simulator.clauses import CLAUSES
from benchmarks.simulator.events import EVENTS
from benchmarks.simulator.places import PLACES
from benchmarks.simulator.sampling import sample_scene, split_seeds
from benchmarks.simulator.scenes import Actor
from benchmarks.simulator.wording import (
    COLOUR_WORDS,
    OBJECT_WORDS,
    PERSON_WORDS,
    PLACE_WORDS,
    TIME_WORDS,
    WAY_WORDS,
    WEATHER_WORDS,
)

TABLES = {
    "clauses": CLAUSES,
    "places": PLACE_WORDS,
    "times": TIME_WORDS,
    "weather": WEATHER_WORDS,
    "ways": WAY_WORDS,
    "persons": PERSON_WORDS,
    "objects": OBJECT_WORDS,
}


def is_within(phrase: str, text: str) -> bool:
    """Whether the text has the phrase, as whole words."""
    return f" {phrase} " in f" {text} "


@pytest.mark.parametrize("name", TABLES)
def test_no_wording_of_one_split_is_found_in_the_other(name: str):
    words = TABLES[name].values()
    train = list(chain.from_iterable(entry["train"] for entry in words))
    test = list(chain.from_iterable(entry["test"] for entry in words))
    assert not [(a, b) for a in train for b in test if is_within(a, b) or is_within(b, a)]
    assert len(set(train)) == len(train)
    assert len(set(test)) == len(test)


def test_templates_are_disjoint():
    assert not set(TEMPLATES["train"]) & set(TEMPLATES["test"])


def test_no_test_sentence_contains_a_phrase_of_training():
    phrases = [
        phrase
        for table in (PLACE_WORDS, TIME_WORDS, WEATHER_WORDS)
        for entry in table.values()
        for phrase in entry["train"]
    ]
    rng = np.random.default_rng(0)
    for seed in split_seeds("test", 100):
        for text in captions(sample_scene(seed), split="test", count=3, rng=rng):
            words = re.sub("[.,:;]", "", text.lower())
            assert not [phrase for phrase in phrases if is_within(phrase, words)], text


def test_everything_has_words():
    assert set(CLAUSES) == set(EVENTS)
    assert set(PLACE_WORDS) == set(PLACES)


def test_a_training_caption_says_what_is_there():
    scene = sample_scene(4, kind="fight", place="shop", time="dark")
    main, other = scene.event.cast
    for text in captions(scene, split="train", count=20, rng=np.random.default_rng(1)):
        assert "shop" in text
        assert "fight" in text or "punch" in text
        assert "light" in text or "in the dark" in text.lower()
        assert main.colour in text
        assert other.colour in text


def test_scenes_with_different_attributes_have_different_captions():
    scenes = [sample_scene(seed) for seed in split_seeds("test", 60)]
    rng = np.random.default_rng(2)
    texts = [set(captions(scene, split="test", count=5, rng=rng)) for scene in scenes]
    pairs = combinations(zip(scenes, texts, strict=True), 2)
    assert not [1 for (s, a), (t, b) in pairs if s.attributes != t.attributes and a & b]


def test_most_test_phrases_keep_the_plain_colour():
    actor, rng = Actor("car", "red"), np.random.default_rng(3)
    texts = [describe(actor, split="test", rng=rng) for _ in range(400)]
    plain = sum("red" in text for text in texts)
    assert 200 < plain < 320
    assert all("red" in text or COLOUR_WORDS["red"] in text for text in texts)


def test_articles_fit():
    texts = [
        describe(Actor(kind, "orange", "grey"), split="train", rng=np.random.default_rng(seed))
        for kind in ("man", "cyclist")
        for seed in range(10)
    ]
    assert any("an orange" in text for text in texts)
    assert not any("a orange" in text for text in texts)
