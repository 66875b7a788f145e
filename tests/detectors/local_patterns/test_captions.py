"""The sentences that regions are described with."""

from collections import Counter
from itertools import combinations
from pathlib import Path

from benchmarks.simulator.regions import regions
from benchmarks.simulator.sampling import sample_scene, split_seeds
from detectors.local_patterns.captions import region_captions
from detectors.local_patterns.questions import to_question
from tests.support.leaks import captions, leaks


def test_there_are_enough_of_every_sort() -> None:
    bank = region_captions()
    assert 150 <= len(bank) <= 400
    sorts = Counter(bank.values())
    assert set(sorts) == {"person", "group", "vehicle", "animal", "thing", "hazard", "ground"}
    assert min(sorts.values()) >= 20
    assert bank["a dog runs"] == "animal"


def test_no_sentence_is_there_twice() -> None:
    sentences = list(region_captions())
    assert len({sentence.casefold() for sentence in sentences}) == len(sentences)
    words = [frozenset(sentence.split()) for sentence in sentences]
    assert not [pair for pair in combinations(words, 2) if pair[0] == pair[1]]


def test_every_sentence_is_short_and_has_a_question() -> None:
    for sentence in region_captions():
        assert 1 <= len(sentence.split()) <= 9, sentence
        assert sentence == sentence.strip(" .").lower(), sentence
        question = to_question(sentence)
        assert question.endswith("?"), sentence
        assert question.split()[0] in {"is", "are", "does", "do"}, question


def telling() -> set[str]:
    """Those that say more than a thing and its colour, which anybody calls it."""
    return {sentence for sentence in region_captions() if len(sentence.split()) > 3}


def test_no_sentence_comes_from_a_data_set(shared_data: Path) -> None:
    assert len(telling()) > 180
    assert leaks(telling(), captions(shared_data)) == []


def test_no_sentence_is_of_the_simulators_test_wordings() -> None:
    said = {
        region.caption
        for seed in split_seeds("test", 60)
        for region in regions(sample_scene(seed), 3.0, split="test")
    }
    assert len(said) > 40
    assert said & telling() == set()
