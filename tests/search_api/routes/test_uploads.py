"""Uploads: what is taken, how long it is kept, and who may use it."""

import io
import shutil
import zlib
from pathlib import Path

import pytest
from PIL import Image
from starlette.testclient import TestClient

from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from search_api.service.settings import ServiceSettings
from search_api.service.uploads import Upload, UploadStore
from tests.search_api.routes.test_search import wav
from tests.support.service import OpenService, open_service

BYTES = {"content-type": "application/octet-stream"}
PLAYLISTS = (
    b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
    b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
)


def png(width: int, height: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(content, "PNG")
    return content.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is as wide and high as `side`."""
    content = png(1, 1)
    head = b"IHDR" + side.to_bytes(4) * 2 + content[24:29]
    return content[:12] + head + zlib.crc32(head).to_bytes(4) + content[33:]


def folder_of(client: TestClient) -> Path:
    return client.app.state.service.uploads.folder  # type: ignore[attr-defined]


def test_a_sound_is_known_by_its_content(client: TestClient) -> None:
    answer = client.post("/v1/uploads", content=wav(2.5), headers=BYTES)
    found = answer.json()
    assert (answer.status_code, found["kind"], found["duration_s"]) == (201, "sound", 2.5)
    assert found["size_bytes"] == len(wav(2.5)) == 80_044
    assert (found["width"], found["height"]) == (None, None)


def test_a_picture_is_known_by_its_content(client: TestClient) -> None:
    found = client.post("/v1/uploads", content=png(40, 30), headers=BYTES).json()
    assert (found["kind"], found["width"], found["height"]) == ("picture", 40, 30)
    answer = client.post("/v1/search", json={"image": found["upload_id"]})
    assert answer.status_code == 200
    assert answer.json()["hits"]
    wrong = client.post("/v1/search", json={"audio": found["upload_id"]})
    assert (wrong.status_code, wrong.json()["code"]) == (404, "no-upload")


def test_a_deleted_upload_is_gone(client: TestClient) -> None:
    sent = client.post("/v1/uploads", content=wav(1), headers=BYTES).json()["upload_id"]
    assert (folder_of(client) / sent).exists()
    assert client.delete(f"/v1/uploads/{sent}").status_code == 204
    assert not (folder_of(client) / sent).exists()
    again = client.delete(f"/v1/uploads/{sent}")
    assert (again.status_code, again.json()["code"]) == (404, "no-upload")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", wav(1)[:30], png(40, 30)[:40], *PLAYLISTS],
    ids=["empty", "text", "cut wav", "cut png", "hls", "concat", "svg", "sdp"],
)
def test_what_cannot_be_read_is_refused_and_not_kept(client: TestClient, content: bytes) -> None:
    before = set(folder_of(client).iterdir())
    answer = client.post("/v1/uploads", content=content, headers=BYTES)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable-media")
    assert str(folder_of(client)) not in answer.text
    assert set(folder_of(client).iterdir()) == before


def test_a_silent_sound_is_refused(client: TestClient) -> None:
    silent = wav(1)[:44] + bytes(32_000)
    answer = client.post("/v1/uploads", content=silent, headers=BYTES)
    assert (answer.status_code, answer.json()["code"]) == (422, "unanswerable")
    assert "silent" in answer.json()["detail"]


def test_only_plain_bytes_are_taken(client: TestClient) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = client.post("/v1/uploads", content=wav(1), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")


def test_every_limit_is_named_where_it_is_passed(service: OpenService) -> None:
    client = service(
        max_upload_bytes=100_000, max_image_pixels=1000, max_sound_s=1.5, max_uploads=1
    )
    pieces = (bytes(50_000) for _ in range(3))
    for content in (bytes(100_001), pieces):
        large = client.post("/v1/uploads", content=content, headers=BYTES)
        assert (large.status_code, large.json()["code"]) == (413, "too-large")
        assert "100000 bytes" in large.json()["detail"]
    for side, code in (
        (40, "unanswerable"),
        (12_000, "unanswerable"),
        (30_000, "unreadable-media"),
    ):
        refused = client.post("/v1/uploads", content=bomb(side), headers=BYTES).json()
        assert refused["code"] == code
        assert "1,000" in refused["detail"] or side == 30_000
    long = client.post("/v1/uploads", content=wav(2), headers=BYTES).json()
    assert "at most 1.5 s" in long["detail"]
    assert client.post("/v1/uploads", content=wav(1), headers=BYTES).status_code == 201
    full = client.post("/v1/uploads", content=wav(1), headers=BYTES)
    assert (full.status_code, full.json()["code"]) == (429, "too-many-uploads")
    assert full.headers["retry-after"]
    assert len(list(folder_of(client).iterdir())) == 1


def test_an_upload_is_its_senders_only(indexed_library: Path, tmp_path: Path) -> None:
    root = tmp_path / "library"
    shutil.copytree(indexed_library, root)
    with Keys(access_file(root)) as keys:
        tokens = [keys.create(name, Role.VIEWER)[1] for name in ("one", "other")]
    one, other = ({"authorization": f"Bearer {token}"} for token in tokens)
    with open_service(root) as client:
        sent = client.post("/v1/uploads", content=wav(1), headers=BYTES | one).json()["upload_id"]
        body = {"audio": sent, "sound_mode": "sound-to-video"}
        assert client.post("/v1/search", json=body, headers=other).status_code == 404
        assert client.delete(f"/v1/uploads/{sent}", headers=other).status_code == 404
        assert client.post("/v1/search", json=body, headers=one).status_code == 200


def test_uploads_end_after_their_time_and_with_the_service(tmp_path: Path) -> None:
    now = [1000.0]
    store = UploadStore(ServiceSettings(upload_lifetime_s=60), clock=lambda: now[0])
    store.start()
    path = store.new_path()
    path.write_bytes(b"sound")
    kept = Upload(path.name, None, "sound", path, 5, store.expiry())
    store.keep(kept)
    now[0] = 1059.0
    assert store.find(path.name, key_id=None) == kept
    now[0] = 1060.0
    store.new_path()
    assert not path.exists()
    folder = path.parent
    assert folder.stat().st_mode & 0o077 == 0
    store.stop()
    assert not folder.exists()
