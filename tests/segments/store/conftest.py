"""One store fixture, three engines behind it."""

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from segments.store.base import VectorStore
from segments.store.edge import EdgeStore
from segments.store.server import ServerStore, collection_name
from tests.support.points import make_manifest


@pytest.fixture(params=["edge", "memory", pytest.param("server", marks=pytest.mark.qdrant)])
def store(request: pytest.FixtureRequest, swift_path: Path) -> Iterator[VectorStore]:
    opened = {"edge": open_edge, "memory": open_memory, "server": open_server}[request.param]
    yield from opened(swift_path)


def open_edge(folder: Path) -> Iterator[VectorStore]:
    specs = make_manifest().specs
    EdgeStore.create(folder / "edge", specs)
    store = EdgeStore.open(folder / "edge", specs)
    yield store
    store.close()


def open_memory(folder: Path) -> Iterator[VectorStore]:
    store = ServerStore.open(":memory:", make_manifest())
    yield store
    store.close()


def open_server(folder: Path) -> Iterator[VectorStore]:
    url = os.environ.get("RETRACE_QDRANT_URL")
    if url is None:
        pytest.skip("no Qdrant server: set RETRACE_QDRANT_URL")
    manifest = make_manifest(profile=f"test-{uuid4().hex[:8]}")
    ServerStore.create(url, manifest)
    store = ServerStore.open(url, manifest)
    yield store
    store._client.delete_collection(collection_name(manifest))
    store.close()
