import numpy as np
import pytest

from benchmarks.metrics import (
    DirectionRanks,
    Interval,
    RetrievalScores,
    both_directions,
    chance_scores,
    clustered_bootstrap,
    direction_scores,
    paired_bootstrap,
    paired_ranks,
    recall_intervals,
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


def _ranks(to_video, to_query=None):
    to_query = to_video if to_query is None else to_query
    return DirectionRanks(np.asarray(to_video, float), np.asarray(to_query, float))


def test_trap_6_videos_with_equal_captions_share_their_places():
    """Two of UCFCrime-AR's test captions occur twice: their rows and columns are equal."""
    to_captions = np.array([[0.9, 0.2], [0.8, 0.3], [0.1, 0.7]])  # three videos, two captions
    similarity = to_captions[:, [0, 0, 1]].T  # pairs 0 and 1 have caption 0
    ranks = DirectionRanks.of(similarity)
    # caption 0 ranks the videos 0, 1, 2 whichever pair asks
    assert ranks.to_video.tolist() == [0.0, 1.0, 0.0]
    # videos 0 and 1 find the two copies of caption 0 in places 0 and 1: half a place each
    assert ranks.to_query.tolist() == [0.5, 0.5, 0.0]
    assert direction_scores(ranks).to_query.r1 == 100.0  # 0.5 < 1, as in MMT's metric


def test_the_two_directions_are_rows_and_columns():
    similarity = np.array([[0.5, 0.9], [0.1, 0.8]])
    scores = both_directions(similarity)
    # query 0 finds video 1 first; video 1 finds query 0 first
    assert scores.to_video == RetrievalScores(50.0, 100.0, 100.0, 1.5, 2)
    assert scores.to_query == RetrievalScores(50.0, 100.0, 100.0, 1.5, 2)
    similarity[0] = [0.5, 0.6]
    assert both_directions(similarity).to_query.r1 == 100.0
    assert both_directions(similarity).sum_recall == 50.0 + 100.0 * 5


def test_folds_are_pooled_by_pair_not_by_score():
    folds = [_ranks([0, 0, 0]), _ranks([20])]
    assert direction_scores(DirectionRanks.pooled(folds)).to_video.r1 == 75.0


def test_directions_of_different_pairs_are_refused():
    with pytest.raises(ValueError, match="to_video"):
        _ranks([0, 1], [0])


def test_both_directions_of_nothing_are_nan():
    assert np.isnan(both_directions(np.zeros((0, 0))).sum_recall)
    assert all(np.isnan(found.low) for found in recall_intervals([_ranks([])]).values())


def test_intervals_are_those_of_counted_hits():
    """100 pairs, 30 found at 1: what is drawn is Binomial(100, 0.3), whose 95 % is 21 to 39."""
    found = recall_intervals([_ranks([0] * 30 + [50] * 70, [50] * 100)])
    assert found["to_video.r1"] == Interval(30.0, 21.0, 39.0)
    assert found["to_query.r1"] == Interval(0.0, 0.0, 0.0)
    # all three recalls of a pair rise and fall together
    assert found["sum_recall"] == Interval(90.0, 63.0, 117.0)


def test_the_difference_of_equal_systems_is_nothing_however_hard_the_pairs():
    ranks = _ranks(np.arange(60) % 13, np.arange(60) % 7)
    found = paired_bootstrap([ranks], [ranks])
    assert set(found.values()) == {Interval(0.0, 0.0, 0.0)}


def test_a_difference_is_paired():
    """Ours finds what theirs finds and 10 of 100 pairs more: never less, in any draw."""
    ours, theirs = _ranks([0] * 60 + [50] * 40), _ranks([0] * 50 + [50] * 50)
    found = paired_bootstrap([ours], [theirs])["to_video.r1"]
    assert found == Interval(10.0, 5.0, 16.0)  # Binomial(100, 0.1)
    reverse = paired_bootstrap([theirs], [ours])["to_video.r1"]
    assert (reverse.value, reverse.high) == (-10.0, -5.0)


def test_pairs_are_drawn_with_both_of_their_directions():
    """What one direction gains the other loses, pair by pair: the sum cannot vary."""
    ranks = _ranks([0] * 50 + [50] * 50, [50] * 50 + [0] * 50)
    assert recall_intervals([ranks])["sum_recall"] == Interval(300.0, 300.0, 300.0)


def test_runs_are_averaged_before_pairs_are_drawn():
    seeds = [_ranks([0, 50]), _ranks([50, 0])]
    assert recall_intervals(seeds)["to_video.r1"] == Interval(50.0, 50.0, 50.0)


def test_intervals_are_the_same_by_seed():
    ranks = _ranks(np.arange(37) % 12)
    assert recall_intervals([ranks], seed=3) == recall_intervals([ranks], seed=3)
