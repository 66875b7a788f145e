"""`retrace index` as a service runs it: lists of paths, fences, handing over, lines of progress."""

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

import encoders.registry
from cli.main import app
from cli.progress_lines import ProgressLines
from indexer.discovery import FoundFile
from indexer.report import FileOutcome
from indexer.steps import Step
from search_api.jobs.lines import (
    FileEnded,
    FilesFound,
    NamedFile,
    RunEnded,
    RunProgress,
    RunRefused,
    read_lines,
)
from segments.library import Library
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from segments.store.spool import ingest, iter_chunks
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video

runner = CliRunner()


@pytest.fixture(autouse=True)
def fake_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoders.registry, "resolve_profile", lambda name: "fake")
    monkeypatch.setattr(encoders.registry, "load_profile", lambda name, **how: FakeProfile(name))


def index(library: Path, *words: str | Path, stdin: bytes | None = None):
    command = ["index", *map(str, words), "--library", str(library)]
    return runner.invoke(app, command, input=stdin)


def test_handed_over_chunks_wait_in_the_spool_for_whoever_owns_the_store(tmp_path: Path):
    root, lines = tmp_path / "library", tmp_path / "lines"
    video = write_video(tmp_path / "in" / "a.mp4", seconds=3, seed=1)
    (tmp_path / "in" / "b.mp4").write_text("no video")
    result = index(root, tmp_path / "in", "--hand-over", "--progress", lines)
    assert result.exit_code == 3
    library = Library.open(root)
    assert len(list(iter_chunks(library))) == 1
    store = open_store(library)
    assert store.count() == 0
    assert len(ingest(library, store)) == 1
    assert store.count() > 0
    store.close()
    said = read_lines(lines, 0).lines
    assert isinstance(said[0], FilesFound)
    assert [Path(file.path).name for file in said[0].files] == ["a.mp4", "b.mp4"]
    ended = {Path(line.path).name: line for line in said if isinstance(line, FileEnded)}
    assert (ended["a.mp4"].status, ended["b.mp4"].status) == ("indexed", "failed")
    assert "not a media file" in (ended["b.mp4"].reason or "")
    progress = [line for line in said if isinstance(line, RunProgress)]
    total = video.stat().st_size + len("no video")
    assert (progress[-1].done_bytes, progress[-1].footage_s) == (
        pytest.approx(total),
        pytest.approx(3.0),
    )
    assert said[-1] == RunEnded(exit_code=3, was_interrupted=False)


def test_paths_come_from_a_list_whatever_is_in_them(tmp_path: Path):
    odd = write_video(tmp_path / "a\n-b .mp4", seconds=2, seed=1)
    other = write_video(tmp_path / "c.mp4", seconds=2, seed=2)
    names = b"".join(os.fsencode(path) + b"\0" for path in (odd, other))
    (tmp_path / "list").write_bytes(names)
    done = index(tmp_path / "one", "--files-from", tmp_path / "list", "--json")
    assert {o["path"] for o in json.loads(done.stdout)["outcomes"]} == {str(odd), str(other)}
    again = index(tmp_path / "two", "--files-from", "-", "--json", stdin=names)
    assert len(json.loads(again.stdout)["outcomes"]) == 2


def test_an_empty_list_is_not_all_that_is_known(tmp_path: Path):
    write_video(tmp_path / "in" / "a.mp4", seconds=2, seed=1)
    assert index(tmp_path / "library", tmp_path / "in").exit_code == 0
    (tmp_path / "list").touch()
    refused = index(tmp_path / "library", "--files-from", tmp_path / "list")
    assert (refused.exit_code, "no media files" in refused.stderr) == (1, True)
    missing = index(tmp_path / "library", "--files-from", tmp_path / "none")
    assert "--files-from" in missing.stderr


def test_what_truly_lies_elsewhere_is_left_out(tmp_path: Path):
    write_video(tmp_path / "in" / "a.mp4", seconds=2, seed=1)
    secret = write_video(tmp_path / "out" / "b.mp4", seconds=2, seed=2)
    (tmp_path / "in" / "folder").symlink_to(secret.parent)
    (tmp_path / "in" / "link.mp4").symlink_to(secret)
    (tmp_path / "in" / "inner.mp4").symlink_to(tmp_path / "in" / "a.mp4")
    words = (tmp_path / "in", secret, "--within", tmp_path / "in", "--dry-run", "--json")
    planned = json.loads(index(tmp_path / "library", *words).stdout)
    assert [Path(plan["path"]).name for plan in planned] == ["a.mp4", "inner.mp4"]


def test_why_a_run_could_not_begin_is_said(tmp_path: Path):
    write_video(tmp_path / "in" / "a.mp4", seconds=2, seed=1)
    root, lines = tmp_path / "library", tmp_path / "lines"
    index(root, tmp_path / "none", "--progress", lines)
    (refused,) = read_lines(lines, 0).lines
    assert isinstance(refused, RunRefused)
    assert (refused.is_in_use, "there is no" in refused.reason) == (False, True)
    Library.create(root, "fake")
    lock = OwnerLock.acquire(Library.open(root).indexer_lock_file)
    index(root, tmp_path / "in", "--progress", lines)
    lock.release()
    last = read_lines(lines, 0).lines[-1]
    assert isinstance(last, RunRefused)
    assert last.is_in_use
    unwritable = index(root, tmp_path / "in", "--progress", tmp_path)
    assert (unwritable.exit_code, "--progress" in unwritable.stderr) == (1, True)


def test_progress_is_told_twice_a_second_with_what_is_left(tmp_path: Path):
    now = [100.0]
    file = FoundFile(Path("/in/a.mp4"), 1000, 0)
    with ProgressLines(tmp_path / "lines", clock=lambda: now[0]) as lines:
        lines.found([file])
        for share in (0.1, 0.2, 0.3, 0.4):
            now[0] += 0.4
            lines.show(Step(file, footage_s=4.0, num_frames=20, share=share))
        lines.show(Step(file, share=1.0, outcome=FileOutcome("/in/a.mp4", "indexed", "v")))
    said = read_lines(tmp_path / "lines", 0).lines
    assert said[0] == FilesFound(files=(NamedFile("/in/a.mp4", 1000),))
    progress = [line for line in said if isinstance(line, RunProgress)]
    assert [line.elapsed_s for line in progress] == pytest.approx([0.8, 1.6, 1.6])
    assert [line.done_bytes for line in progress] == pytest.approx([200, 400, 1000])
    # 100 bytes each 0.4 s since the first batch was done, and 800, 600, 0 bytes left
    assert [line.left_s for line in progress] == pytest.approx([3.2, 2.4, 0.0])
    assert (progress[-1].footage_s, progress[-1].num_frames) == (16.0, 80)
