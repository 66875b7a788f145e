"""What both engines share: checks before a write, the order of equal scores, grouping by video."""

import math
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Event
from typing import Any, ClassVar, Generic

import numpy as np
from jaxtyping import Float32

from segments.errors import IndexMismatch, UserError
from segments.payload import FieldKind, SegmentPayload, anomaly_key
from segments.scores import AnomalyTrack
from segments.store.base import Filter, Match, P, Point
from segments.store.filters import Selection, Where, select
from segments.store.records import is_uuid, to_point
from segments.vectors import VectorSpec

WRITE_BATCH = 128
"""Points per request: about 2 MB of JSON for two 1024-d vectors, far below a server's limit."""
OVERSAMPLING = 4.0
"""Candidates per result of a quantised search, before rescoring with the true vectors."""
HNSW_EF = 256
_TIE_MARGIN = 8
_VIDEO_PAGE = 64


@dataclass(frozen=True)
class Nearest:
    """One vector search, in the words both engines understand."""

    vector_name: str
    query: list[float]
    selection: Selection
    exact: bool = True
    with_vectors: bool = False


class PointStore(ABC, Generic[P]):
    """A `base.Collection` less the engine: the abstract methods are what an engine must do.

    One of segments is a `base.VectorStore`.
    """

    FILTERS_APPROXIMATELY: ClassVar[bool] = False
    """Whether its approximate index finds what it should under a filter: a graph does not."""

    def __init__(
        self, specs: Mapping[str, VectorSpec], indexed: set[str], payload: type[P]
    ) -> None:
        self._specs = dict(specs)
        self._payload = payload
        self._indexed = indexed

    def upsert(self, points: Sequence[Point[P]]) -> None:
        """See `VectorStore.upsert`.

        Raises:
            IndexMismatch: a vector's name or dimension is not this space's.
            ValueError: a vector or a score is not finite, or an id is not a UUID.
        """
        for point in points:
            self._check(point)
        self._index(key for point in points for key in point.payload.scores())
        for start in range(0, len(points), WRITE_BATCH):
            self._write(points[start : start + WRITE_BATCH])
        self._settle()

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
        """See `VectorStore.search`. Where the index is a graph, a filtered search is exact: graphs
        lose half of what they should find there (recall 0.49 at a million points).

        Raises:
            IndexMismatch: `vector_name` or the query's dimension is not this space's.
            ValueError: the query is not finite.
        """
        self._check_vector(vector_name, query)
        selection = select(where)
        exact = exact or (bool(selection.must) and not self.FILTERS_APPROXIMATELY)
        nearest = Nearest(vector_name, query.tolist(), selection, exact, with_vectors)
        return _at_least(min_score, self._ranked(nearest, limit))

    def search_by_video(
        self: "PointStore[SegmentPayload]",
        vector_name: str,
        query: Float32[np.ndarray, " d"],
        *,
        videos: int,
        per_video: int = 1,
        where: Filter | None = None,
        min_score: float | None = None,
    ) -> list[list[Match]]:
        """See `VectorStore.search_by_video`; exact. Raises what `search` raises."""
        self._check_vector(vector_name, query)
        best = self._best_by_video(Nearest(vector_name, query.tolist(), select(where)), videos)
        best = _at_least(min_score, best)
        if per_video == 1:
            return [[match] for match in best]
        wheres = [replace(where or Filter(), video_ids=(m.point.payload.video_id,)) for m in best]
        return [
            self.search(vector_name, query, limit=per_video, where=one, min_score=min_score)
            for one in wheres
        ]

    def get(self, ids: Sequence[str], *, with_vectors: bool = True) -> list[Point[P]]:
        """See `VectorStore.get`."""
        valid = [id for id in ids if is_uuid(id)]
        found = {point.id: point for point in self._retrieve(valid, with_vectors)} if valid else {}
        return [found[id] for id in valid if id in found]

    def iter_points(
        self, where: Where | None = None, *, with_vectors: bool = True, batch: int = 256
    ) -> Iterator[Point[P]]:
        """See `VectorStore.iter_points`."""
        selection, offset = select(where), None
        while True:
            points, offset = self._scroll(selection, offset, batch, with_vectors)
            yield from points
            if offset is None:
                return

    def set_sources(
        self: "PointStore[SegmentPayload]",
        video_id: str,
        *,
        cameras: Sequence[str],
        recorded_at_ms: Sequence[int],
    ) -> None:
        """See `VectorStore.set_sources`."""
        ids_by_start: defaultdict[int, list[str]] = defaultdict(list)
        for point in self.iter_points(Filter(video_ids=(video_id,)), with_vectors=False):
            ids_by_start[round(point.payload.start_s * 1000)].append(point.id)
        updates = [
            (ids, {"cameras": list(cameras), "recorded_ms": [at + start for at in recorded_at_ms]})
            for start, ids in ids_by_start.items()
        ]
        self._set_payloads(updates)
        self._settle()

    def set_anomaly(self: "PointStore[SegmentPayload]", video_id: str, track: AnomalyTrack) -> int:
        """See `VectorStore.set_anomaly`."""
        updates: list[tuple[list[str], dict[str, Any]]] = []
        for point in self.iter_points(Filter(video_ids=(video_id,)), with_vectors=False):
            rescored = replace(point, payload=point.payload.with_score(track))
            self._check(rescored)
            if rescored.payload != point.payload:
                updates.append(([point.id], {"anomaly": rescored.payload.anomaly}))
        self._index(iter([anomaly_key(track.detector)]))
        self._set_payloads(updates)
        self._settle()
        return len(updates)

    def delete(self, where: Where) -> int:
        """See `VectorStore.delete`.

        Raises:
            UserError: the filter is empty.
        """
        selection = select(where)
        if not selection.must:
            raise UserError(
                "an empty filter would delete every point: name a video, camera, level or time; "
                "to drop everything, delete the library's folder"
            )
        num_points = self._count(selection)
        self._erase(selection)
        self._settle()
        return num_points

    def count(self, where: Where | None = None) -> int:
        """See `VectorStore.count`."""
        return self._count(select(where))

    def cameras(self) -> dict[str, int]:
        """See `VectorStore.cameras`; by name."""
        limit = 256
        while len(found := self._facet("cameras", limit)) == limit:
            limit *= 4
        return dict(sorted(found.items()))

    def _ranked(self, nearest: Nearest, limit: int) -> list[Match[P]]:
        """The best by score, then id: asks again while a tie may reach past what came back."""
        if limit < 1:
            return []
        asked = limit + _TIE_MARGIN
        while True:
            found = sorted(self._nearest(nearest, asked), key=lambda m: (-m.score, m.point.id))
            if len(found) < asked or found[-1].score < found[limit - 1].score:
                return found[:limit]
            asked *= 4

    def _best_by_video(
        self: "PointStore[SegmentPayload]", nearest: Nearest, videos: int
    ) -> list[Match]:
        """Pages through the ranking; each page leaves out the videos that are already found."""
        best: dict[str, Match] = {}
        page_size = max(_VIDEO_PAGE, 4 * videos)
        while len(best) < videos:
            selection = replace(nearest.selection, without_videos=tuple(best))
            page = self._ranked(replace(nearest, selection=selection), page_size)
            for match in page:
                best.setdefault(match.point.payload.video_id, match)
            if len(page) < page_size:
                break
        return list(best.values())[:videos]

    def _check(self, point: Point[P]) -> None:
        if not is_uuid(point.id):
            raise ValueError(f"a point's id is a lower-case UUID, not {point.id!r}")
        for name, vector in point.vectors.items():
            self._check_vector(name, vector)
        for key, score in point.payload.scores().items():
            if not math.isfinite(score):
                raise ValueError(f"{key!r} is {score} in point {point.id}")

    def _check_vector(self, name: str, vector: Float32[np.ndarray, " d"]) -> None:
        dims = {spec.name: spec.dim for spec in self._specs.values()}
        if vector.shape != (dims.get(name),):
            raise IndexMismatch(
                f"a vector {name!r} of shape {vector.shape} does not belong to this space, "
                f"whose vectors are {dims}: use the profile that made the library"
            )
        if not np.isfinite(vector).all():
            raise ValueError(f"a vector {name!r} is not finite")

    def _point(self, id: object, vectors: object, fields: Mapping[str, Any] | None) -> Point[P]:
        return to_point(id, vectors, fields, payload=self._payload)

    def _index(self, keys: Iterator[str]) -> None:
        for key in sorted(set(keys) - self._indexed):
            self._index_field(key, "float")
            self._indexed.add(key)

    @abstractmethod
    def optimize(self, stop: Event | None = None) -> None:
        """See `VectorStore.optimize`."""

    @abstractmethod
    def close(self) -> None:
        """See `VectorStore.close`."""

    @abstractmethod
    def _write(self, points: Sequence[Point[P]]) -> None: ...

    @abstractmethod
    def _settle(self) -> None:
        """Makes what was written survive a power cut."""

    @abstractmethod
    def _nearest(self, nearest: Nearest, limit: int) -> list[Match[P]]:
        """The best `limit` in any order of equals; points without the vector are not found."""

    @abstractmethod
    def _retrieve(self, ids: Sequence[str], with_vectors: bool) -> list[Point[P]]: ...

    @abstractmethod
    def _scroll(
        self, selection: Selection, offset: str | None, limit: int, with_vectors: bool
    ) -> tuple[list[Point[P]], str | None]:
        """Points by id from `offset` on, and where the next page starts; None at the end."""

    @abstractmethod
    def _set_payloads(self, updates: Sequence[tuple[list[str], dict[str, Any]]]) -> None:
        """Overwrites the named payload fields of the points with these ids."""

    @abstractmethod
    def _erase(self, selection: Selection) -> None: ...

    @abstractmethod
    def _count(self, selection: Selection) -> int: ...

    @abstractmethod
    def _facet(self, key: str, limit: int) -> dict[str, int]: ...

    @abstractmethod
    def _index_field(self, key: str, kind: FieldKind) -> None: ...


def _at_least(min_score: float | None, matches: list[Match[P]]) -> list[Match[P]]:
    return [m for m in matches if min_score is None or m.score >= min_score]
