"""Moments that may become hits, found by one vector or by several."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from search_api.queries.background import Background, Usual
from search_api.queries.probes import Probe, ProbeKind
from search_api.queries.unwanted import Unwanted
from search_api.ranking import fuse
from search_api.requests import SearchRequest
from segments.catalog import Place
from segments.payload import SegmentPayload
from segments.store.base import Match, VectorStore
from segments.store.filters import Filter


@dataclass(slots=True)
class Candidate:
    """One stored moment with what speaks for it; nobody changes it: a frozen one takes thrice as
    long to make, and each search makes a hundred.
    """

    id: str
    payload: SegmentPayload
    score: float
    """What it is ranked by."""
    strength: float
    """How far it stands out: its standardised score, the probes' mean by their weights."""
    saliences: Mapping[ProbeKind, float]
    """By each probe that found it; what is unwanted takes nothing off here."""
    parts: dict[str, float] = field(default_factory=dict[str, float])
    """That sum to the score, less the blocks of a single probe."""
    place: Place | None = None
    """Where it is shown; chosen later."""
    followed: "Candidate | None" = None
    """What comes after it, where that was asked for."""


@dataclass(frozen=True)
class _Found:
    """What one probe found, best first."""

    probe: Probe
    usual: Usual
    matches: list[Match]
    penalties: dict[str, dict[str, float]]
    """By point and by part."""

    def score(self, match: Match) -> float:
        taken = self.penalties.get(match.point.id)
        return match.score + sum(taken.values()) if taken else match.score

    def salience(self, match: Match) -> float:
        return self.usual.salience(match.score)

    def strengths(self) -> dict[str, float]:
        return {m.point.id: self.usual.standardised(self.score(m)) for m in self.matches}


class Finder:
    """Looks for candidates in one store."""

    def __init__(self, store: VectorStore, background: Background) -> None:
        self._store, self._background = store, background

    def find(
        self,
        probes: Sequence[Probe],
        request: SearchRequest,
        where: Filter,
        *,
        depth: int,
        unwanted: Unwanted | None = None,
    ) -> list[Candidate]:
        """The best of the `depth` nearest points of every probe, best first."""
        found = [self._near(probe, request, where, depth, unwanted) for probe in probes]
        return _alone(found[0]) if len(found) == 1 else _fused(found)

    def _near(
        self,
        probe: Probe,
        request: SearchRequest,
        where: Filter,
        depth: int,
        unwanted: Unwanted | None,
    ) -> _Found:
        matches = self._store.search(
            probe.vector_name,
            probe.vector,
            limit=depth,
            where=where,
            min_score=request.min_score,
            exact=False,
            with_vectors=unwanted is not None,
        )
        usual = self._background.usual(probe.vector_name, probe.vector, request.level)
        taken = unwanted.penalties(probe, usual, matches) if unwanted else {}
        found = _Found(probe, usual, matches, taken)
        if taken:
            matches.sort(key=lambda match: (-found.score(match), match.point.id))
        return found


def _alone(found: _Found) -> list[Candidate]:
    kind, usual = found.probe.kind, found.usual
    return [
        Candidate(
            match.point.id,
            match.point.payload,
            score := found.score(match),
            usual.standardised(score),
            {kind: found.salience(match)},
            found.penalties.get(match.point.id, {}),
        )
        for match in found.matches
    ]


def _fused(found: Sequence[_Found]) -> list[Candidate]:
    rankings = {one.probe.name: [match.point.id for match in one.matches] for one in found}
    weights = {one.probe.name: one.probe.weight for one in found}
    payloads = {m.point.id: m.point.payload for one in found for m in one.matches}
    strengths = {one.probe.name: one.strengths() for one in found}
    saliences: defaultdict[str, dict[ProbeKind, float]] = defaultdict(dict)
    for one in found:
        for match in one.matches:
            saliences[match.point.id][one.probe.kind] = one.salience(match)
    return [
        Candidate(
            point.id,
            payloads[point.id],
            point.score,
            _mean(weights, strengths, point.id),
            saliences[point.id],
            point.parts,
        )
        for point in fuse(rankings, weights=weights)
    ]


def _mean(
    weights: Mapping[str, float], strengths: Mapping[str, Mapping[str, float]], point_id: str
) -> float:
    """What a probe did not find stands out by nothing."""
    total = sum(weights.values())
    return sum(w * strengths[name].get(point_id, 0.0) for name, w in weights.items()) / total
