"""Which files of a watched folder are made jobs of, look by look."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from search_api.jobs.records import JobOrder, NewJob
from search_api.jobs.table import QueueFull
from search_api.jobs.watching import Look, StillFiles, WatchedFolder, Watcher
from segments.errors import UserError


@dataclass(frozen=True)
class File:
    path: Path
    size_bytes: int
    mtime_ns: int = 0


A = Path("/in/a.mp4")


def test_a_file_is_still_after_as_many_equal_looks_as_it_takes() -> None:
    still = StillFiles(3)
    sizes = [1, 2, 2, 3, 3, 3, 3]
    found = [bool(still.look([File(A, size)])) for size in sizes]
    assert found == [False, False, False, False, False, True, True]
    assert still.look([File(A, 3, mtime_ns=1)]) == {}


def test_a_file_that_went_away_begins_anew() -> None:
    still = StillFiles(2)
    still.look([File(A, 5)])
    still.look([])
    assert still.look([File(A, 5)]) == {}
    assert still.look([File(A, 5)]) == {str(A): Look(5, 0)}


@pytest.mark.parametrize("name", ["a.part.mp4", "a.mp4.tmp", "a.CRDOWNLOAD", "b.partial.mkv"])
def test_files_that_somebody_writes_are_left(name: str) -> None:
    still = StillFiles(2)
    files = [File(Path("/in") / name, 5), File(Path("/in/empty.mp4"), 0), File(A, 5)]
    still.look(files)
    assert list(still.look(files)) == [str(A)]


@dataclass
class Room:
    """A watcher of two looks over a list of files, and the jobs that it made."""

    root: Path
    files: list[File]
    jobs: list[NewJob]
    is_full: bool = False

    def watcher(self) -> Watcher:
        def submit(job: NewJob) -> None:
            if self.is_full:
                raise QueueFull
            self.jobs.append(job)

        def make_order(paths: object, folder: WatchedFolder) -> JobOrder:
            return JobOrder(paths=tuple(paths), within=(), detectors=(), camera=folder.camera)  # type: ignore[arg-type]

        return Watcher(
            folder=WatchedFolder(Path("/in"), "gate"),
            find_footage=lambda folder: self.files,
            root=lambda: self.root,
            submit=submit,
            make_order=make_order,
            num_looks=2,
            every_s=1,
        )

    @property
    def paths(self) -> list[tuple[str, ...]]:
        return [job.order.paths for job in self.jobs]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path, [File(A, 5)], [])


def test_each_state_of_a_file_is_made_one_job_of(room: Room) -> None:
    watcher = room.watcher()
    for _ in range(4):
        watcher.look()
    assert room.paths == [(str(A),)]
    assert (room.jobs[0].origin, room.jobs[0].order.camera) == ("watch", "gate")
    restarted = room.watcher()
    for _ in range(3):
        restarted.look()
    assert len(room.jobs) == 1
    room.files = [File(A, 6), File(Path("/in/b.mp4"), 1)]
    for _ in range(3):
        restarted.look()
    assert room.paths[1:] == [(str(A), "/in/b.mp4")]


def test_a_full_queue_is_tried_again(room: Room) -> None:
    watcher = room.watcher()
    room.is_full = True
    for _ in range(3):
        watcher.look()
    assert room.jobs == []
    room.is_full = False
    watcher.look()
    assert room.paths == [(str(A),)]


def test_a_folder_that_is_away_for_a_while_is_not_indexed_again(room: Room) -> None:
    watcher = room.watcher()
    for files in ([File(A, 5)], [File(A, 5)], [], [File(A, 5)], [File(A, 5)], [File(A, 5)]):
        room.files = files
        watcher.look()
    assert len(room.jobs) == 1


def test_folders_are_read_with_their_cameras(tmp_path: Path) -> None:
    equals = tmp_path / "a=b"
    equals.mkdir()
    assert WatchedFolder.parse("/in=gate 2") == WatchedFolder(Path("/in"), "gate 2")
    assert WatchedFolder.parse("/in") == WatchedFolder(Path("/in"), None)
    assert WatchedFolder.parse(str(equals)) == WatchedFolder(equals, None)
    assert WatchedFolder.parse(f"{equals}=c") == WatchedFolder(equals, "c")
    for text in ("", "=gate", "/in="):
        with pytest.raises(UserError, match="FOLDER=CAMERA"):
            WatchedFolder.parse(text)
