"""CSLS on a case worked out by hand."""

import numpy as np
import pytest

from benchmarks.retrieval.hubness import corrected_ranks, hubness

# Video 2 is near to every query, the bank's included.
SIMILARITY = np.array([[0.5, 0.1, 0.6], [0.1, 0.5, 0.6], [0.1, 0.1, 0.6]])
OF_BANK_QUERIES = np.array([[0.1, 0.0, 0.7], [0.3, 0.1, 0.5], [0.2, 0.1, 0.2]])
OF_BANK_VIDEOS = np.array([[0.9, 0.1], [0.1, 0.1], [0.1, 0.1]])


def test_hubness_is_the_mean_of_the_nearest_of_the_bank():
    np.testing.assert_allclose(hubness(OF_BANK_QUERIES, neighbours=1), [0.3, 0.1, 0.7])
    np.testing.assert_allclose(hubness(OF_BANK_QUERIES, neighbours=2), [0.25, 0.1, 0.6])


def test_more_neighbours_than_the_bank_has_are_all_of_it():
    np.testing.assert_allclose(hubness(OF_BANK_QUERIES, neighbours=10), [0.2, 0.2 / 3, 1.4 / 3])


def test_the_correction_moves_the_hub_behind():
    ranks = corrected_ranks(
        SIMILARITY,
        of_bank_queries=OF_BANK_QUERIES,
        of_bank_videos=OF_BANK_VIDEOS,
        neighbours=2,
    )
    # Minus 0.125, 0.05 and 0.3: query 0 has 0.375, 0.05, 0.3; query 1 has -0.025, 0.45, 0.3;
    # query 2 has -0.025, 0.05, 0.3. Uncorrected the hub is before the first two.
    assert ranks.to_video.tolist() == [0.0, 0.0, 0.0]
    # Queries' own: 0.25, 0.05, 0.05. Video 2 had three ties; now query 0 comes last of them.
    assert ranks.to_query.tolist() == [0.0, 0.0, 0.5]


def test_what_is_near_to_nothing_in_the_bank_keeps_its_ranks():
    ranks = corrected_ranks(
        SIMILARITY, of_bank_queries=np.zeros((4, 3)), of_bank_videos=np.zeros((3, 4))
    )
    assert ranks.to_video.tolist() == [1.0, 1.0, 0.0]
    assert ranks.to_query.tolist() == [0.0, 0.0, pytest.approx(1.0)]


@pytest.mark.parametrize(("hub", "rank"), [(0.19, 1.0), (0.21, 0.0)])
def test_half_of_the_hubness_is_taken_in_both_directions(hub: float, rank: float):
    # 0.6 of a rival against 0.5: half of its hubness must be more than 0.1.
    similarity = np.array([[0.5, 0.6], [0.1, 0.9]])
    none = np.zeros((1, 2))
    of_hub = np.array([[0.0, hub]])
    by_video = corrected_ranks(similarity, of_bank_queries=of_hub, of_bank_videos=none.T)
    assert by_video.to_video.tolist() == [rank, 0.0]
    by_query = corrected_ranks(similarity.T, of_bank_queries=none, of_bank_videos=of_hub.T)
    assert by_query.to_query.tolist() == [rank, 0.0]
