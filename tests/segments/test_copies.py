from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from segments.copies import appearing_folder, copy_file, partial_folder
from segments.errors import LibraryError, UserError
from segments.files import sha256_of


def test_holes_stay_holes(swift_path: Path) -> None:
    source, target = swift_path / "source", swift_path / "target"
    with source.open("wb") as file:
        file.write(b"head")
        file.seek(10_000_000)
        file.write(b"middle")
        file.truncate(20_000_001)
    found = copy_file(source, target)
    assert target.read_bytes() == source.read_bytes()
    assert (found.size_bytes, found.sha256) == (20_000_001, sha256_of(source))
    assert target.stat().st_blocks * 512 < 1_000_000


def _fail_within(folder: AbstractContextManager[Path]) -> None:
    with folder as partial:
        (partial / "file").write_text("x")
        raise RuntimeError("stop")


@pytest.mark.parametrize("make", [partial_folder, appearing_folder])
def test_a_partial_folder_is_gone_after_a_failure(make, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="stop"):
        _fail_within(make(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_what_is_left_over_is_swept_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    for name in (".out.1.partial", ".other.1.partial"):
        (tmp_path / name).mkdir()
    with partial_folder(tmp_path / "out.zip") as used, partial_folder(tmp_path / "out"):
        assert not (tmp_path / ".out.1.partial").exists()
        with pytest.raises(FileExistsError), partial_folder(tmp_path / "out.zip"):
            pass  # this process works in one already
        assert used.is_dir()
    assert [path.name for path in tmp_path.iterdir()] == [".other.1.partial"]


def test_a_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    with appearing_folder(tmp_path / "new") as folder:
        (folder / "file").write_text("x")
        assert not (tmp_path / "new").exists()
    assert (tmp_path / "new" / "file").read_text() == "x"
    with (
        pytest.raises(UserError, match="new is not empty"),
        appearing_folder(tmp_path / "new"),
    ):
        pass


def _interfere(to: Path) -> None:
    with appearing_folder(to):
        to.mkdir()
        (to / "file").write_text("somebody else's")


def test_what_appeared_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match=r"copying into .*late failed"):
        _interfere(tmp_path / "late")
    assert (tmp_path / "late" / "file").read_text() == "somebody else's"
    assert [path.name for path in tmp_path.iterdir()] == ["late"]
