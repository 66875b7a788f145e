"""The vector store as the rest of retrace sees it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from jaxtyping import Float32

from segments.media import Level
from segments.payload import SegmentPayload


@dataclass(frozen=True)
class Point:
    """One segment as it is stored."""

    id: str
    vectors: dict[str, Float32[np.ndarray, " d"]]
    """By vector name; a point may lack a vector ("audio" of a silent segment)."""
    payload: SegmentPayload


@dataclass(frozen=True)
class Match:
    """One point that a search found."""

    point: Point
    score: float
    """Inner product with the query; higher is better."""


@dataclass(frozen=True)
class Filter:
    """What a point must satisfy: every condition that is given; None or empty asks nothing."""

    level: Level | None = None
    video_ids: tuple[str, ...] = ()
    """Any of these."""
    cameras: tuple[str, ...] = ()
    """Seen by any of these."""
    recorded_from_ms: int | None = None
    """Some source recorded the segment at or after this time (UTC milliseconds)."""
    recorded_until_ms: int | None = None
    """Some source recorded the segment before this time."""
    min_anomaly: dict[str, float] = field(default_factory=dict[str, float])
    """Least pooled score by detector."""
    has_audio: bool | None = None


class VectorStore(Protocol):
    """Named vectors with a payload, compared by inner product."""

    def upsert(self, points: Sequence[Point]) -> None:
        """Writes points; those with an id that is there replace it. Durable on return."""
        ...

    def search(
        self,
        vector_name: str,
        query: Float32[np.ndarray, " d"],
        *,
        limit: int,
        where: Filter | None = None,
        min_score: float | None = None,
        exact: bool = True,
        with_vectors: bool = False,
    ) -> list[Match]:
        """The `limit` best points, best first; equal scores by id.

        `exact=False` lets an optimised store use its approximate index, oversampled and rescored.
        Points that lack `vector_name` are not found. `Match.point.vectors` is empty unless
        `with_vectors`.
        """
        ...

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

    def get(self, ids: Sequence[str], *, with_vectors: bool = True) -> list[Point]:
        """The points that are there, in the order of `ids`; others are left out."""
        ...

    def iter_points(
        self, where: Filter | None = None, *, with_vectors: bool = True, batch: int = 256
    ) -> Iterator[Point]:
        """Every point that satisfies `where`, by id; constant memory."""
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

    def delete(self, where: Filter) -> int:
        """Deletes what satisfies `where`; how many points that were. An empty filter is refused."""
        ...

    def count(self, where: Filter | None = None) -> int: ...

    def cameras(self) -> dict[str, int]:
        """Points by camera name."""
        ...

    def optimize(self) -> None:
        """Builds the approximate index where that pays (100k points); a no-op where it does not."""
        ...

    def close(self) -> None: ...
