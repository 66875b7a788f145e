"""A service that has footage indexed by processes of their own, with the fake profile."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from indexer.discovery import FoundFile, discover
from indexer.spaces import remove_from_all
from indexer.upkeep import refresh_between_runs
from search_api.jobs.desk import JobParts
from search_api.service.app import create_app
from search_api.service.settings import ServiceSettings
from tests.support.indexing import index
from tests.support.profiles import FakeProfile
from tests.support.service import LOOPBACK
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until

SLOW_RETRACE = str(Path(__file__).with_name("slow_retrace.py"))
COMMAND = (sys.executable, SLOW_RETRACE, "index")
OVER = ("done", "failed", "cancelled")
BYTES = {"content-type": "application/octet-stream"}


def make_fake_library(folder: Path) -> Path:
    """FOLDER/library, which knows one short video of the camera gate."""
    write_video(folder / "first" / "gate.mp4", seconds=3, seed=100)
    index(folder / "library", folder / "first")
    return folder / "library"


@contextmanager
def open_job_service(
    library: Path, *, command: tuple[str, ...] = COMMAND, **settings: Any
) -> Generator[TestClient]:
    def find_footage(folder: Path) -> list[FoundFile]:
        return discover([folder], skip=library, within=[folder])

    quick = {"ingest_every_s": 0.1, "job_threads": 1, "cancel_grace_s": 20.0}
    app = create_app(
        ServiceSettings(library=library, **{**quick, **settings}),
        load_profile=lambda name: FakeProfile(name),  # type: ignore[return-value]
        upkeep=refresh_between_runs,
        remove=remove_from_all,
        job_parts=JobParts(find_footage, command),
    )
    client = TestClient(app, "http://127.0.0.1", client=LOOPBACK, raise_server_exceptions=False)
    with client:
        yield client


def order(client: TestClient, headers: dict[str, str] | None = None, **body: Any) -> Any:
    """Makes a job; its answer, once it was taken."""
    answer = client.post("/v1/jobs", json=body, headers=headers)
    assert answer.status_code == 202, answer.text
    return answer.json()


def get(client: TestClient, job_id: str, headers: dict[str, str] | None = None) -> Any:
    answer = client.get(f"/v1/jobs/{job_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def wait_for(client: TestClient, job_id: str, *states: str, headers: Any = None) -> Any:
    """The job, once it is in one of the states; by default once it is over."""
    wait_until(lambda: get(client, job_id, headers)["state"] in (states or OVER))
    return get(client, job_id, headers)
