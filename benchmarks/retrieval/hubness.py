"""Hubness: some vectors are near to everything. CSLS takes from each what it is near to anyway.

s'(q, v) = s(q, v) - r(v) / 2 with r(v) the mean similarity of v to its k nearest of a bank of
queries (Conneau et al., "Word Translation Without Parallel Data", 2018, section 2.3, whose
2 s - r(q) - r(v) ranks alike for one q). The bank is of training queries, so r(v) belongs to the
video alone: one number beside its vector, or one more coordinate under inner-product search.
"""

import numpy as np
from jaxtyping import Float

from benchmarks.metrics import DirectionRanks, paired_ranks

NEIGHBOURS = 10


def hubness(
    similarity: Float[np.ndarray, "b n"], *, neighbours: int = NEIGHBOURS
) -> Float[np.ndarray, " n"]:
    """r of each column: the mean of its `neighbours` highest similarities to the bank's rows."""
    kept = min(neighbours, len(similarity))
    return np.sort(similarity, axis=0)[len(similarity) - kept :].mean(axis=0)


def corrected_ranks(
    similarity: Float[np.ndarray, "q q"],
    *,
    of_bank_queries: Float[np.ndarray, "b q"],
    of_bank_videos: Float[np.ndarray, "q b"],
    neighbours: int = NEIGHBOURS,
) -> DirectionRanks:
    """Ranks in both directions after the correction.

    Args:
        similarity: queries are rows, videos are columns, pair i is on the diagonal.
        of_bank_queries: of the bank's queries, rows, with the videos.
        of_bank_videos: of the queries with the bank's videos, columns.
    """
    of_videos = hubness(of_bank_queries, neighbours=neighbours)
    of_queries = hubness(of_bank_videos.T, neighbours=neighbours)
    return DirectionRanks(
        paired_ranks(similarity - of_videos / 2), paired_ranks(similarity.T - of_queries / 2)
    )
