import os
from pathlib import Path

import pytest

from indexer.discovery import discover
from segments.errors import UserError


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * 3)


def names(root: Path, *paths: Path, skip: Path | None = None) -> list[str]:
    return [str(f.path.relative_to(root)) for f in discover(paths or (root,), skip=skip)]


def test_media_files_below_a_folder(tmp_path: Path):
    touch(tmp_path / "b.MP4", tmp_path / "a" / "c.avi", tmp_path / "notes.txt")
    touch(tmp_path / ".hidden.mp4", tmp_path / ".trash" / "d.mp4", tmp_path / "library" / "e.mp4")
    assert names(tmp_path, skip=tmp_path / "library") == ["a/c.avi", "b.MP4"]


def test_a_file_that_is_named_is_taken_whatever_it_is_called(tmp_path: Path):
    touch(tmp_path / "export.001", tmp_path / ".x.mp4")
    found = names(tmp_path, tmp_path / "export.001", tmp_path / ".x.mp4")
    assert found == [".x.mp4", "export.001"]


def test_each_file_once_and_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    touch(tmp_path / "a" / "b.mp4")
    monkeypatch.chdir(tmp_path)
    (found,) = discover([Path("a"), Path("a/../a/b.mp4"), tmp_path])
    assert found.path == tmp_path / "a" / "b.mp4"
    assert found.size_bytes == 3
    assert found.mtime_ns == (tmp_path / "a" / "b.mp4").stat().st_mtime_ns


def test_links_that_lead_back_end(tmp_path: Path):
    touch(tmp_path / "a" / "b.mp4")
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a" / "broken.mp4").symlink_to(tmp_path / "none.mp4")
    assert names(tmp_path) == ["a/b.mp4"]


def test_a_path_that_is_not_there_is_said(tmp_path: Path):
    with pytest.raises(UserError, match=r"there is no .*none"):
        discover([tmp_path, tmp_path / "none"])


def test_names_that_cannot_be_written_down_are_left_out(tmp_path: Path):
    touch(tmp_path / "a.mp4")
    (tmp_path / os.fsdecode(b"\xff.mp4")).write_bytes(b"x")
    assert names(tmp_path) == ["a.mp4"]


def test_what_truly_lies_outside_a_fence_is_left_out(tmp_path: Path):
    touch(tmp_path / "in" / "a.mp4", tmp_path / "out" / "b.mp4")
    (tmp_path / "in" / "folder").symlink_to(tmp_path / "out")
    (tmp_path / "in" / "link.mp4").symlink_to(tmp_path / "out" / "b.mp4")
    fenced = discover([tmp_path / "in", tmp_path / "out"], within=[tmp_path / "in"])
    assert [found.path for found in fenced] == [tmp_path / "in" / "a.mp4"]
    assert len(discover([tmp_path / "in"])) == 3
