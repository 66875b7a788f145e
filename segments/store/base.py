"""The vector store as the rest of retrace sees it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Generic, Protocol

import numpy as np
from jaxtyping import Float32
from typing_extensions import TypeVar

from segments.payload import Payload, SegmentPayload
from segments.scores import AnomalyTrack
from segments.store.filters import Filter, Where

P = TypeVar("P", bound=Payload, default=SegmentPayload)
"""What the points of a collection carry; where nothing is said, they are segments."""


@dataclass(frozen=True)
class Point(Generic[P]):
    """One segment, or one of whatever the collection holds, as it is stored."""

    id: str
    vectors: dict[str, Float32[np.ndarray, " d"]]
    """By vector name; a point may lack a vector ("audio" of a silent segment)."""
    payload: P


@dataclass(frozen=True)
class Match(Generic[P]):
    """One point that a search found."""

    point: Point[P]
    score: float
    """Inner product with the query; higher is better."""


class Collection(Protocol[P]):
    """Named vectors with a payload, compared by inner product."""

    def upsert(self, points: Sequence[Point[P]]) -> None:
        """Writes points; those with an id that is there replace it. Durable on return."""
        ...

    def search(
        self,
        vector_name: str,
        query: Float32[np.ndarray, " d"],
        *,
        limit: int,
        where: Where | None = None,
        min_score: float | None = None,
        exact: bool = True,
        with_vectors: bool = False,
    ) -> list[Match[P]]:
        """The `limit` best points, best first; equal scores by id.

        `exact=False` lets an optimised store look for candidates in its approximate index; their
        scores are exact.
        Points that lack `vector_name` are not found. `Match.point.vectors` is empty unless
        `with_vectors`.
        """
        ...

    def get(self, ids: Sequence[str], *, with_vectors: bool = True) -> list[Point[P]]:
        """The points that are there, in the order of `ids`; others are left out."""
        ...

    def iter_points(
        self, where: Where | None = None, *, with_vectors: bool = True, batch: int = 256
    ) -> Iterator[Point[P]]:
        """Every point that satisfies `where`, by id; constant memory."""
        ...

    def delete(self, where: Where) -> int:
        """Deletes what satisfies `where`; how many points that were. An empty filter is refused."""
        ...

    def count(self, where: Where | None = None) -> int: ...

    def optimize(self, stop: Event | None = None) -> None:
        """Builds the approximate index where that pays; a no-op where it does not.

        Args:
            stop: set by another thread to give up; the store is then as it was.
        """
        ...

    def close(self) -> None: ...


class VectorStore(Collection[SegmentPayload], Protocol):
    """The collection of a vector space: segments of videos, which cameras saw."""

    def search_by_video(
        self,
        vector_name: str,
        query: Float32[np.ndarray, " d"],
        *,
        videos: int,
        per_video: int = 1,
        where: Filter | None = None,
        min_score: float | None = None,
    ) -> list[list[Match]]:
        """The best `videos` videos by their best point, each with its `per_video` best points."""
        ...

    def set_sources(
        self, video_id: str, *, cameras: Sequence[str], recorded_at_ms: Sequence[int]
    ) -> None:
        """Rewrites `cameras` and `recorded_ms` of every point of a video.

        Args:
            recorded_at_ms: wall-clock time of the video's first frame, one per source that knows
                it; each point gets it plus its own start.
        """
        ...

    def set_anomaly(self, video_id: str, track: AnomalyTrack) -> int:
        """Rewrites what every point of a video says of the track's detector.

        Other detectors' scores stay. Returns how many points said something else before.

        Raises:
            ValueError: the track has no score for a point's span.
        """
        ...

    def cameras(self) -> dict[str, int]:
        """Points by camera name."""
        ...
