"""Sending footage: what is taken, where it is kept, what may be deleted."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from search_api.jobs.footage import FootageTable
from tests.support.jobs import (
    BYTES,
    make_fake_library,
    open_job_service,
    order,
    wait_for,
)
from tests.support.tiny_footage import write_video


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_video(tmp_path_factory.mktemp("video") / "x.mp4", seconds=4, seed=1).read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("footage")


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[TestClient]:
    with open_job_service(make_fake_library(folder), max_footage_bytes=50_000) as opened:
        yield opened


def send(client: TestClient, content: Any, name: str = "gate.mp4") -> Any:
    return client.post("/v1/footage", params={"name": name}, content=content, headers=BYTES)


def kept(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "library" / "footage").glob("*/*"))


def test_a_recording_is_kept_in_the_library_under_its_own_name(
    client: TestClient, folder: Path, video: bytes
) -> None:
    answer = send(client, video, "../gate/20261101_100000.mp4")
    found = answer.json()
    assert answer.status_code == 201
    assert (found["name"], found["size_bytes"]) == ("20261101_100000.mp4", len(video))
    assert (found["width"], found["height"], found["has_sound"]) == (64, 48, False)
    path = folder / "library" / "footage" / found["footage_id"] / found["name"]
    assert path.read_bytes() == video
    assert client.delete(f"/v1/footage/{found['footage_id']}").status_code == 204
    assert not path.parent.exists()
    assert client.delete(f"/v1/footage/{found['footage_id']}").status_code == 404


def test_the_first_footage_of_all_comes_by_request(tmp_path: Path, video: bytes) -> None:
    """There is no library yet: the service makes an empty one."""
    with open_job_service(tmp_path / "library", profile="fake") as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/library").json()["videos"] == 0
        search = client.post("/v1/search", json={"text": "a person"})
        assert (search.status_code, search.json()["code"]) == (409, "nothing-indexed")
        sent = send(client, video).json()["footage_id"]
        job = wait_for(client, order(client, footage=[sent])["job_id"])
        assert (job["state"], job["files"]["indexed"]) == ("done", 1)
        assert client.get("/v1/library").json()["videos"] == 1


@pytest.mark.parametrize("content", [b"", b"hello", b"#EXTM3U\nfile:///etc/passwd\n", b"\x00" * 99])
def test_what_is_no_footage_is_refused_and_not_kept(
    client: TestClient, folder: Path, content: bytes
) -> None:
    answer = send(client, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable-media")
    assert str(folder) not in answer.text
    assert kept(folder) == []


def test_limits_are_named_and_nothing_is_left(client: TestClient, folder: Path) -> None:
    pieces = (bytes(20_000) for _ in range(3))
    for content in (bytes(50_001), pieces):
        large = send(client, content)
        assert (large.status_code, large.json()["code"]) == (413, "too-large")
        assert "50000 bytes" in large.json()["detail"]
    assert kept(folder) == []


@pytest.mark.parametrize(
    ("params", "headers", "status"),
    [({}, BYTES, 422), ({"name": ""}, BYTES, 422), ({"name": "a"}, {"content-type": "a/b"}, 415)],
)
def test_a_name_is_needed_and_plain_bytes(
    client: TestClient, params: Any, headers: Any, status: int
) -> None:
    answer = client.post("/v1/footage", params=params, content=b"x", headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_full_disk_takes_no_footage(folder: Path, tmp_path: Path, video: bytes) -> None:
    with open_job_service(make_fake_library(tmp_path), min_free_bytes=2**40) as client:
        answer = send(client, video)
        assert (answer.status_code, answer.json()["code"]) == (507, "storage-full")
        assert kept(tmp_path) == []


def test_what_is_indexed_or_will_be_is_not_deleted(
    client: TestClient, folder: Path, video: bytes
) -> None:
    sent = send(client, video).json()["footage_id"]
    job = order(client, footage=[sent], camera="gate")
    refused = client.delete(f"/v1/footage/{sent}")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert wait_for(client, job["job_id"])["state"] == "done"
    (listed,) = client.get("/v1/videos", params={"camera": "gate"}).json()["videos"]
    assert listed["name"] == "gate.mp4"
    refused = client.delete(f"/v1/footage/{sent}")
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert client.delete(f"/v1/videos/{listed['video_id']}").status_code == 200
    assert client.delete(f"/v1/footage/{sent}").status_code == 204
    with FootageTable(folder / "library") as table:
        assert table.all() == []
