"""Orders of points: fusion and deterministic ties. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

RRF_K = 60
"""Reciprocal rank fusion's constant, as its authors chose it (Cormack et al., SIGIR 2009)."""


@dataclass(frozen=True)
class Ranked:
    """One point with the reasons for its place."""

    id: str
    parts: dict[str, float]

    @property
    def score(self) -> float:
        return sum(self.parts.values())


def best_first(points: Iterable[Ranked]) -> list[Ranked]:
    """By score, highest first; equal scores by id, so that no order of insertion leaks in."""
    return sorted(points, key=lambda point: (-point.score, point.id))


def fuse(
    rankings: Mapping[str, Sequence[str]],
    *,
    weights: Mapping[str, float] | None = None,
    k: int = RRF_K,
) -> list[Ranked]:
    """Reciprocal rank fusion.

    Args:
        rankings: ids, best first, by the name of the ranking.
        weights: of rankings by name; those that are not named count once.
        k: the higher, the less the first few places stand out.

    Returns:
        Every id, best first; its parts are weight / (k + rank) under "rank.NAME" of each ranking
        that found it.
    """
    weights = weights or {}
    parts: dict[str, dict[str, float]] = {}
    for name, ids in rankings.items():
        weight = weights.get(name, 1.0)
        for rank, point_id in enumerate(ids, start=1):
            parts.setdefault(point_id, {})[f"rank.{name}"] = weight / (k + rank)
    return best_first(Ranked(point_id, shares) for point_id, shares in parts.items())
