"""The server engine: a collection on a Qdrant server or cluster, or in memory for tests."""

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from typing import Any, ParamSpec, TypeVar

from qdrant_client import QdrantClient, models

from segments.errors import LibraryError
from segments.manifest import SpaceManifest
from segments.payload import FieldKind, Payload, SegmentPayload
from segments.store.base import Match, P, Point
from segments.store.collection import (
    IN_MEMORY,
    ask,
    collection_name,
    connect,
    index_field,
    make_collection,
    require_collection,
)
from segments.store.filters import Condition, InRange, IsFlag, Selection
from segments.store.point_store import HNSW_EF, OVERSAMPLING, Nearest, PointStore
from segments.vectors import VectorSpec

_PAYLOAD_BATCH = 500

_P = ParamSpec("_P")
_T = TypeVar("_T")

_EXACT = models.SearchParams(exact=True, quantization=models.QuantizationSearchParams(ignore=True))
_APPROXIMATE = models.SearchParams(
    hnsw_ef=HNSW_EF,
    quantization=models.QuantizationSearchParams(rescore=True, oversampling=OVERSAMPLING),
)


class ServerStore(PointStore[P]):
    """Points in a collection. Any number of processes may use it."""

    @classmethod
    def create(
        cls,
        url: str,
        manifest: SpaceManifest,
        *,
        api_key: str | None = None,
        quantized: bool = False,
        payload: type[Payload] = SegmentPayload,
    ) -> None:
        """Makes the collection for `manifest` where it is not there yet.

        Args:
            payload: what its points will carry.

        Raises:
            LibraryError: the server does not answer, or refuses.
        """
        client = connect(url, api_key)
        try:
            ask(url, make_collection, client, manifest, quantized)
            if url != IN_MEMORY:
                for key, kind in payload.INDEXES.items():
                    ask(url, index_field, client, collection_name(manifest), key, kind)
        finally:
            client.close()

    @classmethod
    def open(
        cls,
        url: str,
        manifest: SpaceManifest,
        *,
        api_key: str | None = None,
        payload: type[P] = SegmentPayload,
    ) -> "ServerStore[P]":
        """Connects to the collection that `create` made; `:memory:` makes a new one.

        Args:
            payload: what its points carry: `ServerStore[X].open(..., payload=X)`.

        Raises:
            LibraryError: the server does not answer, or has no such collection.
            IndexMismatch: the collection was made by something else than `manifest`.
        """
        client = connect(url, api_key)
        try:
            if url == IN_MEMORY:
                make_collection(client, manifest, quantized=False)
            indexed = ask(url, require_collection, client, url, manifest)
        except LibraryError:
            client.close()
            raise
        return cls(client, url, collection_name(manifest), manifest.specs, indexed, payload)

    def __init__(
        self,
        client: QdrantClient,
        url: str,
        collection: str,
        specs: Mapping[str, VectorSpec],
        indexed: set[str],
        payload: type[P],
    ) -> None:
        super().__init__(specs, indexed, payload)
        self._client = client
        self._url = url
        self._collection = collection

    def optimize(self, stop: Event | None = None) -> None:
        """A no-op: a server builds its index by itself."""

    def close(self) -> None:
        self._client.close()

    def _call(self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        return ask(self._url, call, *args, **kwargs)

    def _write(self, points: Sequence[Point[P]]) -> None:
        records = [
            models.PointStruct(
                id=point.id,
                vector={name: vector.tolist() for name, vector in point.vectors.items()},
                payload=point.payload.fields(),
            )
            for point in points
        ]
        self._call(self._client.upsert, self._collection, records, wait=True)

    def _settle(self) -> None:
        """Nothing to do: the server answers a write (`wait=True`) when it is in its log."""

    def _nearest(self, nearest: Nearest, limit: int) -> list[Match[P]]:
        params = _EXACT if nearest.exact else _APPROXIMATE
        found = self._call(
            self._client.query_points,
            self._collection,
            query=nearest.query,
            using=nearest.vector_name,
            query_filter=_server_filter(nearest.selection),
            search_params=None if self._url == IN_MEMORY else params,
            limit=limit,
            with_payload=True,
            with_vectors=nearest.with_vectors,
        )
        return [
            Match(self._point(hit.id, hit.vector, hit.payload), hit.score) for hit in found.points
        ]

    def _retrieve(self, ids: Sequence[str], with_vectors: bool) -> list[Point[P]]:
        records = self._call(
            self._client.retrieve, self._collection, list(ids), with_vectors=with_vectors
        )
        return [self._point(record.id, record.vector, record.payload) for record in records]

    def _scroll(
        self, selection: Selection, offset: str | None, limit: int, with_vectors: bool
    ) -> tuple[list[Point[P]], str | None]:
        records, following = self._call(
            self._client.scroll,
            self._collection,
            scroll_filter=_server_filter(selection),
            offset=offset,
            limit=limit,
            with_payload=True,
            with_vectors=with_vectors,
        )
        points = [self._point(record.id, record.vector, record.payload) for record in records]
        return points, None if following is None else str(following)

    def _set_payloads(self, updates: Sequence[tuple[list[str], dict[str, Any]]]) -> None:
        operations = [
            models.SetPayloadOperation(
                set_payload=models.SetPayload(payload=payload, points=list(ids))
            )
            for ids, payload in updates
        ]
        for start in range(0, len(operations), _PAYLOAD_BATCH):
            batch = operations[start : start + _PAYLOAD_BATCH]
            self._call(self._client.batch_update_points, self._collection, batch, wait=True)

    def _erase(self, selection: Selection) -> None:
        condition = _server_filter(selection)
        assert condition is not None, "an empty filter is refused above"
        selector = models.FilterSelector(filter=condition)
        self._call(self._client.delete, self._collection, selector, wait=True)

    def _count(self, selection: Selection) -> int:
        condition = _server_filter(selection)
        return self._call(self._client.count, self._collection, condition, exact=True).count

    def _facet(self, key: str, limit: int) -> dict[str, int]:
        found = self._call(self._client.facet, self._collection, key, limit=limit, exact=True)
        return {str(hit.value): hit.count for hit in found.hits}

    def _index_field(self, key: str, kind: FieldKind) -> None:
        if self._url != IN_MEMORY:  # which has no indexes
            self._call(index_field, self._client, self._collection, key, kind)


def _server_filter(selection: Selection) -> models.Filter | None:
    must: list[models.Condition] = [_server_condition(one) for one in selection.must]
    must_not: list[models.Condition] = []
    if selection.without_videos:
        excluded = models.MatchAny(any=list(selection.without_videos))
        must_not = [models.FieldCondition(key="video_id", match=excluded)]
    return models.Filter(must=must, must_not=must_not) if must or must_not else None


def _server_condition(condition: Condition) -> models.FieldCondition:
    match condition:
        case InRange(key, at_least, below):
            return models.FieldCondition(key=key, range=models.Range(gte=at_least, lt=below))
        case IsFlag(key, value):
            return models.FieldCondition(key=key, match=models.MatchValue(value=value))
        case _:
            values = list(condition.values)
            return models.FieldCondition(key=condition.key, match=models.MatchAny(any=values))
