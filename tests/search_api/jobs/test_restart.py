"""A service is killed with -9 while it has footage indexed; the next one goes on with the job."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from search_api.jobs.processes import COMMAND
from search_api.jobs.table import JobTable
from tests.support.indexing import contents_of
from tests.support.jobs import OVER, SLOW_RETRACE, make_fake_library
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow
ENVIRONMENT = {
    **os.environ,
    "OMP_NUM_THREADS": "1",  # as many threads, or the last bits differ
    "RETRACE_JOB_THREADS": "1",
    "RETRACE_INGEST_EVERY_S": "0.1",
}


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video of one chunk, and one of three."""
    folder = tmp_path_factory.mktemp("footage")
    write_video(folder / "a.mp4", seconds=3, seed=1)
    write_video(folder / "b.mp4", seconds=50, seed=2, sound=True)
    return folder


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_fake_library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def undisturbed(library: Path, footage: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    root = Path(shutil.copytree(library, tmp_path_factory.mktemp("undisturbed") / "library"))
    command = [sys.executable, SLOW_RETRACE, "index", str(footage), "--library", str(root)]
    subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)
    return contents_of(root)


@contextmanager
def serving(root: Path, footage: Path, *, batch_s: float) -> Iterator[tuple[int, httpx.Client]]:
    """`retrace serve` in a process of its own: its id, and a client of it."""
    log = root.parent / "serve.log"
    with log.open("wb") as file:
        service = subprocess.Popen(
            [sys.executable, SLOW_RETRACE, "serve", str(root), "--port", "0", "--root", footage],
            env=ENVIRONMENT | {"RETRACE_TEST_BATCH_S": str(batch_s)},
            stdout=file,
            stderr=file,
        )
    try:
        wait_until(lambda: b"listening at" in log.read_bytes() or service.poll() is not None)
        found = re.search(r"listening at (\S+)", log.read_text())
        assert found, log.read_text()
        with httpx.Client(base_url=found[1]) as client:
            yield service.pid, client
    finally:
        if service.poll() is None:
            service.terminate()
        service.wait(60)


def run_of(root: Path) -> psutil.Process:
    with JobTable(root) as table:
        job = table.running()
    assert job is not None
    assert job.pid is not None
    return psutil.Process(job.pid)


def is_in_the_middle(client: httpx.Client, job_id: str) -> bool:
    return client.get(f"/v1/jobs/{job_id}").json()["progress"]["footage_s"] > 20


@pytest.mark.parametrize("kills_run", [False, True], ids=["run goes on", "run dies too"])
def test_kill_9_of_the_service_in_the_middle_of_a_job(
    library: Path, footage: Path, undisturbed: Any, tmp_path: Path, *, kills_run: bool
) -> None:
    root = Path(shutil.copytree(library, tmp_path / "library"))
    with serving(root, footage, batch_s=0.3) as (pid, client):
        body = {"paths": [str(footage)]}
        job_id = client.post("/v1/jobs", json=body).raise_for_status().json()["job_id"]
        wait_until(lambda: is_in_the_middle(client, job_id))
        run = run_of(root)
        os.kill(pid, signal.SIGKILL)
        if kills_run:
            run.kill()
        else:
            assert run.is_running()
    with serving(root, footage, batch_s=0.0) as (_, client):
        wait_until(lambda: client.get(f"/v1/jobs/{job_id}").json()["state"] in OVER)
        done = client.get(f"/v1/jobs/{job_id}").json()
        told = client.get(f"/v1/jobs/{job_id}/events").text
    assert (done["state"], done["attempts"]) == ("done", 2 if kills_run else 1)
    assert (done["files"]["indexed"], done["files"]["known"], done["files"]["left"]) == (2, 0, 0)
    assert told.count("event: file") == 2
    if not kills_run:
        assert done["progress"]["footage_s"] == pytest.approx(53.0, abs=0.5)  # each second once
    assert contents_of(root) == undisturbed


def test_a_job_goes_on_after_the_service_was_stopped_and_streams_of_it_end(
    library: Path, footage: Path, undisturbed: Any, tmp_path: Path
) -> None:
    root = Path(shutil.copytree(library, tmp_path / "library"))
    told: list[str] = []

    def follow(url: httpx.URL) -> None:
        with httpx.stream("GET", url, timeout=60) as stream:
            told.extend(stream.iter_lines())

    with serving(root, footage, batch_s=0.3) as (_, client):
        body = {"paths": [str(footage)]}
        job_id = client.post("/v1/jobs", json=body).raise_for_status().json()["job_id"]
        follower = threading.Thread(
            target=follow, args=(client.base_url.join(f"/v1/jobs/{job_id}/events"),)
        )
        follower.start()
        wait_until(lambda: is_in_the_middle(client, job_id))
        run = run_of(root)
    follower.join()
    assert "event: job" in told
    assert "event: end" not in told
    assert not run.is_running()
    with serving(root, footage, batch_s=0.0) as (_, client):
        wait_until(lambda: client.get(f"/v1/jobs/{job_id}").json()["state"] in OVER)
        assert client.get(f"/v1/jobs/{job_id}").json()["state"] == "done"
    assert contents_of(root) == undisturbed


def test_the_command_is_retrace_index_whatever_folder_this_is(tmp_path: Path) -> None:
    (tmp_path / "cli").mkdir()
    (tmp_path / "cli" / "__main__.py").write_text("raise SystemExit('not ours')")
    shown = subprocess.run([*COMMAND, "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "--hand-over" in shown.stdout
