"""Who has the library, and what the service does while it comes, goes and grows."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from segments.catalog import Catalog
from segments.errors import LibraryInUse
from segments.library import Library
from segments.store.edge import EdgeStore
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from tests.support.indexing import contents_of
from tests.support.service import (
    PATTERN,
    OpenService,
    index_footage,
    make_service_library,
    open_service,
    profile,
)
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[3]
SOON = {"ingest_every_s": 0.05}
WORDS = {"text": "a person runs", "limit": 100, "merge": False}


def library_of(client: TestClient) -> Path:
    return client.app.state.service.settings.library  # type: ignore[attr-defined]


def retrace(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli", *map(str, words)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def paths_found(client: TestClient) -> set[str]:
    hits = client.post("/v1/search", json=WORDS).json()["hits"]
    return {Path(hit["video"]).name for hit in hits}


@pytest.fixture
def root(indexed_library: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(indexed_library, tmp_path / "library"))


def test_the_store_is_the_services_from_start_to_stop(root: Path) -> None:
    library = Library.open(root)
    with open_service(root), pytest.raises(LibraryInUse, match=rf"\(pid {os.getpid()} "):
        open_store(library, wait_s=60)  # who stays is not waited for
    open_store(library).close()


def test_indexing_beside_the_service_hands_its_work_over(root: Path, tmp_path: Path) -> None:
    new = write_video(tmp_path / "more" / "yard" / "20261101_120000.mp4", seconds=8, seed=9)
    with open_service(root, **SOON) as client:
        assert new.name not in paths_found(client)
        ran = retrace("index", new.parent.parent, "--library", root, "--name-pattern", PATTERN)
        assert (ran.returncode, ran.stderr.count("in use")) == (0, 0), ran.stderr
        assert "another process owns the store" in ran.stdout
        wait_until(lambda: new.name in paths_found(client))
        assert client.get("/v1/library").json()["videos"] == 4
        assert list(Library.open(root).spool.glob("*.npz")) == []
    alone = make_service_library(tmp_path / "alone")
    index_footage(alone, new.parent.parent)
    ours, theirs = contents_of(root), contents_of(alone)
    assert ours["points"].keys() == theirs["points"].keys()
    assert ours["tracks"] == theirs["tracks"]
    assert ours["states"] == theirs["states"]
    assert ours["left over"] == []


def test_a_content_seen_elsewhere_is_found_there_and_an_overwritten_one_leaves(
    tmp_path: Path,
) -> None:
    root = make_service_library(tmp_path)
    gate, yard = tmp_path / "footage" / "gate", tmp_path / "footage" / "yard"
    shutil.copy(gate / "20261101_110000.mp4", yard / "20261101_130000.mp4")
    overwritten = write_video(gate / "20261101_100000.mp4", seconds=14, seed=5)
    with Catalog(Library.open(root)) as catalog:
        seen_twice = catalog.find(str(gate / "20261101_110000.mp4")).video_id
        lost = catalog.find(str(overwritten)).video_id
    with open_service(root, **SOON) as client:
        assert ids_at(client, "gate") == {seen_twice, lost}
        assert seen_twice not in ids_at(client, "yard")
        assert index_footage(root, gate, yard).handed_over
        wait_until(lambda: seen_twice in ids_at(client, "yard"))
        wait_until(lambda: lost not in ids_at(client, "gate"))
        assert len(ids_at(client, "gate")) == 2
        assert client.get("/v1/library").json()["videos"] == 3


def ids_at(client: TestClient, camera: str) -> set[str]:
    answer = client.post("/v1/search", json=WORDS | {"cameras": [camera]})
    return {hit["video_id"] for hit in answer.json().get("hits", [])}


@contextmanager
def other_owner(path: Path) -> Generator[subprocess.Popen[str]]:
    script = (
        "import sys, time; from pathlib import Path; from segments.store.lock import OwnerLock; "
        "lock = OwnerLock.acquire(Path(sys.argv[1])); print('owned', flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "owned\n"
        try:
            yield owner
        finally:
            owner.kill()


def test_while_another_process_has_the_store_there_is_nothing_to_search(root: Path) -> None:
    lock = Library.open(root).lock_file
    with other_owner(lock) as owner, open_service(root, **SOON) as client:
        assert client.get("/readyz").json()["errors"][0]["detail"] == "in-use"
        refused = client.post("/v1/search", json=WORDS)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
        owner.send_signal(signal.SIGKILL)
        wait_until(lambda: client.get("/readyz").status_code == 200)
        assert len(paths_found(client)) == 2  # two cameras use the same name for one of theirs


def test_a_library_that_comes_later_is_opened(indexed_library: Path, tmp_path: Path) -> None:
    root = tmp_path / "library"
    with open_service(root, **SOON) as client:
        assert client.get("/readyz").json()["errors"][0]["detail"] == "missing"
        shutil.copytree(indexed_library, tmp_path / "copy")
        (tmp_path / "copy").rename(root)
        wait_until(lambda: client.get("/readyz").status_code == 200)
        assert paths_found(client)


def test_an_empty_library_is_made_where_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "library"
    with open_service(folder, makes_library=True, profile="compact", **SOON) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/v1/library").json()["points"] == 0
    lines = map(json.loads, capsys.readouterr().out.splitlines())
    made = [line for line in lines if line["event"] == "library.made"]
    assert [(line["space"], line["folder"]) for line in made] == [("compact", str(folder))]
    assert Library.open(folder).spaces() == ["compact"]


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "holiday.txt").touch()
    with open_service(tmp_path, makes_library=True, **SOON) as client:
        assert client.get("/readyz").json()["errors"][0]["detail"] == "missing"
    assert [path.name for path in tmp_path.iterdir()] == ["holiday.txt"]


def test_a_library_that_is_taken_away_and_brought_back_is_opened_again(
    service: OpenService, tmp_path: Path
) -> None:
    client = service(**SOON)
    root = library_of(client)
    root.rename(tmp_path / "away")
    wait_until(lambda: client.get("/readyz").status_code == 503)
    assert client.post("/v1/search", json=WORDS).status_code == 503
    OwnerLock.acquire(Library(tmp_path / "away", "compact").lock_file).release()  # given back
    (tmp_path / "away").rename(root)
    wait_until(lambda: client.get("/readyz").status_code == 200)
    assert paths_found(client)


def test_models_that_are_not_here_are_said_and_tried_again(root: Path) -> None:
    from search_api.service.metrics import Metrics
    from search_api.service.owner import LibraryOwner
    from search_api.service.settings import ServiceSettings
    from segments.errors import WeightsMissing

    tries: list[str] = []

    def load(name: str):
        tries.append(name)
        if len(tries) < 3:
            raise WeightsMissing("pull them first")
        return profile(name)

    owner = LibraryOwner(ServiceSettings(library=root, **SOON), load, metrics=Metrics())
    owner.start()
    assert owner.state == "weights-missing"
    wait_until(lambda: owner.state == "ready")
    assert tries == ["compact"] * 3
    owner.stop()
    assert owner.state == "stopped"


def test_a_store_that_grew_is_optimised_until_the_service_stops(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, given_up = threading.Event(), threading.Event()

    def optimize(store: EdgeStore, stop: threading.Event) -> None:
        begun.set()
        if stop.wait(60):
            given_up.set()

    monkeypatch.setattr(EdgeStore, "optimize", optimize)
    with open_service(root, **SOON) as client:
        assert begun.wait(60)
        assert client.post("/v1/search", json=WORDS).status_code == 200
        assert not given_up.is_set()
    assert given_up.is_set()
    open_store(Library.open(root)).close()
