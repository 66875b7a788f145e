"""What an indexing process says, as it is read back."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from search_api.jobs.lines import FileEnded, FilesFound, NamedFile, RunEnded, last_line, read_lines

FOUND = FilesFound(files=(NamedFile("/a.mp4", 10), NamedFile("/b.mp4", 20)))
ENDED = FileEnded(path="/a.mp4", status="failed", reason="no")
OVER = RunEnded(exit_code=3, was_interrupted=False)


def as_text(*lines: FilesFound | FileEnded | RunEnded) -> str:
    return "".join(f"{line.model_dump_json()}\n" for line in lines)


def test_lines_are_read_on_from_where_reading_stopped(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text(as_text(FOUND))
    first = read_lines(path, 0)
    assert first.lines == [FOUND]
    with path.open("a") as file:
        file.write(as_text(ENDED))
    second = read_lines(path, first.offset)
    assert second.lines == [ENDED]
    assert second.offset == path.stat().st_size
    assert read_lines(path, second.offset).lines == []


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    whole = as_text(ENDED)
    path.write_text(as_text(FOUND) + whole[:20])
    first = read_lines(path, 0)
    assert (first.lines, last_line(path)) == ([FOUND], FOUND)
    path.write_text(as_text(FOUND) + whole)
    assert read_lines(path, first.offset).lines == [ENDED]


def test_the_last_line_is_found_behind_long_ones(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    long = FilesFound(files=tuple(NamedFile(f"/{i:0100d}.mp4", i) for i in range(1000)))
    path.write_text(as_text(long, OVER))
    assert path.stat().st_size > 100_000
    assert last_line(path) == OVER
    path.write_text(as_text(OVER, long))
    assert last_line(path) is None


def test_a_run_that_said_nothing_yet(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    assert (read_lines(path, 0).lines, last_line(path)) == ([], None)
    path.touch()
    assert (read_lines(path, 0).lines, last_line(path)) == ([], None)


def test_other_lines_are_a_bug(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text('{"kind": "song"}\n')
    with pytest.raises(ValidationError):
        read_lines(path, 0)
