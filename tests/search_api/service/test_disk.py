"""Bytes by part, measured now and then."""

import os
from pathlib import Path

import pytest

from search_api.service import disk
from search_api.service.disk import DiskMeter, parts_of
from segments.library import Library


def write(path: Path, num_bytes: int) -> int:
    """The file's bytes on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(num_bytes))
    return path.stat().st_blocks * 512


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.create(tmp_path / "library", "tiny")


def test_each_file_counts_for_its_part(library: Library) -> None:
    files = {
        "store": [
            library.edge_folder / "segments" / "0" / "vectors",
            library.trace_vectors.path / "x",
        ],
        "tracks": [library.tracks / "v" / "alan.npz", library.through("b").tracks / "v" / "x.npz"],
        "cache": [library.cache / "v" / "a.jpg"],
        "footage": [library.root / "footage" / "id" / "a.mp4"],
        "spool": [library.spool / "a.npz"],
        "work": [library.work / "v" / "x"],
    }
    expected = {
        part: sum(write(path, 10_000 * (n + 1)) for n, path in enumerate(paths))
        for part, paths in files.items()
    }
    others = library.root.joinpath("library.json").stat().st_blocks * 512
    (library.root / "link").symlink_to(library.cache / "v" / "a.jpg")
    found = parts_of(library.root)
    assert found.pop("others") == others + os.lstat(library.root / "link").st_blocks * 512
    assert dict(found) == expected


def test_what_was_measured_lately_is_told_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    meter = DiskMeter(library.root, kept_free=7)
    first = meter.measure(evidence=5)
    assert (first.evidence, first.kept_free, first.cache) == (5, 7, 0)
    assert first.free > 0
    cached = write(library.cache / "v" / "a.jpg", 9_000)
    again = meter.measure(evidence=6)
    assert (again.measured_at, again.cache, again.evidence) == (first.measured_at, 0, 6)
    monkeypatch.setattr(disk, "OLD_S", 0.0)
    later = meter.measure(evidence=6)
    assert later.cache == cached
    assert later.measured_at > first.measured_at
    assert later.total == later.cache + later.others + 6


def test_while_one_measures_others_are_told_what_was(library: Library) -> None:
    meter = DiskMeter(library.root, kept_free=0)
    first = meter.measure(evidence=0)
    with pytest.MonkeyPatch.context() as patch, meter._lock:
        patch.setattr(disk, "OLD_S", 0.0)
        assert meter.measure(evidence=0).measured_at == first.measured_at
