"""Removing videos over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from segments.catalog import Catalog
from segments.library import Library
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.small_library import GATE, LOST, YARD, make_library
from tests.support.small_service import open_small_service


@pytest.fixture
def library(swift_path: Path) -> Library:
    library = make_library(swift_path / "library")
    track = AnomalyTrack("alan", np.array([0.1, 0.9], np.float32), np.array([0.0, 5.0]), end_s=10.0)
    TrackStore(library.tracks).append(GATE, track)
    for kept in (library.cache / GATE / "thumb.jpg", library.work / GATE / "0.npz"):
        kept.parent.mkdir(parents=True)
        kept.write_bytes(b"x")
    return library


@pytest.fixture
def client(library: Library) -> Iterator[TestClient]:
    with open_small_service(library.root) as opened:
        yield opened


def found(client: TestClient) -> set[str]:
    hits = client.post("/v1/search", json={"text": "fire"}).json()["hits"]
    return {hit["video_id"] for hit in hits}


def test_a_deletion_says_what_it_removed_and_removes_it(
    client: TestClient, library: Library
) -> None:
    assert found(client) == {GATE, YARD, LOST}
    answer = client.delete(f"/v1/videos/{GATE}")
    assert answer.json() == {
        "video_id": GATE,
        "sources": ["/footage/gate/a.mp4", "/footage/yard/copy of a.mp4"],
        "spaces": [
            {
                "space": "tiny",
                "points": 3,
                "tracks": ["alan"],
                "features": 1,
                "cached": 1,
            }
        ],
    }
    assert found(client) == {YARD, LOST}
    assert not any(path.name == GATE for path in library.root.rglob("*"))
    with Catalog(library) as catalog:
        assert (catalog.video(GATE), catalog.sources(GATE)) == (None, [])
    assert client.get(f"/v1/videos/{GATE}").status_code == 404
    assert client.delete(f"/v1/videos/{GATE}").status_code == 404
    row = client.get("/v1/audit", params={"action": "deletion"}).json()["entries"][0]
    assert row["what"].startswith(f"video {GATE}: ")
    assert row["num_results"] == 3


def test_a_locked_video_stays(client: TestClient, library: Library) -> None:
    client.post("/v1/cases", json={"name": "theft"})
    span = {"video_id": GATE, "start_s": 0.0, "end_s": 1.0}
    client.post("/v1/cases/1/hits", json={"findings": [span]})
    client.patch("/v1/cases/1", json={"is_locked": True})
    answer = client.delete(f"/v1/videos/{GATE}")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert "'theft'" in answer.json()["detail"]
    assert GATE in found(client)
    assert (library.cache / GATE / "thumb.jpg").exists()
    assert client.delete(f"/v1/videos/{YARD}").status_code == 200
    client.patch("/v1/cases/1", json={"is_locked": False})
    assert client.delete(f"/v1/videos/{GATE}").status_code == 200


def test_what_is_not_there_is_not_deleted(client: TestClient) -> None:
    assert client.delete(f"/v1/videos/{'f' * 64}").status_code == 404
    assert client.delete("/v1/videos/gate").status_code == 422
    assert client.delete("/v1/videos/..%2f..%2flibrary.json").status_code in (404, 422)
