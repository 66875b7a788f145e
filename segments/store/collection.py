"""A collection on a Qdrant server: what it is called, how it is made, and how it is asked.

A collection is called `retrace-PROFILE-DIGEST`, the digest being of the manifest, which is also
kept as the collection's metadata: libraries made by the same models may share a collection (ids
name content), and no two kinds of vectors ever meet in one.
"""

import hashlib
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from segments.errors import LibraryError
from segments.manifest import SpaceManifest
from segments.payload import FieldKind

IN_MEMORY = ":memory:"
"""In place of a URL: a collection that lives as long as its store; slow beyond 10k points."""
_TIMEOUT_S = 60

_P = ParamSpec("_P")
_T = TypeVar("_T")

_INT8 = models.ScalarQuantization(
    scalar=models.ScalarQuantizationConfig(type=models.ScalarType.INT8, always_ram=True)
)
_FIELD_KINDS: dict[FieldKind, models.PayloadSchemaType | models.IntegerIndexParams] = {
    "keyword": models.PayloadSchemaType.KEYWORD,
    "integer": models.IntegerIndexParams(
        type=models.IntegerIndexType.INTEGER, lookup=False, range=True
    ),
    "float": models.PayloadSchemaType.FLOAT,
    "bool": models.PayloadSchemaType.BOOL,
}


def collection_name(manifest: SpaceManifest) -> str:
    """What the collection for these vectors is called on a server."""
    digest = hashlib.sha256(manifest.model_dump_json().encode()).hexdigest()
    return f"retrace-{manifest.profile}-{digest[:12]}"


def connect(url: str, api_key: str | None) -> QdrantClient:
    """A client, which has not spoken to the server yet."""
    if url == IN_MEMORY:
        return QdrantClient(IN_MEMORY)
    return QdrantClient(url=url, api_key=api_key, timeout=_TIMEOUT_S, check_compatibility=False)


def ask(url: str, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Calls, with what may go wrong at the server as a `LibraryError` that names it."""
    try:
        return call(*args, **kwargs)
    except ResponseHandlingException as error:
        raise LibraryError(f"the Qdrant server at {url} does not answer: {error}") from error
    except UnexpectedResponse as error:
        raise LibraryError(f"the Qdrant server at {url} refuses: {error}") from error


def make_collection(client: QdrantClient, manifest: SpaceManifest, quantized: bool) -> None:
    """Makes the collection for `manifest` where it is not there yet."""
    name = collection_name(manifest)
    if client.collection_exists(name):
        return
    client.create_collection(
        name,
        vectors_config={
            spec.name: models.VectorParams(size=spec.dim, distance=models.Distance.DOT)
            for spec in manifest.specs.values()
        },
        quantization_config=_INT8 if quantized else None,
        metadata={"manifest": manifest.model_dump(mode="json")},
    )


def require_collection(client: QdrantClient, url: str, manifest: SpaceManifest) -> set[str]:
    """The payload fields that are indexed in the collection.

    Raises:
        LibraryError: there is no such collection.
        IndexMismatch: it was made by something else than `manifest`.
    """
    name = collection_name(manifest)
    if not client.collection_exists(name):
        raise LibraryError(
            f"the server at {url} has no collection {name}: "
            f"fill it with `retrace library copy --to {url}`"
        )
    found = client.get_collection(name)
    stored = (found.config.metadata or {}).get("manifest")
    if stored is not None:  # servers before 1.16 keep no metadata; the name's digest says the same
        SpaceManifest.model_validate(stored).require_same(manifest)
    return set(found.payload_schema)


def index_field(client: QdrantClient, collection: str, key: str, kind: FieldKind) -> None:
    """Lets the server filter by a payload field without reading every point."""
    client.create_payload_index(collection, key, _FIELD_KINDS[kind], wait=True)
