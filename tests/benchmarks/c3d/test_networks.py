"""ALAN on a made-up subset: its start, and that choices never see the test videos."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.c3d.networks import (
    CONFIG,
    RESIDUAL,
    SCRATCH,
    STARTED,
    STARTS,
    Laboratory,
    ScratchAlan,
    Start,
    StartedAlan,
)
from tests.support.c3d import TinyTexts, subset
from tests.support.text import asked_of

CHOICES = (Start(1.5, 3.0, 0.5, 0.25), Start(0.75, 1.5, 0.0, 0.0))
SMALL = {"text_dim": 16, "heads": 2, "ffn": 16, "detector_hidden": (4,)}
TINY = replace(STARTED, num_samples=32, **SMALL)
"""As many samples as there are clips, so that all are taken."""


@pytest.fixture(autouse=True)
def few_starts(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchmarks.c3d.networks.STARTS", CHOICES)


def system(laboratory: Laboratory, chosen: list, *, epochs: tuple[int, ...]) -> StartedAlan:
    return StartedAlan(
        laboratory,
        config=TINY,
        recipe=replace(RESIDUAL, batch_size=4, lr=1e-3),
        epochs=epochs,
        on_choice=lambda start, count: chosen.append((start, count)),
    )


def test_before_training_the_network_is_its_maps():
    laboratory = Laboratory(subset(), TinyTexts())
    items = laboratory.subset.dataset.items
    train = laboratory.subset.dataset.split("train")
    alan = system(laboratory, [], epochs=(0,))
    for start in CHOICES:
        network = alan._snapshots(train, train, start, [0])[0]
        maps = alan._compare_maps(train, alan._maps(train, train, start))
        np.testing.assert_allclose(network(items, items), maps(items, items), atol=1e-4)


def test_choices_see_training_videos_and_their_sentences_only():
    laboratory = Laboratory(subset(), TinyTexts())
    data = laboratory.subset.dataset
    asked = asked_of(laboratory.texts.frozen.backbone)
    before_choice: list[str] = []
    alan = StartedAlan(
        laboratory,
        config=TINY,
        recipe=replace(RESIDUAL, batch_size=4),
        epochs=(0, 1),
        on_choice=lambda start, epochs: before_choice.extend(asked),
    )
    alan.fit(data.split("train"))
    uca = laboratory.subset.uca
    own = {text for item in data.split("train") for text in (*item.texts, *uca[item.video])}
    assert set(before_choice) == own
    # The network is made: test captions are asked now, UCA's sentences of test videos never.
    captions = {item.texts[0] for item in data.split("test")}
    assert set(asked) == own | captions
    assert not set(asked) & {text for item in data.split("test") for text in uca[item.video]}


def test_what_is_in_the_test_videos_changes_neither_choice_nor_network():
    found, chosen = [], []
    for seed in (0, 5):
        laboratory = Laboratory(subset(seed=seed), TinyTexts())
        data = laboratory.subset.dataset
        train, test = data.split("train"), data.split("test")
        compare = system(laboratory, chosen, epochs=(0, 1)).fit(train)
        found.append((compare(train, train), compare(test, test)))
    assert chosen[0] == chosen[1]
    np.testing.assert_array_equal(found[0][0], found[1][0])
    assert not np.allclose(found[0][1], found[1][1], atol=1e-2)


def test_the_fewest_of_the_best_epochs_are_taken_over_four_inner_folds(monkeypatch):
    laboratory = Laboratory(subset(), TinyTexts())
    items = laboratory.subset.dataset.split("train")
    inner: list[tuple[set[str], set[str]]] = []

    def snapshots(alan, outer, train, start, epochs, *, seen):
        """Everything is found after one epoch and after two, nothing before."""
        inner.append(({item.video for item in train}, {item.video for item in seen}))
        right = np.eye(len(seen))
        return {n: lambda queries, videos, n=n: right if n else 1 - right for n in epochs}

    monkeypatch.setattr(StartedAlan, "_snapshots", snapshots)
    assert system(laboratory, [], epochs=(0, 1, 2))._choose_epochs(items, CHOICES[0]) == 1
    every = sorted(item.video for item in items)
    assert [sorted(fitted | held_out) for fitted, held_out in inner] == [every] * 4
    assert sorted(video for _, held_out in inner for video in held_out) == every


def test_one_choice_of_epochs_needs_no_inner_training(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(StartedAlan, "_snapshots")
    laboratory = Laboratory(subset(), TinyTexts())
    alan = system(laboratory, [], epochs=(6,))
    assert alan._choose_epochs(laboratory.subset.dataset.split("train"), CHOICES[0]) == 6


def test_from_scratch_nothing_but_seed_and_training_videos_decides():
    def similarity(*, seed: int, of_test: int) -> np.ndarray:
        laboratory = Laboratory(subset(seed=of_test), TinyTexts(), seed=seed)
        train = laboratory.subset.dataset.split("train")
        recipe = replace(SCRATCH, epochs=1, batch_size=6)
        scratch = ScratchAlan(laboratory, config=replace(CONFIG, **SMALL), recipe=recipe)
        return scratch.fit(train)(train, train)

    one = similarity(seed=0, of_test=0)
    assert one.shape == (12, 12)
    np.testing.assert_array_equal(similarity(seed=0, of_test=5), one)
    assert not np.allclose(similarity(seed=1, of_test=0), one, atol=1e-2)


def test_components_are_found_once_per_training_set():
    laboratory = Laboratory(subset(), TinyTexts())
    train = laboratory.subset.dataset.split("train")
    features = laboratory.features(train)
    assert laboratory.features(train[::-1]) is features
    assert laboratory.features(train[1:]) is not features
    assert features.videos.keys() == {item.video for item in laboratory.subset.dataset.items}


def test_further_texts_are_of_training_videos_only():
    laboratory = Laboratory(subset(), TinyTexts())
    train = laboratory.subset.dataset.split("train")
    experiment = laboratory.experiment(train, TINY, RESIDUAL)
    assert experiment.more_texts == {i.video: laboratory.subset.uca[i.video] for i in train}


def test_the_real_choice_is_between_81_starts():
    assert len(STARTS) == len(set(STARTS)) == 81
