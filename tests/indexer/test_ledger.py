from pathlib import Path

import pytest

from indexer.ledger import FileRecord, Ledger
from segments.library import Library

A, B = "a" * 64, "b" * 64


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.create(tmp_path / "library", "fake")


def test_attempts_and_timings_add_up(library: Library):
    with Ledger(library) as ledger:
        ledger.begin(A, {"w": "1"})
        ledger.fail(A, "cut off", {"decode": 1.0})
        ledger.begin(A, {"w": "1"})
        ledger.finish(A, {"decode": 2.0, "embed": 0.5})
    with Ledger(library) as ledger:
        record = ledger.content(A)
        assert record is not None
        assert (record.state, record.reason, record.attempts) == ("done", None, 2)
        assert record.timings_s == {"decode": 3.0, "embed": 0.5}
        assert record.digests == {"w": "1"}
        assert ledger.contents("failed") == []


def test_progress_counts_chunks_of_what_is_not_done(library: Library):
    with Ledger(library) as ledger:
        for video_id in (A, B):
            ledger.begin(video_id, {})
            ledger.mark_chunk(video_id, 0)
            ledger.mark_chunk(video_id, 0)
        ledger.mark_chunk(A, 1)
        assert ledger.progress() == {A: 2, B: 1}
        ledger.finish(A, {})
        assert ledger.progress() == {B: 1}
        ledger.forget_chunks(B)
        assert ledger.progress() == {B: 0}


def test_spaces_are_apart(library: Library):
    seen = FileRecord("/f/a.mp4", 3, 4, A)
    with Ledger(library) as ledger, Ledger(library.through("other")) as other:
        ledger.begin(A, {})
        ledger.see_file(seen)
        ledger.mark_stale(A)
        assert other.content(A) is None
        assert (ledger.stale(), other.stale()) == ([A], [])
        other.begin(A, {})
        other.mark_stale(A)  # in every space that has the content
        ledger.clear_stale(A)
        assert (ledger.stale(), other.stale()) == ([], [A])
        other.forget(A)
        assert (other.content(A), other.stale()) == (None, [])
        assert ledger.content(A) is not None
        assert ledger.files() == {"/f/a.mp4": seen}
        ledger.forget(A)  # the last space that knew it
        assert (ledger.content(A), ledger.files()) == (None, {})


def test_a_dropped_space_was_never_indexed(library: Library):
    with Ledger(library) as ledger, Ledger(library.through("other")) as other:
        for space in (ledger, other):
            space.begin(A, {})
            space.mark_chunk(A, 0)
        ledger.drop_space()
        assert (ledger.contents(), ledger.progress(), ledger.stale()) == ([], {}, [])
        assert other.progress() == {A: 1}


def test_files_are_remembered(library: Library):
    seen = FileRecord("/f/a.mp4", 3, 4, A, "2024-05-31T10:00:00+00:00")
    with Ledger(library) as ledger:
        ledger.see_file(FileRecord("/f/a.mp4", 1, 2, reason="empty"))
        ledger.see_file(seen)
        assert ledger.files() == {"/f/a.mp4": seen}
