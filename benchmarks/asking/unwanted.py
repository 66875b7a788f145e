""" "X without Y": how many of the first ten show X and not Y, with and without the penalty."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from benchmarks.asking.moments import Fact, Moments, said
from encoders.base import Profile
from search_api.queries.background import usual
from search_api.queries.unwanted import penalty

FIRST = 10
LEAST_MOMENTS = 5
CONTESTED = 0.25
"""Share of the moments with X that show Y too, from which on a query is contested."""


@dataclass(frozen=True)
class UnwantedScores:
    """Means over queries."""

    queries: int
    precision: float
    """Share of the first ten that show what is wanted and not what is unwanted."""
    precision_before: float
    unwanted: float
    """Share of the first ten that show what is unwanted."""
    unwanted_before: float


@dataclass(frozen=True)
class _Query:
    wanted: Fact
    unwanted: Fact
    right: frozenset[int]
    wrong: frozenset[int]
    """All rows that show what is unwanted."""


def measure_unwanted(moments: Moments, profile: Profile, *, contested: bool) -> UnwantedScores:
    """Over every pair of facts with enough moments.

    Args:
        contested: only pairs where a quarter of the wanted moments show the unwanted as well.
    """
    similar = {fact: _similarities(moments, profile, fact) for fact in moments.known()}
    rows: list[list[float]] = []
    for query in _queries(moments, contested=contested):
        before = similar[query.wanted]
        after = before + _penalties(before, similar[query.unwanted])
        rows.append(
            [
                share
                for scores in (after, before)
                for share in (_share(scores, query.right), _share(scores, query.wrong))
            ]
        )
    precision, unwanted, precision_before, unwanted_before = np.mean(rows, axis=0).tolist()
    return UnwantedScores(len(rows), precision, precision_before, unwanted, unwanted_before)


def _penalties(
    wanted: Float[np.ndarray, " n"], unwanted: Float[np.ndarray, " n"]
) -> Float[np.ndarray, " n"]:
    """As a search has them, with all moments in place of a sample."""
    known, spread = usual(unwanted), usual(wanted).spread
    return np.array([penalty(known.standardised(s), spread) for s in unwanted.tolist()])


def _queries(moments: Moments, *, contested: bool) -> Iterator[_Query]:
    rows = {fact: moments.showing(fact) for fact in moments.known()}
    for wanted in (fact for fact in rows if fact[0] in ("event", "place")):
        for unwanted in (fact for fact in rows if fact != wanted):
            right, both = rows[wanted] - rows[unwanted], rows[wanted] & rows[unwanted]
            is_asked = min(len(right), len(both)) >= LEAST_MOMENTS
            if is_asked and (not contested or len(both) >= CONTESTED * len(rows[wanted])):
                yield _Query(wanted, unwanted, right, rows[unwanted])


def _similarities(moments: Moments, profile: Profile, fact: Fact) -> Float[np.ndarray, " n"]:
    query = profile.encode_text(said(fact, moments.split))
    return moments.vectors @ query.vector(profile.spec.default_alpha)


def _share(scores: Float[np.ndarray, " n"], rows: frozenset[int]) -> float:
    first = np.argsort(-scores, kind="stable")[:FIRST]
    return sum(row in rows for row in first.tolist()) / FIRST
