"""A service whose points are on a server, beside the same library on disk."""

import json
import socket
from pathlib import Path

import pytest

from search_api.service.probe import main, probe
from segments.errors import LibraryInUse
from segments.library import Library
from segments.store.lock import OwnerLock
from tests.support.served import served
from tests.support.small_library import make_library
from tests.support.small_service import open_small_service, tiny_profile


def test_whoever_indexes_hands_its_work_over(tmp_path: Path):
    root = tmp_path / "library"
    library = make_library(root)
    with open_small_service(root, store_url=":memory:") as client:
        assert client.get("/readyz").status_code == 200
        with pytest.raises(LibraryInUse, match="in use by"):
            OwnerLock.acquire(library.lock_file)
    OwnerLock.acquire(Library.open(root).lock_file).release()


def test_a_server_that_is_away_leaves_the_library_free(tmp_path: Path):
    root = tmp_path / "library"
    library = make_library(root)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with open_small_service(root, store_url=f"http://127.0.0.1:{port}") as client:
        assert client.get("/readyz").status_code == 503
        OwnerLock.acquire(library.lock_file).release()


def test_the_probe_says_what_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    root = tmp_path / "library"
    with served(root, load_profile=tiny_profile) as url:
        port = int(url.rsplit(":", 1)[1])
        assert json.loads(probe(port) or "")["code"] == "library-unavailable"
        monkeypatch.setenv("RETRACE_PORT", str(port))
        assert main() == 1
        assert "there is no library yet" in capsys.readouterr().err


def test_the_probe_is_quiet_where_all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    root = tmp_path / "library"
    make_library(root)
    with served(root, load_profile=tiny_profile) as url:
        monkeypatch.setenv("RETRACE_PORT", url.rsplit(":", 1)[1])
        assert main() == 0
    assert main() == 1
