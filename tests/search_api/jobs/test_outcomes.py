"""What becomes of a job when its run has ended, for each way that may be."""

from datetime import UTC, datetime
from typing import Any

import pytest

from search_api.jobs.lines import FileEnded, Line, RunEnded, RunRefused
from search_api.jobs.outcomes import CUT_SHORT, IN_USE, MAX_ATTEMPTS, after_run, after_service
from search_api.jobs.records import FileCounts, JobOrder, JobRecord, Standing

FINE = RunEnded(exit_code=0, was_interrupted=False)
SOME_FAILED = RunEnded(exit_code=3, was_interrupted=False)
ALL_FAILED = RunEnded(exit_code=1, was_interrupted=False)
STOPPED = RunEnded(exit_code=0, was_interrupted=True)
BUSY = RunRefused(is_in_use=True, reason="in use by somebody")
REFUSED = RunRefused(is_in_use=False, reason="there is no /secret/x: name files")
FILE = FileEnded(path="/a", status="indexed")


def job(**facts: Any) -> JobRecord:
    usual: dict[str, Any] = {
        "order": JobOrder(paths=("/data",), within=("/data",), detectors=("alan",)),
        "origin": "request",
        "key_id": None,
        "created_by": "local",
        "job_id": "0" * 32,
        "position": 1,
        "state": "running",
        "reason": None,
        "created_at": datetime.now(UTC),
        "started_at": None,
        "ended_at": None,
        "attempts": 1,
        "pid": 1,
        "read_bytes": 0,
        "revision": 1,
        "standing": Standing(),
        "footage_before_s": 0.0,
        "files": FileCounts(),
    }
    return JobRecord.model_validate({**usual, **facts})


@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [
        (FINE, "done", None),
        (SOME_FAILED, "done", None),
        (ALL_FAILED, "failed", "none of its files could be indexed"),
        (STOPPED, "cancelled", "its process was interrupted from outside"),
        (BUSY, "waiting", IN_USE),
        (REFUSED, "failed", "there is no …: name files"),
        (FILE, "failed", "its process ended before its work was done"),
        (None, "failed", "its process ended before its work was done"),
    ],
)
def test_after_a_run_that_was_seen_to_end(said: Line | None, state: str, reason: Any) -> None:
    assert after_run(job(), said, how="ended") == (state, reason)


@pytest.mark.parametrize(
    ("said", "state", "reason"),
    [
        (FINE, "done", None),
        (ALL_FAILED, "failed", "none of its files could be indexed"),
        (STOPPED, "waiting", CUT_SHORT),
        (BUSY, "waiting", CUT_SHORT),
        (REFUSED, "failed", "there is no …: name files"),
        (FILE, "waiting", CUT_SHORT),
        (None, "waiting", CUT_SHORT),
    ],
)
def test_after_a_service_that_was_killed(said: Line | None, state: str, reason: Any) -> None:
    assert after_service(job(), said) == (state, reason)


@pytest.mark.parametrize("said", [STOPPED, BUSY, FILE, None])
def test_a_cancelled_job_stays_cancelled(said: Line | None) -> None:
    cancelling = job(state="cancelling")
    assert after_run(cancelling, said, how="ended") == ("cancelled", None)
    assert after_service(cancelling, said) == ("cancelled", None)


def test_a_job_that_did_all_before_it_was_cancelled_is_done() -> None:
    assert after_run(job(state="cancelling"), FINE, how="ended").state == "done"


def test_a_job_that_ends_every_service_is_not_tried_for_ever() -> None:
    assert after_service(job(attempts=MAX_ATTEMPTS - 1), None).state == "waiting"
    assert after_service(job(attempts=MAX_ATTEMPTS), None).state == "failed"
