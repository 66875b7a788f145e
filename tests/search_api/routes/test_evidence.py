"""Bundles over HTTP, of one recording that gate saw."""

import io
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from search_api.access.roles import Role
from search_api.evidence import exports, signing
from search_api.evidence.exports import Export, ExportDesk, Progress, TooManyExports
from search_api.evidence.manifest import MANIFEST, BundleManifest
from segments.catalog import Catalog, SourceRecord
from segments.errors import MediaError
from segments.library import Library
from tests.support.evidence import make_case_library, write_recording
from tests.support.small_service import Headers, make_key, open_small_service

EXPORTS, CHECK = "/v1/evidence/exports", "/v1/evidence/verification"
DEADLINE_S = 60.0


@pytest.fixture
def root(tmp_path: Path) -> Path:
    recording = write_recording(tmp_path / "footage" / "gate.mp4")
    return make_case_library(tmp_path / "library", recording)[0].root


@pytest.fixture
def client(root: Path, tmp_path: Path) -> Iterator[TestClient]:
    with open_small_service(root, evidence_key=tmp_path / "keys" / "evidence.pem") as opened:
        yield opened


def wait(client: TestClient, export_id: str, headers: Headers | None = None) -> dict[str, Any]:
    until = time.monotonic() + DEADLINE_S
    while time.monotonic() < until:
        state = client.get(f"{EXPORTS}/{export_id}", headers=headers).json()
        if state["state"] in ("done", "failed"):
            return state
        time.sleep(0.02)
    raise AssertionError("the export does not end")


def export(
    client: TestClient, asked: dict[str, Any], headers: Headers | None = None
) -> dict[str, Any]:
    begun = client.post(EXPORTS, json=asked, headers=headers)
    assert begun.status_code == 202
    return wait(client, begun.json()["export_id"], headers)


def span(client: TestClient, **fields: Any) -> dict[str, Any]:
    video_id = client.get("/v1/cases/1").json()["hits"][0]["video_id"]
    return {"video_id": video_id, "start_s": 0.5, "end_s": 1.0, **fields}


def manifest(bundle: bytes) -> BundleManifest:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return BundleManifest.model_validate_json(archive.read(MANIFEST))


def test_a_case_is_exported_fetched_once_and_proven(client: TestClient) -> None:
    done = export(client, {"case_id": 1})
    url = f"{EXPORTS}/{done['export_id']}/bundle"
    assert (done["state"], done["num_gathered"], done["num_findings"]) == ("done", 1, 1)
    fetched = client.get(url)
    assert fetched.headers["content-type"] == "application/zip"
    assert int(fetched.headers["content-length"]) == done["size_bytes"] == len(fetched.content)
    assert client.get(url).status_code == 404
    says = manifest(fetched.content)
    assert says.case is not None
    assert (says.case.name, len(says.items)) == ("theft", 1)
    key = client.get("/v1/evidence/key").json()
    assert "BEGIN PUBLIC KEY" in key["public_key"]
    params = {"fingerprint": key["fingerprint"]}
    proven = client.post(CHECK, content=fetched.content, params=params).json()
    assert (proven["is_intact"], proven["is_proven"]) == (True, True)
    assert proven["num_files"] == len(says.files)
    actions = [row["action"] for row in client.get("/v1/audit").json()["entries"]]
    assert actions.count("export") == 2


def test_an_altered_bundle_is_caught_to_the_file(client: TestClient) -> None:
    done = export(client, {"case_id": 1})
    bundle = client.get(f"{EXPORTS}/{done['export_id']}/bundle").content
    altered = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as old, zipfile.ZipFile(altered, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content[:-1] + b"x" if name.endswith("clip.mp4") else content)
    verdict = client.post(CHECK, content=altered.getvalue()).json()
    assert verdict["altered"] == ["items/001/clip.mp4"]
    assert (verdict["is_intact"], verdict["is_proven"]) == (False, False)


def test_a_bundle_that_is_none(client: TestClient) -> None:
    answer = client.post(CHECK, content=b"PK nonsense")
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable-media")
    assert answer.json()["detail"].startswith("the bundle is no whole ZIP file")
    wrong = client.post(CHECK, content=b"", params={"fingerprint": "../../etc/passwd"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid-request")


def test_a_bundle_that_is_too_large(root: Path) -> None:
    with open_small_service(root, max_bundle_bytes=1000) as client:
        answer = client.post(CHECK, content=b"x" * 1001)
        chunked = client.post(CHECK, content=iter([b"x" * 600, b"x" * 600]))
    for refused in (answer, chunked):
        assert (refused.status_code, refused.json()["code"]) == (413, "too-large")
        assert "1000 bytes" in refused.json()["detail"]


def test_a_span_is_exported(client: TestClient) -> None:
    done = export(client, {"span": span(client, note="mine"), "exact": True})
    says = manifest(client.get(f"{EXPORTS}/{done['export_id']}/bundle").content)
    assert says.case is None
    assert (says.items[0].finding.note, says.items[0].clip.method) == ("mine", "encode")


def test_what_cannot_be_exported(client: TestClient) -> None:
    for asked in (
        {},
        {"case_id": 1, "span": span(client)},
        {"hit_ids": [1]},
        {"case_id": 0},
        {"case_id": 1, "colour": "red"},
    ):
        assert client.post(EXPORTS, json=asked).status_code == 422
    assert client.post(EXPORTS, json={"case_id": 9}).status_code == 404
    assert client.post(EXPORTS, json={"case_id": 1, "hit_ids": [9]}).status_code == 404
    absent = span(client, video_id="f" * 64)
    assert client.post(EXPORTS, json={"span": absent}).status_code == 404
    late = client.post(EXPORTS, json={"span": span(client, end_s=99.0)})
    assert (late.status_code, late.json()["code"]) == (422, "unanswerable")
    client.post("/v1/cases", json={"name": "empty"})
    empty = client.post(EXPORTS, json={"case_id": 2})
    assert (empty.status_code, empty.json()["code"]) == (422, "unanswerable")


def test_a_changed_recording_fails_and_says_so(client: TestClient, tmp_path: Path) -> None:
    recording = tmp_path / "footage" / "gate.mp4"
    content = bytearray(recording.read_bytes())
    content[-1] ^= 1
    recording.write_bytes(content)
    failed = export(client, {"case_id": 1})
    assert failed["state"] == "failed"
    assert "was changed since it was indexed" in failed["reason"]
    fetched = client.get(f"{EXPORTS}/{failed['export_id']}/bundle")
    assert (fetched.status_code, fetched.json()["code"]) == (409, "conflict")


def test_a_bundle_is_for_the_key_that_had_it_made(client: TestClient, root: Path) -> None:
    one, other = (make_key(root, name, Role.INVESTIGATOR) for name in ("one", "other"))
    done = export(client, {"case_id": 1}, one)
    url = f"{EXPORTS}/{done['export_id']}"
    for method, path in (("GET", ""), ("GET", "/bundle"), ("DELETE", "")):
        assert client.request(method, f"{url}{path}", headers=other).status_code == 404
    signed = client.post("/v1/signed-urls", json={"urls": [f"{url}/bundle"]}, headers=one)
    assert client.get(signed.json()["urls"][0]["url"]).status_code == 200


def test_a_scoped_bundle_tells_of_nowhere_else(client: TestClient, root: Path) -> None:
    video_id = span(client)["video_id"]
    with Catalog(Library.open(root)) as catalog:
        copy = SourceRecord(video_id=video_id, path="/secret/yard.mp4", camera="yard")
        catalog.add_source(copy)
    gate = make_key(root, "gate", Role.INVESTIGATOR, cameras=["gate"])
    yard = make_key(root, "yard", Role.INVESTIGATOR, cameras=["attic"])
    done = export(client, {"case_id": 1}, gate)
    bundle = client.get(f"{EXPORTS}/{done['export_id']}/bundle", headers=gate).content
    places = manifest(bundle).items[0].source.places
    assert [(place.camera, place.name) for place in places] == [("gate", "gate.mp4")]
    assert b"yard" not in bundle
    assert client.post(EXPORTS, json={"case_id": 1}, headers=yard).status_code == 404


class Making:
    """A bundle that is made when the test says so."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()

    def __call__(self, path: Path, progress: Progress) -> None:
        self.begun.set()
        assert self.go_on.wait(DEADLINE_S)
        progress(1)
        path.write_bytes(b"bundle")


@pytest.fixture
def desk() -> Iterator[ExportDesk]:
    opened = ExportDesk()
    yield opened
    opened.stop()


def ended(made: Export) -> str:
    until = time.monotonic() + DEADLINE_S
    while made.state not in ("done", "failed") and time.monotonic() < until:
        time.sleep(0.005)
    return made.state


def test_bundles_are_made_one_after_the_other(desk: ExportDesk) -> None:
    first, second = Making(), Making()
    exported = [desk.start(make, owner="k", num_findings=1) for make in (first, second)]
    assert first.begun.wait(DEADLINE_S)
    assert [one.state for one in exported] == ["running", "waiting"]
    first.go_on.set()
    assert second.begun.wait(DEADLINE_S)
    second.go_on.set()
    assert [ended(one) for one in exported] == ["done", "done"]
    assert [one.size_bytes for one in exported] == [6, 6]


def test_an_interrupted_fetching_may_be_repeated(desk: ExportDesk) -> None:
    making = Making()
    making.go_on.set()
    made = desk.start(making, owner="k", num_findings=1)
    assert ended(made) == "done"
    assert [desk.claim(made), desk.claim(made)] == [True, False]
    desk.release(made, is_whole=False)
    assert desk.claim(made)
    desk.release(made, is_whole=True)
    assert desk.find(made.export_id, owner="k") is None
    assert not made.path.exists()


def test_a_deleted_bundle_is_not_made(desk: ExportDesk) -> None:
    making, next_one = Making(), Making()
    made = desk.start(making, owner="k", num_findings=1)
    assert making.begun.wait(DEADLINE_S)
    desk.delete(made)
    following = desk.start(next_one, owner="k", num_findings=1)
    making.go_on.set()
    next_one.go_on.set()
    assert ended(following) == "done"
    assert (made.state, made.path.exists()) == ("running", False)


def test_only_so_many_are_kept_and_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_KEPT", 1)
    now = [1000.0]
    desk, making = ExportDesk(clock=lambda: now[0]), Making()
    making.go_on.set()
    made = desk.start(making, owner="k", num_findings=1)
    assert ended(made) == "done"
    with pytest.raises(TooManyExports):
        desk.start(making, owner="k", num_findings=1)
    now[0] += exports.LIFETIME_S + 1
    assert desk.find(made.export_id, owner="k") is None
    assert ended(desk.start(making, owner="k", num_findings=1)) == "done"
    desk.stop()


def test_a_failure_says_why_and_a_bug_says_nothing(desk: ExportDesk) -> None:
    def gone(path: Path, progress: Progress) -> None:
        raise MediaError("the file is gone")

    def bug(path: Path, progress: Progress) -> None:
        raise ZeroDivisionError("/secret/path")

    failed = [desk.start(make, owner="k", num_findings=1) for make in (gone, bug)]
    assert [ended(one) for one in failed] == ["failed", "failed"]
    assert failed[0].reason == "the file is gone"
    assert "secret" not in str(failed[1].reason)


def test_a_fingerprint_has_one_form() -> None:
    digits = "0123456789abcdef" * 4
    grouped = ":".join(digits[at : at + 4] for at in range(0, 64, 4))
    assert (
        signing.parse_fingerprint(digits.upper()) == grouped == signing.parse_fingerprint(grouped)
    )
