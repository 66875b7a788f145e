"""What only the server engine has: a network, a collection's name and its metadata."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from qdrant_client import QdrantClient, models

from segments.errors import IndexMismatch, LibraryError
from segments.store import server
from segments.store.server import ServerStore, collection_name
from tests.support.points import make_manifest, make_points

URL = "http://qdrant.invalid:6333"


@pytest.fixture
def shared_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[QdrantClient]:
    """One in-memory engine in place of the server at `URL`: what is made stays for the next one."""
    client = QdrantClient(":memory:")
    with monkeypatch.context() as context:
        context.setattr(client, "close", lambda: None)
        context.setattr(server, "connect", lambda url, api_key: client)
        yield client
    client.close()


@pytest.fixture
def indexed(shared_client: QdrantClient, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The payload fields that were indexed; the in-memory engine has no indexes and warns."""
    keys: list[str] = []
    monkeypatch.setattr(
        shared_client, "create_payload_index", lambda name, key, schema, wait: keys.append(key)
    )
    monkeypatch.setattr(server, "_EXACT", None)  # likewise: it has no search parameters
    return keys


def test_a_collection_is_made_once_and_opened(
    shared_client: QdrantClient, indexed: list[str]
) -> None:
    ServerStore.create(URL, make_manifest(), quantized=True)
    store = ServerStore.open(URL, make_manifest())
    store.upsert(make_points(9))
    ServerStore.create(URL, make_manifest())
    again = ServerStore.open(URL, make_manifest())
    assert again.count() == 9
    assert set(indexed) == {
        *("levels", "video_id", "cameras", "recorded_ms", "start_s", "has_audio"),
        "anomaly.alan",
    }
    config = shared_client.get_collection(collection_name(make_manifest())).config
    assert config.metadata == {"manifest": make_manifest().model_dump(mode="json")}
    assert isinstance(config.params.vectors, dict)
    assert {n: (v.size, v.distance) for n, v in config.params.vectors.items()} == {
        "alan": (16, models.Distance.DOT),
        "audio": (8, models.Distance.DOT),
    }


@pytest.mark.usefixtures("indexed")
def test_vectors_of_other_models_have_a_collection_of_their_own() -> None:
    other = make_manifest().model_copy(update={"default_alpha": 0.25})
    assert collection_name(other) != collection_name(make_manifest())
    assert collection_name(other).startswith("retrace-tiny-")
    ServerStore.create(URL, make_manifest())
    with pytest.raises(LibraryError, match="has no collection retrace-tiny-.+library copy --to"):
        ServerStore.open(URL, other)


@pytest.mark.usefixtures("indexed")
def test_a_collection_of_that_name_made_by_something_else(shared_client: QdrantClient) -> None:
    ServerStore.create(URL, make_manifest())
    other = make_manifest().model_copy(update={"default_alpha": 0.25})
    shared_client.update_collection(
        collection_name(make_manifest()), metadata={"manifest": other.model_dump(mode="json")}
    )
    with pytest.raises(IndexMismatch, match="default_alpha was 0.25, is 0.5 now"):
        ServerStore.open(URL, make_manifest())


def test_a_server_that_is_not_there() -> None:
    url = "http://127.0.0.1:9"
    with pytest.raises(LibraryError, match=f"{url} does not answer"):
        ServerStore.open(url, make_manifest())
    with pytest.raises(LibraryError, match=f"{url} does not answer"):
        ServerStore.create(url, make_manifest())


class _Refusing(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.end_headers()
        self.wfile.write(b"Must provide an API key")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


def test_a_server_that_refuses() -> None:
    with HTTPServer(("127.0.0.1", 0), _Refusing) as http:
        Thread(target=http.serve_forever, daemon=True).start()
        with pytest.raises(LibraryError, match="refuses: .*401"):
            ServerStore.open(f"http://127.0.0.1:{http.server_port}", make_manifest())
        http.shutdown()
