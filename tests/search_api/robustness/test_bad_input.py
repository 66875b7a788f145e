"""What no honest client sends: each is refused as a problem, at once, and leaves nothing behind."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from tests.support.service import OpenService

JSON = {"content-type": "application/json"}
BYTES = {"content-type": "application/octet-stream"}
SIDE = 60_000
OUTSIDE = ("../../etc/passwd", "..", "/etc/passwd", "C:\\windows", "\x00", "a\x00b", "~", "\udcff")
ENCODED = (
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "%252e%252e%252fetc%252fpasswd",
    "..%c0%af..%c0%afetc%c0%afpasswd",
    "..%5c..%5cetc%5cpasswd",
    "%00",
    "..;/..;/etc/passwd",
    "....//....//etc/passwd",
    "%ff%fe",
)
PLACES = (
    ("GET", "/v1/videos/{}"),
    ("DELETE", "/v1/videos/{}"),
    ("GET", "/v1/videos/{}/media"),
    ("GET", "/v1/videos/{}/clip?start_s=0&end_s=1"),
    ("GET", "/v1/videos/{}/frame?at_s=1"),
    ("GET", "/v1/videos/{}/thumbnail"),
    ("GET", "/v1/videos/{}/storyboard"),
    ("GET", "/v1/videos/" + "a" * 64 + "/curves/{}"),
    ("DELETE", "/v1/uploads/{}"),
    ("DELETE", "/v1/footage/{}"),
    ("GET", "/v1/jobs/{}"),
    ("GET", "/v1/jobs/{}/files"),
    ("GET", "/v1/jobs/{}/events"),
    ("POST", "/v1/jobs/{}/cancel"),
    ("POST", "/v1/jobs/{}/retry"),
    ("GET", "/v1/cases/{}"),
    ("DELETE", "/v1/cases/1/hits/{}"),
    ("GET", "/v1/evidence/exports/{}"),
    ("GET", "/v1/evidence/exports/{}/bundle"),
    ("DELETE", "/v1/keys/{}"),
)


def sent(client: TestClient, content: bytes | str, path: str = "/v1/search") -> tuple[int, str]:
    answer = client.post(path, content=content, headers=JSON)
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"text": "a", "text": "b"}', 422),
        ('{"text": "a", "weights": {"text": 1, "text": 2}}', 422),
        ('{"text": "a", "alpha": NaN}', 422),
        ('{"text": "a", "min_score": Infinity}', 422),
        ('{"text": "a", "min_score": -Infinity}', 422),
        ('{"text": "a", "min_score": 1e400}', 422),
        ('{"text": "a", "min_anomaly": {"alan": 1e308}}', 422),
        ('{"text": "a", "limit": 1' + "0" * 4000 + "}", 422),
        ('{"text": "a", "limit": 1' + "0" * 5000 + "}", 400),
        ('{"text": "a", "limit": 10.5}', 422),
        ('{"text": "a", "limit": "10"}', 422),
        ('{"text": "a", "limit": true}', 422),
        ('{"text": "a", "after": 5}', 422),
        ('{"text": "\\ud800"}', 422),
        ('{"text": "a", "cameras": ["\\udfff"]}', 422),
        ('{"\\ud800": 1}', 422),
        ('{"text": "a"', 422),
        ("", 422),
        ("null", 422),
        ("[1]", 422),
        ("[" * 100_000, 400),
        ('{"text":' * 50_000, 400),
        (b'{"text": "\xff"}', 400),
        (b"\x00", 422),
        (b" " * (10 << 20), 413),
        (b'{"text": "' + b"a" * (10 << 20) + b'"}', 413),
    ],
)
def test_json_that_means_nothing_or_two_things_is_refused(
    client: TestClient, body: bytes | str, status: int
) -> None:
    assert sent(client, body)[0] == status


def test_json_is_said_to_be_json(client: TestClient) -> None:
    body = json.dumps({"text": "a person"})
    for kind in ("text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense"):
        answer = client.post("/v1/search", content=body, headers={"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    unsaid = client.post("/v1/search", content=body)
    assert unsaid.status_code == 415
    for kind in ("application/json", "Application/JSON; charset=utf-8"):
        answer = client.post("/v1/search", content=body, headers={"content-type": kind})
        assert answer.status_code == 200


def test_words_of_any_script_and_control_characters_are_only_words(client: TestClient) -> None:
    for text in ("\x00", "a\x00b", "\u202e", "\U0001f525", "\ufeff", "'; DROP TABLE videos;--"):
        answer = client.post("/v1/search", json={"text": text})
        assert answer.status_code == 200, text
    for name in ("\x00", "\u202e", "'"):
        listed = client.get("/v1/videos", params={"name": name})
        assert listed.json() == {"videos": [], "total": 0, "next_cursor": None}


@pytest.mark.parametrize(("method", "path"), PLACES)
def test_no_path_leads_out(client: TestClient, method: str, path: str) -> None:
    for text in ENCODED:
        answer = client.request(method, path.format(text))
        assert answer.status_code in (404, 405, 422), (text, answer.text)
        assert "root:" not in answer.text
        assert answer.headers["content-type"] == "application/problem+json"


def test_no_path_of_a_job_leads_out_of_its_root(service: OpenService, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "link").symlink_to("/etc/passwd")
    (root / "folder").symlink_to(tmp_path)
    (tmp_path / "rooted").mkdir()
    client = service(roots=(root,))
    outside = [text.format(root=root) for text in OUTSIDE if text != "\udcff"]
    inside = ["link", "folder", "folder/library", "../rooted", "%2e%2e", "..%2f", "not there"]
    for path in (*outside, *(f"{root}/{name}" for name in inside), f"{root}ed", *ENCODED):
        answer = client.post("/v1/jobs", json={"paths": [path]})
        assert (answer.status_code, answer.json()["code"]) == (422, "outside-roots"), path
    assert client.get("/v1/jobs").json()["jobs"] == []


def png_bomb() -> bytes:
    """One that truly holds SIDE x SIDE pixels of nothing, in some kilobytes."""
    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(bytes(1 + SIDE // 8)) for _ in range(SIDE)) + rows.flush()
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def resized(kind: str) -> bytes:
    """A file of 16 x 16 pixels whose head says SIDE x SIDE."""
    file = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(file, kind)
    content, side = bytearray(file.getvalue()), struct.pack
    match kind:
        case "JPEG":
            at = content.index(b"\xff\xc0") + 5
            content[at : at + 4] = side(">HH", SIDE, SIDE)
        case "BMP":
            content[18:26] = side("<ii", SIDE, SIDE)
        case "GIF":
            content[6:10] = side("<HH", SIDE, SIDE)
        case _:
            raise AssertionError(kind)
    return bytes(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF"])
def test_a_picture_of_billions_of_pixels_is_not_opened(client: TestClient, kind: str) -> None:
    content = png_bomb() if kind == "PNG" else resized(kind)
    assert len(content) < 1 << 20
    answer = client.post("/v1/uploads", content=content, headers=BYTES)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in ("unanswerable", "unreadable-media")


def test_hours_of_silence_are_refused_by_their_length(client: TestClient) -> None:
    file = io.BytesIO()
    with av.open(file, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=8000, layout="mono")
        silence = np.zeros((1, 8000 * 60), np.int16)
        for _ in range(3 * 60):
            frame = av.AudioFrame.from_ndarray(silence, format="s16", layout="mono")
            frame.sample_rate = 8000
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert len(file.getvalue()) < 2 << 20
    answer = client.post("/v1/uploads", content=file.getvalue(), headers=BYTES)
    assert (answer.status_code, answer.json()["code"]) == (422, "unanswerable")
    assert "at most 600 s" in answer.json()["detail"] or "silent" in answer.json()["detail"]


def test_a_bundle_that_unpacks_to_gigabytes_is_refused(client: TestClient) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for name in ("manifest.json", "signature.json"):
            bundle.writestr(name, bytes(200 << 20))
    assert len(file.getvalue()) < 1 << 20
    kind = {"content-type": "application/zip"}
    answer = client.post("/v1/evidence/verification", content=file.getvalue(), headers=kind)
    assert answer.status_code in (200, 422), answer.text
    assert answer.status_code == 422 or not answer.json()["is_intact"]
