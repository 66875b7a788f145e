"""`kill -9` in the middle of everything, and a store that goes away and comes back."""

import os
import shutil
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from indexer.inspection import find_problems
from segments.cases import Cases
from segments.library import Library
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from tests.support.feeding import BYTES, SPAN
from tests.support.processes import Served, serving
from tests.support.service import OpenService, index_footage
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

SOON = {"ingest_every_s": 0.05}


def half_an_upload(is_begun: threading.Event) -> Iterator[bytes]:
    """Bytes that do not end before the connection does."""
    yield bytes(1 << 16)
    is_begun.set()
    while True:
        threading.Event().wait(0.05)
        yield b"more"


def send(served: Served, path: str, is_begun: threading.Event) -> None:
    with suppress(httpx.HTTPError):
        httpx.post(served.url + path, content=half_an_upload(is_begun), headers=BYTES)


def write_notes(served: Served, case_id: int, is_begun: threading.Event) -> list[str]:
    """Notes that were answered, until no answer comes."""
    written: list[str] = []
    with suppress(httpx.HTTPError), httpx.Client(base_url=served.url) as client:
        while True:
            note = {"text": f"note {len(written)}"}
            client.post(f"/v1/cases/{case_id}/notes", json=note).raise_for_status()
            written.append(note["text"])
            if len(written) == 3:
                is_begun.set()
    return written


def leftovers(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != ".lock")


@pytest.mark.slow
def test_nothing_half_done_is_left_of_a_killed_service(
    indexed_library: Path, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(indexed_library, tmp_path / "library"))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    own = {"TMPDIR": temporary, "evidence_key": tmp_path / "key.pem", "min_free_bytes": 0, **SOON}
    begun = [threading.Event() for _ in range(3)]
    with ThreadPoolExecutor(4) as pool:
        with serving(root, tmp_path / "log", **own) as served:
            client = httpx.Client(base_url=served.url, timeout=60)
            video_id = client.get("/v1/videos").json()["videos"][0]["video_id"]
            case_id = client.post("/v1/cases", json={"name": "seen"}).json()["case_id"]
            findings = {"findings": [{"video_id": video_id, **SPAN}] * 100}
            client.post(f"/v1/cases/{case_id}/hits", json=findings).raise_for_status()
            pool.submit(send, served, "/v1/uploads", begun[0])
            pool.submit(send, served, "/v1/footage?name=a.mp4", begun[1])
            notes: Future[list[str]] = pool.submit(write_notes, served, case_id, begun[2])
            order = {"case_id": case_id, "exact": True}
            export = client.post("/v1/evidence/exports", json=order).json()["export_id"]
            new = write_video(tmp_path / "more" / "yard" / "20261103_100000.mp4", seconds=9, seed=7)
            index_footage(root, new.parent.parent)
            assert all(event.wait(60) for event in begun)
            wait_until(lambda: len(leftovers(temporary)) > 1)
            os.kill(served.process.pid, signal.SIGKILL)
            served.process.wait()
            client.close()
        written = notes.result()
    assert leftovers(temporary), "it was killed in the middle"
    with serving(root, tmp_path / "log", **own) as served:
        with httpx.Client(base_url=served.url, timeout=60) as client:
            assert client.get("/readyz").json()["status"] == "ready"
            assert leftovers(temporary) == []
            assert client.get(f"/v1/evidence/exports/{export}").status_code == 404
            case = client.get(f"/v1/cases/{case_id}").json()
            texts = [note["text"] for note in case["notes"]]
            assert texts[: len(written)] == written
            assert len(texts) <= len(written) + 1  # the last one may have been written unanswered
            assert len(case["hits"]) == 100
            assert client.get("/v1/audit/verification").json()["is_whole"]
            wait_until(lambda: client.get("/v1/library").json()["spooled_chunks"] == 0)
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(60)
    library = Library.open(root)
    OwnerLock.acquire(library.indexer_lock_file).release()  # nobody has it
    store = open_store(library)
    assert find_problems(library, store) == []
    store.close()
    with Cases(library) as cases:
        assert [case.name for case in cases.all()] == ["seen"]


def test_a_qdrant_server_that_does_not_answer_is_said_and_waited_for(service: OpenService) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # nobody listens: connections are refused
        client = service(store_url=f"http://127.0.0.1:{unused.getsockname()[1]}", **SOON)
        for path in ("/readyz", "/v1/library"):
            refused = client.get(path)
            assert (refused.status_code, refused.json()["code"]) == (503, "library-unavailable")
            assert refused.headers["retry-after"] == "2"
        refused = client.post("/v1/search", json={"text": "a person"})
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        assert client.get("/healthz").status_code == 200
        assert client.get("/v1/videos").json()["total"] == 3  # what needs no store is answered


def test_damage_in_the_spool_is_said_and_stops_nothing(service: OpenService) -> None:
    client = service(**SOON)
    library = Library.open(client.app.state.service.settings.library)  # type: ignore[attr-defined]
    assert client.get("/readyz").json()["checks"]["spool"] == "whole"
    library.spool.mkdir(exist_ok=True)
    name = f"{library.space}.{'d' * 64}.000000.npz"
    partial = library.spool / f".{name}"
    partial.write_bytes(b"PK\x03\x04 torn")
    partial.rename(library.spool / name)
    wait_until(lambda: client.get("/readyz").json()["checks"]["spool"] == "damaged")
    assert client.get("/readyz").status_code == 200
    assert [path.name for path in (library.spool / "damaged").iterdir()] == [name]
    assert "retrace_spool_damaged_chunks 1.0" in client.get("/metrics").text
    assert client.get("/v1/library").json()["spooled_chunks"] == 0
    assert client.post("/v1/search", json={"text": "a person"}).json()["hits"]
