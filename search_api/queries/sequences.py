""" "A, then B within s seconds": pairs of moments. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from search_api.queries.candidates import Candidate
from search_api.requests import Then

OVERLAP = 0.5
"""Share of the first moment that the second may overlap: moments overlap by half."""
STRONGER_SHARE = 0.1
TOLERANCE_S = 1e-3
"""Times are kept to the millisecond."""


def pair(firsts: Sequence[Candidate], seconds: Sequence[Candidate], then: Then) -> list[Candidate]:
    """Each first moment with the best second that follows it; the best pairs first.

    Moments of one video are ordered by their positions in it, others by the wall clock where both
    know it. A pair is as good as the moment of it that stands out less, and a little better for the
    other: its score is the sum of both strengths, the greater times STRONGER_SHARE, and these are
    its parts "first" and "then". (A plain sum ranks the best first moments before all others,
    whatever follows them.)
    """
    if not firsts or not seconds:
        return []
    ends = np.array([second.strength for second in seconds])
    follows = _follows(firsts, seconds, then)
    best = np.where(follows, ends, -np.inf).argmax(axis=1)
    rows = np.flatnonzero(follows.any(axis=1)).tolist()
    pairs = [_paired(firsts[row], seconds[int(best[row])]) for row in rows]
    return sorted(pairs, key=lambda one: (-one.score, one.id))


def _paired(first: Candidate, second: Candidate) -> Candidate:
    one, other = first.strength, second.strength
    shares = (STRONGER_SHARE, 1.0) if one > other else (1.0, STRONGER_SHARE)
    parts = {"first": shares[0] * one, "then": shares[1] * other}
    return replace(first, score=sum(parts.values()), parts=parts, followed=second)


def gap_s(first: Candidate, second: Candidate) -> float:
    """Seconds from the end of the first moment to the start of the second; nan if not known."""
    if first.payload.video_id == second.payload.video_id:
        return second.payload.start_s - first.payload.end_s
    return _clock_s(second) - _clock_s(first) - _length_s(first)


def _follows(
    firsts: Sequence[Candidate], seconds: Sequence[Candidate], then: Then
) -> Bool[np.ndarray, "a b"]:
    """Which moment comes after which, soon enough, where it may be."""
    lengths_s = np.array([_length_s(first) for first in firsts])
    by_position = _soon(firsts, seconds, lengths_s, then.within_s, clock=_position_s)
    by_time = _soon(firsts, seconds, lengths_s, then.within_s, clock=_clock_s)
    if then.same_camera:
        by_time &= _same(firsts, seconds, _camera)
    return np.where(_same(firsts, seconds, _video), by_position, by_time)


def _soon(
    firsts: Sequence[Candidate],
    seconds: Sequence[Candidate],
    lengths_s: Float[np.ndarray, " a"],
    within_s: float,
    *,
    clock: Callable[[Candidate], float],
) -> Bool[np.ndarray, "a b"]:
    starts_s = np.array([clock(first) for first in firsts])
    begins_s = np.array([clock(second) for second in seconds])
    after_s = begins_s[None, :] - starts_s[:, None]  # nan where a time is not known: never soon
    longest_s = (lengths_s + within_s)[:, None]
    return (after_s >= (1 - OVERLAP) * lengths_s[:, None] - TOLERANCE_S) & (after_s <= longest_s)


def _same(
    firsts: Sequence[Candidate],
    seconds: Sequence[Candidate],
    of: Callable[[Candidate], str | None],
) -> Bool[np.ndarray, "a b"]:
    """Where both have the same; what is not known is the same as nothing."""
    numbers: dict[str, int] = {}
    known = [
        [-1 if name is None else numbers.setdefault(name, len(numbers)) for name in map(of, some)]
        for some in (firsts, seconds)
    ]
    one, other = np.array(known[0])[:, None], np.array(known[1])[None, :]
    return (one == other) & (one >= 0)


def _video(one: Candidate) -> str:
    return one.payload.video_id


def _camera(one: Candidate) -> str | None:
    return one.place.camera if one.place else None


def _position_s(one: Candidate) -> float:
    return one.payload.start_s


def _clock_s(one: Candidate) -> float:
    """Seconds of the wall clock at a moment's start; nan where it is not known."""
    recorded_at = one.place.recorded_at if one.place else None
    return recorded_at.timestamp() + one.payload.start_s if recorded_at else np.nan


def _length_s(one: Candidate) -> float:
    return one.payload.end_s - one.payload.start_s
