"""The embedded engine: Qdrant Edge, a folder inside the library, owned by this process alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Event, RLock
from typing import Any, cast

import numpy as np
from qdrant_edge import (
    CountRequest,
    EdgeShard,
    FacetRequest,
    FieldCondition,
    HasVectorCondition,
    MatchAny,
    MatchValue,
    QuantizationSearchParams,
    Query,
    RangeFloat,
    ScrollRequest,
    SearchParams,
    SearchRequest,
    UpdateOperation,
)
from qdrant_edge import Filter as EdgeFilter
from qdrant_edge import Point as EdgePoint

from segments.payload import FieldKind, Payload, SegmentPayload
from segments.store.base import Match, P, Point
from segments.store.filters import Condition, InRange, IsFlag, Selection
from segments.store.lock import OwnerLock
from segments.store.optimizing import finish_swap, optimize_copy, swap_in
from segments.store.point_store import OVERSAMPLING, Nearest, PointStore
from segments.store.shard import field_schema, load_shard, make_shard
from segments.vectors import VectorSpec

OPTIMIZE_FROM = 50_000
"""Points below which exact search is fast enough: 10 ms for 1024 dimensions."""
_INDEXED_SHARE = 0.8
_EXACT = SearchParams(exact=True, quantization=QuantizationSearchParams(ignore=True))
_RESCORED = 2000
"""Candidates by int8 that are compared in full, whatever the limit: moments of one camera are so
alike that int8 confuses hundreds. They cost 2 ms."""


class EdgeStore(PointStore[P]):
    """Points in a folder. Threads may share it; a process owns it (`segments.store.lock`).

    Approximate search compares int8 copies, where `optimize` made them, under filters as well.
    """

    FILTERS_APPROXIMATELY = True

    @classmethod
    def create(
        cls,
        folder: Path,
        specs: Mapping[str, VectorSpec],
        *,
        payload: type[Payload] = SegmentPayload,
    ) -> None:
        """Makes an empty folder of points: completely or not at all.

        Args:
            payload: what its points will carry.
        """
        make_shard(folder, specs, indexes=payload.INDEXES)

    @classmethod
    def open(
        cls,
        folder: Path,
        specs: Mapping[str, VectorSpec],
        *,
        owner: OwnerLock | None = None,
        optimize_from: int = OPTIMIZE_FROM,
        payload: type[P] = SegmentPayload,
    ) -> "EdgeStore[P]":
        """Loads a folder that `create` made.

        Args:
            owner: released when the store is closed.
            payload: what its points carry: `EdgeStore[X].open(..., payload=X)`.

        Raises:
            LibraryError: the folder is missing or damaged.
        """
        finish_swap(folder)
        return cls(load_shard(folder), folder, specs, owner, optimize_from, payload)

    def __init__(
        self,
        shard: EdgeShard,
        folder: Path,
        specs: Mapping[str, VectorSpec],
        owner: OwnerLock | None,
        optimize_from: int,
        payload: type[P],
    ) -> None:
        super().__init__(specs, set(shard.info().payload_schema), payload)
        self._shard = shard
        self._folder = folder
        self._owner = owner
        self._optimize_from = optimize_from
        self._count_looked_at = 0
        """Points when `optimize` was last asked: it is asked every second."""
        self._shard_lock = RLock()
        self._write_lock = RLock()
        """Held through `optimize`, whose copy would miss what is written meanwhile."""

    def optimize(self, stop: Event | None = None) -> None:
        """See `VectorStore.optimize`. Searches go on while another process works on a copy; writes
        wait.

        Raises:
            LibraryError: that process failed; the store is as it was.
        """
        count = self.count()
        if count < self._optimize_from or count == self._count_looked_at:
            return
        self._count_looked_at = count
        if self._indexed_share() > _INDEXED_SHARE:
            return
        with self._write_lock:
            self._shard.flush()
            dims = {spec.name: spec.dim for spec in self._specs.values()}
            copy = optimize_copy(self._folder, dims, stop)
            if copy is None:
                return
            with self._shard_lock:
                self._shard.close()
                swap_in(copy, self._folder)
                self._shard = load_shard(self._folder)

    def close(self) -> None:
        """Flushes, frees the folder and gives the lock back; closing twice is fine."""
        with self._write_lock, self._shard_lock:
            try:
                self._shard.close()
            finally:
                if self._owner is not None:
                    self._owner.release()

    def _update(self, operation: UpdateOperation) -> None:
        with self._write_lock, self._shard_lock:
            self._shard.update(operation)

    def _write(self, points: Sequence[Point[P]]) -> None:
        self._update(UpdateOperation.upsert_points([_edge_point(point) for point in points]))

    def _settle(self) -> None:
        with self._write_lock, self._shard_lock:
            self._shard.flush()

    def _nearest(self, nearest: Nearest, limit: int) -> list[Match[P]]:
        request = SearchRequest(
            Query.Nearest(nearest.query, using=nearest.vector_name),
            limit,
            filter=_edge_filter(nearest.selection),
            params=_EXACT if nearest.exact else _approximate(limit),
            with_payload=True,
            with_vector=nearest.with_vectors,
        )
        with self._shard_lock:
            found = self._shard.search(request)
        return [Match(self._point(hit.id, hit.vector, hit.payload), hit.score) for hit in found]

    def _retrieve(self, ids: Sequence[str], with_vectors: bool) -> list[Point[P]]:
        with self._shard_lock:
            records = self._shard.retrieve(list(ids), True, with_vectors)
        return [self._point(record.id, record.vector, record.payload) for record in records]

    def _scroll(
        self, selection: Selection, offset: str | None, limit: int, with_vectors: bool
    ) -> tuple[list[Point[P]], str | None]:
        request = ScrollRequest(
            offset=offset,
            limit=limit,
            filter=_edge_filter(selection),
            with_payload=True,
            with_vector=with_vectors,
        )
        with self._shard_lock:
            records, following = self._shard.scroll(request)
        points = [self._point(record.id, record.vector, record.payload) for record in records]
        return points, None if following is None else str(following)

    def _set_payloads(self, updates: Sequence[tuple[list[str], dict[str, Any]]]) -> None:
        for ids, payload in updates:
            self._update(UpdateOperation.set_payload(list(ids), payload))

    def _erase(self, selection: Selection) -> None:
        condition = _edge_filter(selection)
        assert condition is not None, "an empty filter is refused above"
        self._update(UpdateOperation.delete_points_by_filter(condition))

    def _count(self, selection: Selection) -> int:
        with self._shard_lock:
            return self._shard.count(CountRequest(filter=_edge_filter(selection)))

    def _facet(self, key: str, limit: int) -> dict[str, int]:
        with self._shard_lock:
            found = self._shard.facet(FacetRequest(key, limit=limit, exact=True))
        return {str(hit.value): hit.count for hit in found.hits}

    def _index_field(self, key: str, kind: FieldKind) -> None:
        self._update(UpdateOperation.create_field_index(key, field_schema(kind)))

    def _indexed_share(self) -> float:
        """Share of all vectors that have int8 copies."""
        stored = [EdgeFilter(must=[HasVectorCondition(name)]) for name in self._specs]
        with self._shard_lock:
            num_vectors = sum(self._shard.count(CountRequest(filter=having)) for having in stored)
            return self._shard.info().indexed_vectors_count / max(1, num_vectors)


def _approximate(limit: int) -> SearchParams:
    oversampling = max(OVERSAMPLING, _RESCORED / limit)
    return SearchParams(
        quantization=QuantizationSearchParams(rescore=True, oversampling=oversampling)
    )


def _edge_point(point: Point[P]) -> EdgePoint:
    vectors = {name: vector.tolist() for name, vector in point.vectors.items()}
    return EdgePoint(point.id, vectors, point.payload.fields())


def _edge_filter(selection: Selection) -> EdgeFilter | None:
    must = [_edge_condition(condition) for condition in selection.must]
    without = list(selection.without_videos)
    must_not = [FieldCondition("video_id", match=MatchAny(without))] if without else []
    return EdgeFilter(must=[*must], must_not=[*must_not]) if must or must_not else None


def _edge_condition(condition: Condition) -> FieldCondition:
    match condition:
        case InRange(key, at_least, below):
            return FieldCondition(key, range=RangeFloat(gte=at_least, lt=below))
        case IsFlag(key, value):
            # the binding takes a plain True for the integer 1, which matches no flag
            return FieldCondition(key, match=MatchValue(cast(bool, np.bool_(value))))
        case _:
            return FieldCondition(condition.key, match=MatchAny(list(condition.values)))
