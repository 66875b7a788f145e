"""The table of jobs: their order, their states, what of a run is kept."""

from pathlib import Path

import pytest

from search_api.jobs import table as tables
from search_api.jobs.lines import FileEnded, FilesFound, NamedFile, RunProgress
from search_api.jobs.records import JobOrder, JobRecord, NewJob
from search_api.jobs.table import JobTable, QueueFull

ORDER = JobOrder(paths=("/data",), within=("/data",), detectors=("alan",))
NEW = NewJob(order=ORDER, origin="request", key_id="k", created_by="me")
FOUND = FilesFound(files=(NamedFile("/data/a", 10), NamedFile("/data/b", 30)))


@pytest.fixture
def table(tmp_path: Path) -> JobTable:
    return JobTable(tmp_path)


def create(table: JobTable) -> str:
    return table.create(NEW, max_waiting=10).job_id


def find(table: JobTable, job_id: str) -> JobRecord:
    found = table.find(job_id)
    assert found is not None
    return found


def progress(done_bytes: float, footage_s: float) -> RunProgress:
    return RunProgress(
        path="/data/a",
        done_bytes=done_bytes,
        footage_s=footage_s,
        num_frames=1,
        elapsed_s=2.0,
        left_s=None,
    )


def test_the_oldest_waits_first_and_a_full_queue_takes_no_more(table: JobTable) -> None:
    first, second = create(table), create(table)
    waiting = table.next_waiting()
    assert waiting is not None
    assert waiting.job_id == first
    with pytest.raises(QueueFull):
        table.create(NEW, max_waiting=2)
    table.begin(first)
    assert table.create(NEW, max_waiting=2).position == 3
    assert [job.job_id for job in table.newest(limit=2)][1] == second


def test_jobs_are_counted_by_state(table: JobTable) -> None:
    first, second, _ = create(table), create(table), create(table)
    table.begin(first)
    table.end(second, "failed", "no reason")
    counts = table.count()
    assert {state: number for state, number in counts.items() if number} == {
        "waiting": 1,
        "running": 1,
        "failed": 1,
    }
    assert set(counts) == {"waiting", "running", "cancelling", "done", "failed", "cancelled"}


def test_what_a_run_says_is_kept_with_where_it_was_read(table: JobTable) -> None:
    job_id = create(table)
    table.begin(job_id)
    lines = [FOUND, progress(10, 4.0), FileEnded(path="/data/a", status="indexed", video_id="v")]
    table.apply(job_id, lines, read_bytes=99)
    found = find(table, job_id)
    assert (found.read_bytes, found.standing.footage_s) == (99, 4.0)
    counts = found.files
    assert (counts.total, counts.indexed, counts.left, counts.total_bytes) == (2, 1, 1, 40)
    assert [file.path for file in table.files.choose(job_id, ("left",))] == ["/data/b"]


def test_a_second_run_adds_to_the_first(table: JobTable) -> None:
    job_id = create(table)
    table.begin(job_id)
    table.apply(
        job_id,
        [FOUND, FileEnded(path="/data/a", status="indexed"), progress(10, 4.0)],
        read_bytes=99,
    )
    table.wait_again(job_id, "cut short")
    begun = table.begin(job_id)
    assert begun is not None
    assert (begun.attempts, begun.read_bytes, begun.footage_before_s) == (2, 0, 4.0)
    ends = [FileEnded(path=f"/data/{name}", status="known") for name in "ab"]
    table.apply(job_id, [FOUND, *ends], read_bytes=50)
    counts = find(table, job_id).files
    assert (counts.total, counts.indexed, counts.known, counts.left) == (2, 1, 1, 0)


def test_each_change_counts_and_files_carry_the_count(table: JobTable) -> None:
    job_id = create(table)
    table.begin(job_id)
    ends = [FileEnded(path=f"/data/{name}", status="indexed") for name in "ba"]
    table.apply(job_id, [FOUND, *ends], read_bytes=1)
    revision = find(table, job_id).revision
    first, second = table.files.ended(job_id, since=0, until=revision, limit=10)
    assert [first.path, second.path] == ["/data/b", "/data/a"]
    assert first.revision < second.revision == revision
    later = table.files.ended(job_id, since=first.revision, until=revision, limit=10)
    assert later == [second]
    assert table.files.ended(job_id, since=0, until=first.revision, limit=10) == [first]


def test_a_job_cancelled_meanwhile_is_not_begun_and_does_not_wait_again(table: JobTable) -> None:
    waiting, running = create(table), create(table)
    table.cancel(waiting)
    assert table.begin(waiting) is None
    table.wait_again(waiting, "busy")
    assert find(table, waiting).state == "cancelled"
    table.begin(running)
    table.cancel(running)
    assert find(table, running).state == "cancelling"
    table.wait_again(running, "cut short")
    assert find(table, running).state == "cancelled"
    table.end(running, "done")
    assert find(table, running).state == "cancelled"


def test_old_jobs_are_forgotten_with_their_files(
    table: JobTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MAX_KEPT", 1)
    jobs = [create(table) for _ in range(4)]
    for job_id in jobs[:3]:
        table.begin(job_id)
        table.apply(job_id, [FOUND], read_bytes=1)
        table.end(job_id, "done")
    assert sorted(table.forget_old()) == sorted(jobs[:2])
    assert {job.job_id for job in table.newest(limit=9)} == set(jobs[2:])
    assert table.files.choose(jobs[0]) == []
    assert len(table.files.choose(jobs[2])) == 2
