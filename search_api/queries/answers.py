"""From events to hits."""

from search_api.hits import wall_time
from search_api.queries.candidates import Candidate
from search_api.queries.confidence import CONFIDENT
from search_api.queries.events import Event
from search_api.queries.sequences import gap_s
from search_api.schemas import Explanation, Followed, SearchHit
from segments.catalog import Place


def to_hit(
    rank: int,
    event: Event,
    parts: dict[str, float],
    explanation: Explanation | None,
    confidence: float | None,
) -> SearchHit:
    """A hit of one event, shown at one of its places.

    Args:
        parts: that sum to its score.
    """
    payload, place = event.payload, _placed(event.best)
    return SearchHit(
        rank=rank,
        video=place.path,
        video_id=payload.video_id,
        camera=place.camera,
        start_s=payload.start_s,
        end_s=payload.end_s,
        start_time=wall_time(place.recorded_at, payload.start_s),
        score=sum(parts.values()),
        parts=parts,
        anomaly=payload.anomaly,
        explanation=explanation,
        merged=event.merged,
        then=event.best.followed and _followed(event.best, event.best.followed),
        confidence=confidence,
        confident=None if confidence is None else confidence <= CONFIDENT,
    )


def _followed(first: Candidate, second: Candidate) -> Followed:
    payload, place = second.payload, _placed(second)
    return Followed(
        video=place.path,
        video_id=payload.video_id,
        camera=place.camera,
        start_s=payload.start_s,
        end_s=payload.end_s,
        start_time=wall_time(place.recorded_at, payload.start_s),
        gap_s=gap_s(first, second),
    )


def _placed(candidate: Candidate) -> Place:
    assert candidate.place is not None, "candidates without a place are not shown"
    return candidate.place
