"""Ridge on the real C3D subset, against the numbers of its README, and ranks by hand."""

import numpy as np
import pytest

from benchmarks.c3d.running import FOLDS, OFFICIAL, divisions
from benchmarks.c3d.systems import Ridge, compare_embedded, pooled, rank
from benchmarks.datasets.base import Item
from benchmarks.datasets.ucfcrime_ar import open_c3d_subset
from benchmarks.metrics import DirectionRanks, direction_scores
from benchmarks.retrieval.embedding import Embedded
from benchmarks.retrieval.experiment import Texts
from segments.vectors import DualQuery


@pytest.fixture(scope="module")
def subset(shared_data):
    return open_c3d_subset(shared_data.parent)


@pytest.fixture(scope="module")
def sentences():
    return Texts().frozen


@pytest.mark.parametrize(
    ("protocol", "by_peak", "penalty", "known"),
    [(FOLDS, False, 3.0, 283.6), (FOLDS, True, 3.0, 289.3), (OFFICIAL, False, 1.0, 317.2)],
)
def test_ridge_reaches_the_known_line(subset, sentences, protocol, by_peak, penalty, known):
    ridge = Ridge(subset.dataset.features, sentences, by_peak, penalty)
    ranks = [
        DirectionRanks.of(ridge.fit(division.train)(division.test, division.test))
        for division in divisions(subset, protocol)
    ]
    found = direction_scores(DirectionRanks.pooled(ranks))
    assert found.sum_recall == pytest.approx(known, abs=0.5)


ITEMS = [Item(name, "test", False, (name,)) for name in "abc"]
SIMILARITY = {"a": [0.5, 0.1, 0.6], "b": [0.1, 0.5, 0.6], "c": [0.1, 0.1, 0.6]}


def known(queries, videos) -> np.ndarray:
    columns = ["abc".index(item.video) for item in videos]
    return np.array([SIMILARITY[item.video] for item in queries])[:, columns]


def test_ranks_are_corrected_by_training_pairs():
    test, train = ITEMS[:2], ITEMS[2:]
    found = rank(known, train, test)
    assert found.plain.to_video.tolist() == [0.0, 0.0]
    # One training pair is the whole bank: its query takes 0.05 from both videos alike.
    assert found.corrected.to_video.tolist() == [0.0, 0.0]
    both = pooled([found, rank(known, test, train)])
    assert both.plain.to_video.tolist() == [0.0, 0.0, 0.0]
    assert both.corrected.to_query.tolist() == [0.0, 0.0, 0.0]


def test_a_hub_is_moved_behind_by_what_training_queries_say():
    found = rank(known, ITEMS[2:], ITEMS)
    assert found.plain.to_video.tolist() == [1.0, 1.0, 0.0]
    # c takes 0.3 from its own video and 0.05 from the others': 0.45 is before 0.3 now.
    assert found.corrected.to_video.tolist() == [0.0, 0.0, 0.0]


def test_embedded_items_are_compared_by_name():
    one = np.ones((1, 1), np.float32)
    queries = tuple(DualQuery(one * n, one, one[0], one[0]) for n in (1, 2, 3))
    videos = np.array([[1, 0], [10, 0], [100, 0]], np.float32)
    compare = compare_embedded(ITEMS, Embedded(videos, queries), alpha=1.0)
    assert compare([ITEMS[2], ITEMS[0]], [ITEMS[1]]).tolist() == [[30.0], [10.0]]
