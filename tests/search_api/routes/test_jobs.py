"""Indexing jobs through HTTP, done by real processes with the fake profile."""

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
from starlette.testclient import TestClient

from search_api.access.roles import Role
from segments.catalog import Catalog
from segments.library import Library
from segments.store.lock import OwnerLock
from tests.support.jobs import (
    BYTES,
    get,
    make_fake_library,
    open_job_service,
    order,
    wait_for,
)
from tests.support.small_service import Headers, make_key
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

NOWHERE = "0" * 32


@dataclass(frozen=True)
class Place:
    client: TestClient
    folder: Path

    @property
    def footage(self) -> Path:
        return self.folder / "footage"

    @property
    def library(self) -> Library:
        return Library.open(self.folder / "library")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A service whose root holds two videos and a text that says it is one."""
    folder = tmp_path_factory.mktemp("jobs")
    write_video(folder / "footage" / "gate" / "20261101_100000.mp4", seconds=5, seed=1)
    write_video(folder / "footage" / "gate" / "20261101_110000.mp4", seconds=3, seed=2)
    (folder / "footage" / "gate" / "text.mp4").write_text("this is no video")
    write_video(folder / "outside" / "secret.mp4", seconds=2, seed=3)
    (folder / "footage" / "link").symlink_to(folder / "outside")
    (folder / "footage" / "link.mp4").symlink_to(folder / "outside" / "secret.mp4")
    with open_job_service(make_fake_library(folder), roots=(folder / "footage",)) as client:
        yield Place(client, folder)


@pytest.fixture(scope="module")
def done(place: Place) -> Any:
    """A job over the whole root that is over."""
    pattern = "{camera}/{start:%Y%m%d_%H%M%S}*"
    job = order(place.client, paths=[str(place.footage)], name_pattern=pattern, timezone="UTC")
    assert (job["state"], job["attempts"], job["files"]["total"]) == ("waiting", 0, 0)
    return wait_for(place.client, job["job_id"])


def events(text: str) -> list[tuple[int, str, Any]]:
    """Id, name and data of each event of a stream."""
    found = []
    for block in text.strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "data" in fields:
            found.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
    return found


def test_a_job_indexes_what_it_can_and_says_why_not_the_rest(place: Place, done: Any) -> None:
    assert (done["state"], done["attempts"], done["created_by"]) == ("done", 1, "local")
    counts = {name: done["files"][name] for name in ("total", "indexed", "known", "failed", "left")}
    assert counts == {"total": 3, "indexed": 2, "known": 0, "failed": 1, "left": 0}
    sizes = [path.stat().st_size for path in (place.footage / "gate").iterdir()]
    assert done["files"]["total_bytes"] == sum(sizes)
    assert (done["progress"]["share"], done["progress"]["footage_s"]) == (1.0, pytest.approx(8.0))
    (failure,) = done["failures"]
    assert failure["name"] == str(place.footage / "gate" / "text.mp4")
    assert failure["reason"].startswith("the file is not a media file that can be read")


def test_what_is_done_can_be_found_with_its_camera_and_time(place: Place, done: Any) -> None:
    with Catalog(place.library) as catalog:
        starts = {s.recorded_at.hour for s in catalog.sources() if s.camera and s.recorded_at}
        assert starts == {10, 11}
        assert catalog.cameras() == ["gate"]
    answer = place.client.post("/v1/search", json={"text": "x", "cameras": ["gate"]})
    assert {hit["camera"] for hit in answer.json()["hits"]} == {"gate"}


def test_links_out_of_the_root_are_not_followed(place: Place, done: Any) -> None:
    with Catalog(place.library) as catalog:
        assert not [s.path for s in catalog.sources() if "link" in s.path or "secret" in s.path]


def test_events_are_told_again_from_any_of_them_on(place: Place, done: Any) -> None:
    url = f"/v1/jobs/{done['job_id']}/events"
    told = place.client.get(url)
    assert told.headers["content-type"].startswith("text/event-stream")
    all_events = events(told.text)
    ids = [event_id for event_id, _, _ in all_events]
    assert ids == sorted(set(ids))
    assert [name for _, name, _ in all_events] == ["file"] * 3 + ["end"]
    assert all_events[-1][2] == done
    states = sorted(data["state"] for _, name, data in all_events if name == "file")
    assert states == ["failed", "indexed", "indexed"]
    rest = place.client.get(url, headers={"Last-Event-ID": str(ids[1])})
    assert events(rest.text) == all_events[2:]
    assert place.client.get(url, headers={"Last-Event-ID": str(ids[-1])}).status_code == 204
    assert place.client.get(url, headers={"Last-Event-ID": "x"}).status_code == 422


def test_files_come_page_by_page(place: Place, done: Any) -> None:
    url = f"/v1/jobs/{done['job_id']}/files"
    first = place.client.get(url, params={"limit": 2}).json()
    second = place.client.get(url, params={"limit": 2, "after": first["next_after"]}).json()
    names = [Path(file["name"]).name for page in (first, second) for file in page["files"]]
    assert names == ["20261101_100000.mp4", "20261101_110000.mp4", "text.mp4"]
    assert second["next_after"] is None
    failed = place.client.get(url, params={"state": "failed"}).json()["files"]
    assert failed == done["failures"]


def test_a_job_that_is_over_cannot_be_cancelled(place: Place, done: Any) -> None:
    answer = place.client.post(f"/v1/jobs/{done['job_id']}/cancel")
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_only_what_failed_is_done_again(place: Place, done: Any) -> None:
    text = place.footage / "gate" / "text.mp4"
    content = text.read_bytes()
    write_video(text, seconds=2, seed=9)
    answer = place.client.post(f"/v1/jobs/{done['job_id']}/retry")
    assert answer.status_code == 202
    again = wait_for(place.client, answer.json()["job_id"])
    text.write_bytes(content)
    assert (again["origin"], again["retry_of"]) == ("retry", done["job_id"])
    assert again["paths"] == [str(text)]
    assert (again["files"]["total"], again["files"]["indexed"]) == (1, 1)
    nothing = place.client.post(f"/v1/jobs/{again['job_id']}/retry")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "conflict")


def test_jobs_are_listed_the_newest_first(place: Place, done: Any) -> None:
    listed = place.client.get("/v1/jobs", params={"limit": 1}).json()
    times = [listed["jobs"][0]["created_at"]]
    while listed["next_before"]:
        params = {"limit": 1, "before": listed["next_before"]}
        listed = place.client.get("/v1/jobs", params=params).json()
        times.append(listed["jobs"][0]["created_at"])
    assert times == sorted(times, reverse=True)
    assert place.client.get("/v1/jobs", params={"state": "cancelled"}).json()["jobs"] == []
    (oldest,) = listed["jobs"]
    assert (oldest["job_id"], oldest["failures"]) == (done["job_id"], done["failures"])


@pytest.mark.parametrize(
    "path",
    [
        "/etc",
        "/etc/passwd",
        "ROOT/../outside",
        "ROOT/../outside/secret.mp4",
        "ROOT/gate/../../outside",
        "ROOT/%2e%2e/outside",
        "ROOT/..%2foutside",
        "ROOT/%2e%2e%2foutside",
        "ROOT/%252e%252e/outside",
        "ROOT/..%c0%af../outside",
        "ROOT/..\\outside",
        "ROOT/\uff0e\uff0e/outside",
        "ROOT/..;/outside",
        "ROOT/link",
        "ROOT/link/secret.mp4",
        "ROOT/link.mp4",
        "ROOT/gate/\u0000",
        "ROOT/gate\n",
        "ROOT/not there",
        "ROOT/" + "x" * 300,
        "ROOTx",
        "file://ROOT/gate",
        "~/gate",
        "gate",
        "..",
        "/proc/self/root",
        "LIBRARY",
        "LIBRARY/library.json",
    ],
)
def test_paths_outside_the_roots_are_refused_all_alike(place: Place, path: str) -> None:
    library = str(place.library.root)
    text = path.replace("ROOT", str(place.footage)).replace("LIBRARY", library)
    answer = place.client.post("/v1/jobs", json={"paths": [text]})
    found = answer.json()
    assert (answer.status_code, found["code"]) == (422, "outside-roots")
    assert found["errors"] == [
        {"field": "body.paths.0", "detail": "not there, or not under a root"}
    ]
    assert str(place.folder) not in answer.text


def test_what_could_keep_a_reader_waiting_is_refused(place: Place) -> None:
    pipe = place.footage / "pipe.mp4"
    os.mkfifo(pipe)
    answer = place.client.post("/v1/jobs", json={"paths": [str(pipe)]})
    pipe.unlink()
    assert answer.json()["code"] == "outside-roots"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid-request"),
        ({"paths": []}, "invalid-request"),
        ({"paths": [""]}, "invalid-request"),
        ({"paths": ["/x"], "footage": [NOWHERE]}, "invalid-request"),
        ({"paths": ["/x"] * 101}, "invalid-request"),
        ({"paths": ["/x"], "sources_csv": "/etc/passwd"}, "invalid-request"),
        ({"paths": "/x"}, "invalid-request"),
        ({"footage": ["../x"]}, "invalid-request"),
        ({"footage": [NOWHERE]}, "not-found"),
        ({"paths": ["/x"], "camera": "a\nb"}, "invalid-request"),
        ({"paths": ["/x"], "camera": ""}, "invalid-request"),
        ({"paths": ["/x"], "camera": None, "name_pattern": None}, "outside-roots"),
        ({"paths": ["/x"], "name_pattern": "{camera}" + "*" * 5}, "invalid-request"),
        ({"paths": ["/x"], "name_pattern": "{nothing}"}, "unanswerable"),
        ({"paths": ["/x"], "timezone": "Mars/Olympus"}, "unanswerable"),
        ({"paths": ["/x"], "timezone": "../../etc/passwd"}, "invalid-request"),
        ({"paths": ["ROOT"], "detectors": ["ghost"]}, "unanswerable"),
        ({"paths": ["/x"], "detectors": []}, "invalid-request"),
    ],
)
def test_orders_that_make_no_sense_are_refused(place: Place, body: Any, code: str) -> None:
    sent = json.loads(json.dumps(body).replace('"ROOT"', json.dumps(str(place.footage))))
    answer = place.client.post("/v1/jobs", json=sent)
    assert answer.json()["code"] == code
    assert answer.headers["content-type"] == "application/problem+json"
    assert "--" not in answer.json()["detail"] or code != "unanswerable"


def test_jobs_that_are_not_there_are_not_found(place: Place) -> None:
    for method, leaf in (("GET", ""), ("GET", "/files"), ("GET", "/events")):
        assert place.client.request(method, f"/v1/jobs/{NOWHERE}{leaf}").status_code == 404
    for leaf in ("/cancel", "/retry"):
        assert place.client.post(f"/v1/jobs/{NOWHERE}{leaf}").status_code == 404


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A root with a minute of footage, each batch of which takes half a second to index."""
    monkeypatch.setenv("RETRACE_TEST_BATCH_S", "0.5")
    write_video(tmp_path / "footage" / "a.mp4", seconds=60, seed=1)
    make_fake_library(tmp_path)
    return Place(None, tmp_path)  # type: ignore[arg-type]


def children() -> set[psutil.Process]:
    """Of this process; `multiprocessing` may have some of its own here, which other tests left."""
    return set(psutil.Process().children())


def test_a_job_at_work_is_cancelled_and_others_wait_their_turn(slow: Place) -> None:
    others, roots = children(), {"roots": (slow.footage,), "max_jobs_waiting": 2}
    with open_job_service(slow.library.root, **roots) as client:
        first = order(client, paths=[str(slow.footage)])["job_id"]
        wait_until(lambda: get(client, first)["progress"]["footage_s"] > 0)
        running = get(client, first)
        assert (running["state"], running["files"]["left"]) == ("running", 1)
        assert running["progress"]["current"] == str(slow.footage / "a.mp4")
        assert 0 < running["progress"]["share"] < 1
        (run,) = children() - others
        assert run.nice() == 10
        assert os.getpgid(run.pid) == run.pid
        waiting = [order(client, paths=[str(slow.footage)])["job_id"] for _ in range(2)]
        full = client.post("/v1/jobs", json={"paths": [str(slow.footage)]})
        assert (full.status_code, full.json()["code"]) == (429, "too-many-jobs")
        assert client.post(f"/v1/jobs/{waiting[1]}/cancel").json()["state"] == "cancelled"
        assert client.post(f"/v1/jobs/{first}/cancel").json()["state"] == "cancelling"
        assert wait_for(client, first)["state"] == "cancelled"
        assert get(client, waiting[0])["state"] in ("waiting", "running")
        (again,) = [client.post(f"/v1/jobs/{first}/retry")]
        assert again.json()["paths"] == [str(slow.footage / "a.mp4")]


def test_a_run_that_does_not_end_when_asked_is_ended(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf.py"
    deaf.write_text(
        "import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\ntime.sleep(600)\n"
    )
    root = make_fake_library(tmp_path)
    (tmp_path / "footage").mkdir()
    others, command = children(), (psutil.Process().exe(), str(deaf))
    settings = {"roots": (tmp_path / "footage",), "cancel_grace_s": 0.5}
    with open_job_service(root, command=command, **settings) as client:
        job_id = order(client, paths=[str(tmp_path / "footage")])["job_id"]
        wait_for(client, job_id, "running")
        client.post(f"/v1/jobs/{job_id}/cancel")
        assert wait_for(client, job_id)["state"] == "cancelled"
        assert children() == others


def test_a_run_that_dies_fails_its_job_and_its_files_can_be_done_again(slow: Place) -> None:
    others = children()
    with open_job_service(slow.library.root, roots=(slow.footage,)) as client:
        job_id = order(client, paths=[str(slow.footage)])["job_id"]
        wait_until(lambda: get(client, job_id)["progress"]["footage_s"] > 0)
        (run,) = children() - others
        os.kill(run.pid, signal.SIGKILL)
        dead = wait_for(client, job_id)
        assert dead["state"] == "failed"
        assert dead["reason"] == "its process was ended by signal 9 before its work was done"
        assert dead["files"]["left"] == 1


def test_a_job_waits_while_somebody_else_indexes(slow: Place, monkeypatch: Any) -> None:
    monkeypatch.setenv("RETRACE_TEST_BATCH_S", "0")
    with open_job_service(slow.library.root, roots=(slow.footage,)) as client:
        lock = OwnerLock.acquire(slow.library.indexer_lock_file, wait_s=5)
        job_id = order(client, paths=[str(slow.footage)])["job_id"]
        wait_until(lambda: get(client, job_id)["reason"] is not None)
        waiting = get(client, job_id)
        assert (waiting["state"], waiting["attempts"]) == ("waiting", 0)
        assert waiting["reason"] == "another process is indexing into the library"
        lock.release()
        assert wait_for(client, job_id)["state"] == "done"


def test_what_may_not_be_indexed_any_more_is_not_done_again(slow: Place) -> None:
    (slow.footage / "a.mp4").write_text("no video")
    with open_job_service(slow.library.root, roots=(slow.footage,)) as client:
        job_id = order(client, paths=[str(slow.footage)])["job_id"]
        failed = wait_for(client, job_id)
    assert (failed["state"], failed["reason"]) == ("failed", "none of its files could be indexed")
    with open_job_service(slow.library.root, roots=(slow.folder / "first",)) as client:
        refused = client.post(f"/v1/jobs/{job_id}/retry")
        assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


def test_without_roots_no_path_is_taken(tmp_path: Path) -> None:
    with open_job_service(make_fake_library(tmp_path)) as client:
        answer = client.post("/v1/jobs", json={"paths": [str(tmp_path / "first")]})
        assert (answer.status_code, answer.json()["code"]) == (422, "outside-roots")
        assert "none is" in answer.json()["detail"]


def test_new_files_of_a_watched_folder_become_jobs(tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    watching = {"watch": (f"{folder}=gate",), "watch_every_s": 0.05, "watch_looks": 2}
    with open_job_service(make_fake_library(tmp_path), **watching) as client:
        write_video(folder / ".hidden.mp4", seconds=2, seed=5)
        write_video(folder / "a.part.mp4", seconds=2, seed=6)
        write_video(folder / "a.mp4", seconds=2, seed=7)
        wait_until(lambda: client.get("/v1/jobs").json()["jobs"] != [])
        (job,) = client.get("/v1/jobs").json()["jobs"]
        found = wait_for(client, job["job_id"])
        assert (found["origin"], found["camera"], found["created_by"]) == (
            "watch",
            "gate",
            "watched folder",
        )
        assert found["paths"] == [str(folder / "a.mp4")]
        assert found["files"]["indexed"] == 1
        assert len(client.get("/v1/jobs").json()["jobs"]) == 1


@dataclass(frozen=True)
class Keys:
    admin: Headers
    investigator: Headers
    gate: Headers


@pytest.fixture(scope="module")
def keyed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient, Keys, Path]]:
    folder = tmp_path_factory.mktemp("keyed")
    write_video(folder / "footage" / "a.mp4", seconds=2, seed=1)
    root = make_fake_library(folder)
    keys = Keys(
        make_key(root, "admin", Role.ADMIN),
        make_key(root, "investigator", Role.INVESTIGATOR),
        make_key(root, "gate", Role.INVESTIGATOR, cameras=["gate"]),
    )
    limits = {"request_burst": 100_000}
    with open_job_service(root, roots=(folder / "footage",), **limits) as client:
        yield client, keys, folder


def send(client: TestClient, path: Path, headers: Headers) -> str:
    url = f"/v1/footage?name={path.name}"
    answer = client.post(url, content=path.read_bytes(), headers=headers | BYTES)
    assert answer.status_code == 201, answer.text
    return answer.json()["footage_id"]


def test_investigators_send_footage_and_admins_name_paths(keyed: Any) -> None:
    client, keys, folder = keyed
    named = {"paths": [str(folder / "footage")]}
    refused = client.post("/v1/jobs", json=named, headers=keys.investigator)
    assert (refused.status_code, refused.json()["code"]) == (403, "role-too-low")
    sent = send(client, folder / "footage" / "a.mp4", keys.investigator)
    done = order(client, keys.investigator, footage=[sent], camera="yard")
    done = wait_for(client, done["job_id"], headers=keys.investigator)
    assert (done["state"], done["paths"], done["footage"]) == ("done", ["a.mp4"], [sent])
    assert str(folder) not in json.dumps(done)
    assert order(client, keys.admin, **named)["created_by"] == "admin"


def test_a_key_of_some_cameras_adds_to_these_and_sees_its_own_jobs(keyed: Any) -> None:
    client, keys, folder = keyed
    video = write_video(folder / "b.mp4", seconds=2, seed=8)
    sent = send(client, video, keys.gate)
    for camera in (None, "yard"):
        body = {"footage": [sent], "camera": camera}
        refused = client.post("/v1/jobs", json=body, headers=keys.gate)
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid-request")
        assert "gate" in refused.json()["detail"]
    others = order(client, keys.admin, footage=[sent])["job_id"]
    wait_for(client, others, headers=keys.admin)
    own = order(client, keys.gate, footage=[sent], camera="gate")["job_id"]
    done = wait_for(client, own, headers=keys.gate)
    assert (done["files"]["indexed"], done["files"]["known"]) == (1, 0)
    assert get(client, own, keys.admin)["files"]["known"] == 1
    url = f"/v1/jobs/{own}/files"
    assert len(client.get(url, params={"state": "indexed"}, headers=keys.gate).json()["files"]) == 1
    assert client.get(url, params={"state": "known"}, headers=keys.gate).json()["files"] == []
    listed = client.get("/v1/jobs", headers=keys.gate).json()["jobs"]
    assert [job["job_id"] for job in listed] == [own]
    for leaf in ("", "/files", "/events"):
        assert client.get(f"/v1/jobs/{others}{leaf}", headers=keys.gate).status_code == 404
    for leaf in ("/cancel", "/retry"):
        assert client.post(f"/v1/jobs/{others}{leaf}", headers=keys.gate).status_code == 404
        answer = client.post(f"/v1/jobs/{others}{leaf}", headers=keys.investigator)
        assert (answer.status_code, answer.json()["code"]) == (403, "role-too-low")


def test_footage_is_its_senders_only(keyed: Any) -> None:
    client, keys, folder = keyed
    sent = send(client, write_video(folder / "c.mp4", seconds=2, seed=9), keys.investigator)
    body = {"footage": [sent], "camera": "gate"}
    assert client.post("/v1/jobs", json=body, headers=keys.gate).status_code == 404
    assert client.delete(f"/v1/footage/{sent}", headers=keys.gate).status_code == 404
    assert client.delete(f"/v1/footage/{sent}", headers=keys.investigator).status_code == 204
    assert not (folder / "library" / "footage" / sent).exists()


def test_jobs_stand_in_the_log(keyed: Any) -> None:
    client, keys, folder = keyed
    job_id = order(client, keys.admin, paths=[str(folder / "footage")])["job_id"]
    entries = client.get("/v1/audit", params={"action": "job"}, headers=keys.admin).json()[
        "entries"
    ]
    assert entries[0]["what"].startswith(f"job {job_id}: ")
    assert entries[0]["key_name"] == "admin"
