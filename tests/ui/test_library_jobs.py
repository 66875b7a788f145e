"""Jobs on the library page, over a service that really indexes."""

import shutil
from pathlib import Path

import pytest

from tests.support.jobs import make_fake_library, open_job_service
from tests.support.pages import connect, open_page, press, said, turn_to
from tests.support.tiny_footage import write_video
from tests.support.waiting import wait_until


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    """A folder with one recording, and one file that is none."""
    write_video(tmp_path / "new" / "yard.mp4", seconds=3, seed=7)
    (tmp_path / "new" / "broken.mp4").write_bytes(b"no recording")
    return tmp_path / "new"


def test_a_folder_is_indexed_and_what_failed_is_tried_again(tmp_path, footage):
    with open_job_service(make_fake_library(tmp_path), roots=(footage,)) as service:
        client = connect(service)
        page = turn_to(open_page("library", client), "Add footage")
        assert "No jobs yet" in said(page)
        page = page.segmented_control[1].set_value("Files and folders at the service").run()
        page.text_area[0].input(str(footage))
        page = press(page, "Index it")
        (job,) = client.jobs.list().jobs
        wait_until(lambda: client.jobs.get(job.job_id).state == "done")
        page.run()
        assert "2 files: 1 indexed, 1 failed" in said(page)
        assert "broken.mp4" in said(page)
        (failure,) = client.jobs.get(job.job_id).failures
        assert str(failure.reason) in said(page)
        shutil.copy(footage / "yard.mp4", footage / "broken.mp4")
        press(page, "Try again")
        again = client.jobs.list().jobs[0]
        assert again.retry_of == job.job_id
        wait_until(lambda: client.jobs.get(again.job_id).state == "done")
        assert client.jobs.get(again.job_id).files.known == 1


def test_a_waiting_job_is_cancelled(tmp_path, footage):
    with open_job_service(make_fake_library(tmp_path), roots=(footage,)) as service:
        client = connect(service)
        page = turn_to(open_page("library", client), "Add footage")
        page = page.segmented_control[1].set_value("Files and folders at the service").run()
        page.text_area[0].input(str(footage / "yard.mp4"))
        page = press(page, "Index it")
        (job,) = client.jobs.list().jobs
        assert job.state in ("waiting", "running")
        press(page, "Cancel")
        wait_until(lambda: client.jobs.get(job.job_id).state in ("cancelled", "done"))
        page.run()
        assert "Cancel" not in [button.label for button in page.button]
