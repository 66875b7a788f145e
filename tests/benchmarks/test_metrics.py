import numpy as np
import pytest

from benchmarks.metrics import (
    RetrievalScores,
    chance_scores,
    clustered_bootstrap,
    paired_ranks,
    retrieval_scores,
)


def test_ranks_count_what_is_better_and_share_ties():
    similarity = np.array(
        [
            [0.9, 0.1, 0.2, 0.3],  # own item is first
            [0.8, 0.5, 0.6, 0.1],  # two are better
            [0.4, 0.1, 0.4, 0.4],  # three share places 0, 1, 2: mean 1
            [0.7, 0.2, 0.2, 0.2],  # one better, three share places 1, 2, 3: mean 2
        ]
    )
    assert paired_ranks(similarity).tolist() == [0.0, 2.0, 1.0, 2.0]


def test_an_even_tie_gives_half_a_rank():
    assert paired_ranks(np.zeros((2, 2))).tolist() == [0.5, 0.5]


def test_recall_is_the_share_under_k_and_the_median_counts_from_one():
    scores = retrieval_scores(np.array([0.0, 0.5, 1.0, 4.0, 5.0, 9.0, 10.0, 50.0]))
    assert scores == RetrievalScores(r1=25.0, r5=50.0, r10=75.0, median_rank=5.5, num_queries=8)


def test_without_queries_there_is_no_number():
    scores = retrieval_scores(np.array([]))
    assert np.isnan([scores.r1, scores.median_rank]).all()
    assert scores.num_queries == 0


def test_chance_is_k_of_the_gallery():
    assert chance_scores(200) == RetrievalScores(0.5, 2.5, 5.0, 100.5, 200)
    assert chance_scores(4) == RetrievalScores(25.0, 100.0, 100.0, 2.5, 4)


def test_bootstrap_draws_whole_clusters():
    values = np.array([0.0, 0.0, 0.0, 1.0])
    drawn: set[float] = set()

    def mean(rows):
        drawn.add(float(values[rows].mean()))
        return float(values[rows].mean())

    low, high = clustered_bootstrap(mean, ["a", "a", "a", "b"], rounds=200)
    # two clusters drawn twice: a+a = 0, a+b = 1/4, b+b = 1, and nothing else
    assert drawn == {0.0, 0.25, 1.0}
    assert (low, high) == (0.0, 1.0)


def test_bootstrap_leaves_undefined_rounds_out():
    low, high = clustered_bootstrap(
        lambda rows: float("nan") if set(rows) == {0} else 3.0, ["a", "b"], rounds=50
    )
    assert (low, high) == pytest.approx((3.0, 3.0))
