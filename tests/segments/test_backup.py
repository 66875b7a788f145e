"""Backups: everything that was there comes back, or one clear refusal and nothing else."""

import hashlib
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from segments import backup
from segments.backup import MANIFEST, SEAL, BackupManifest, back_up, restore
from segments.case_records import CaseFinding
from segments.cases import Cases
from segments.catalog import Catalog
from segments.digests import FileDigest
from segments.errors import LibraryError, UserError
from segments.files import sha256_of
from segments.library import Library
from segments.payload import SegmentPayload
from segments.scores import AnomalyTrack
from segments.store.lock import OwnerLock
from segments.store.opening import create_collection, open_collection, open_store
from segments.tracks import TrackStore
from tests.support.small_library import GATE, POINTS, make_library
from tests.support.small_library import MANIFEST as SPACE


@pytest.fixture
def library(swift_path: Path) -> Library:
    """Two sets of vectors, a track, a case, a finished chunk and some pictures made for showing."""
    made = make_library(swift_path / "library")
    create_collection(made.trace_vectors, SPACE, SegmentPayload)
    traces = open_collection(made.trace_vectors, SegmentPayload)
    traces.upsert(POINTS[:1])
    traces.close()
    scores, pts_s = np.array([0.25, 0.5], np.float32), np.array([0.0, 0.64])
    TrackStore(made.tracks).append(GATE, AnomalyTrack("alan", scores, pts_s, 1.28))
    with Cases(made) as cases:
        cases.create("theft")
        cases.add("theft", CaseFinding(video_id=GATE, start_s=0, end_s=1))
    for name in ("cache/x/1.jpg", "spool/tiny.x.000000.npz", "spool/.y.7.partial"):
        (made.root / name).parent.mkdir(parents=True, exist_ok=True)
        (made.root / name).write_bytes(b"content")
    (made.root / "traces").mkdir()
    return made


def held(library: Library) -> dict[str, object]:
    store = open_store(library)
    traces = open_collection(library.trace_vectors, SegmentPayload)
    points = [
        {p.id: (p.payload, {n: v.tolist() for n, v in p.vectors.items()}) for p in s.iter_points()}
        for s in (store, traces)
    ]
    store.close()
    traces.close()
    track = TrackStore(library.tracks).load(GATE, "alan")
    with Catalog(library) as catalog, Cases(library) as cases:
        return {
            "points": points,
            "track": (track.scores.tolist(), track.pts_s.tolist(), track.end_s),
            "videos": catalog.videos(),
            "sources": catalog.sources(),
            "cases": cases.all(),
        }


def test_what_was_there_comes_back(library: Library, swift_path: Path) -> None:
    before = held(library)
    made = back_up(library, swift_path / "backup")
    for name, file in made.files.items():
        assert sha256_of(swift_path / "backup" / name) == file.sha256
    assert (made.spaces, made.elsewhere) == (("tiny",), ())
    assert restore(swift_path / "backup", swift_path / "new") == made
    again = Library.open(swift_path / "new")
    assert held(again) == before
    assert len(before["points"][0]) == len(POINTS)
    assert (again.spool / "tiny.x.000000.npz").read_bytes() == b"content"
    assert again.own_traces.is_dir()
    assert not again.cache.exists()
    assert not (again.spool / ".y.7.partial").exists()
    assert held(library) == before
    assert sorted(path.name for path in swift_path.iterdir()) == ["backup", "library", "new"]


def test_the_copy_is_as_small_as_the_library(library: Library, swift_path: Path) -> None:
    """The store's files claim a hundred times what they fill."""
    made = back_up(library, swift_path / "backup")
    filled = sum(
        p.stat().st_blocks * 512 for p in (swift_path / "backup").rglob("*") if p.is_file()
    )
    assert filled < made.size_bytes / 10


def test_rows_in_the_write_ahead_log_come_along(library: Library, swift_path: Path) -> None:
    with Cases(library) as open_elsewhere:
        open_elsewhere.create("arson")
        assert (library.root / "cases.sqlite-wal").stat().st_size > 0
        back_up(library, swift_path / "backup")
    restore(swift_path / "backup", swift_path / "new")
    with Cases(Library.open(swift_path / "new")) as cases:
        assert [case.name for case in cases.all()] == ["arson", "theft"]


def test_each_damaged_or_missing_file_is_named(library: Library, swift_path: Path) -> None:
    folder = swift_path / "backup"
    made = back_up(library, folder)
    kinds = {Path(name).suffix: name for name in sorted(made.files, reverse=True)}
    assert {".json", ".sqlite", ".npz", ".dat", ".mmap"} <= set(kinds)
    for name in kinds.values():
        whole = (folder / name).read_bytes()
        if not whole:
            continue
        middle = len(whole) // 2
        flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
        for content in (flipped, whole[:-1]):
            (folder / name).write_bytes(content)
            with pytest.raises(LibraryError, match=f"^{name} is damaged"):
                restore(folder, swift_path / "new")
        (folder / name).unlink()
        with pytest.raises(LibraryError, match=f"^{name} is missing from the backup"):
            restore(folder, swift_path / "new")
        (folder / name).write_bytes(whole)
    assert sorted(path.name for path in swift_path.iterdir()) == ["backup", "library"]
    restore(folder, swift_path / "new")


def test_a_damaged_manifest(library: Library, swift_path: Path) -> None:
    folder = swift_path / "backup"
    back_up(library, folder)
    content = (folder / MANIFEST).read_bytes()
    (folder / MANIFEST).write_bytes(content.replace(b'"tiny"', b'"tidy"'))
    with pytest.raises(LibraryError, match=r"backup\.json is damaged"):
        restore(folder, swift_path / "new")
    (folder / MANIFEST).unlink()
    with pytest.raises(UserError, match="no whole backup at"):
        restore(folder, swift_path / "new")
    with pytest.raises(UserError, match="no whole backup at"):
        restore(library.root, swift_path / "new")


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt"])
def test_a_backup_cannot_write_elsewhere(swift_path: Path, name: str) -> None:
    folder = swift_path / "backup"
    folder.mkdir()
    (swift_path / "out.txt").write_text("x")
    digest = FileDigest.of(swift_path / "out.txt")
    made = BackupManifest(
        created_at=datetime.now(UTC),
        library="x",
        spaces=(),
        elsewhere=(),
        folders=(),
        files={name: digest},
    )
    content = made.model_dump_json().encode()
    (folder / MANIFEST).write_bytes(content)
    (folder / SEAL).write_text(hashlib.sha256(content).hexdigest())
    with pytest.raises(LibraryError, match="which lies elsewhere"):
        restore(folder, swift_path / "new")


def test_a_library_in_use_is_not_copied(library: Library, swift_path: Path) -> None:
    for lock_file in (
        library.indexer_lock_file,
        library.lock_file,
        library.trace_vectors.lock_file,
    ):
        lock = OwnerLock.acquire(lock_file)
        with pytest.raises(LibraryError, match="is in use by"):
            back_up(library, swift_path / "backup")
        lock.release()
    assert sorted(path.name for path in swift_path.iterdir()) == ["library"]


def test_nothing_is_overwritten(library: Library, swift_path: Path) -> None:
    taken = swift_path / "taken"
    taken.mkdir()
    (taken / "mine.txt").write_text("mine")
    with pytest.raises(UserError, match="taken is not empty"):
        back_up(library, taken)
    with pytest.raises(UserError, match="lies within the library"):
        back_up(library, library.root / "backup")
    (swift_path / "empty").mkdir()
    back_up(library, swift_path / "empty")
    with pytest.raises(UserError, match="taken is not empty"):
        restore(swift_path / "empty", taken)
    assert [path.name for path in taken.iterdir()] == ["mine.txt"]


def test_a_damaged_database_is_not_copied(library: Library, swift_path: Path) -> None:
    (library.root / "access.sqlite").write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    with pytest.raises(LibraryError, match=r"access\.sqlite is damaged"):
        back_up(library, swift_path / "backup")
    assert not (swift_path / "backup").exists()


def test_a_copy_that_went_wrong_is_found(
    library: Library, swift_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy_badly(source: Path, target: Path) -> FileDigest:
        found = real_copy(source, target)
        if source.name == "alan.npz":
            target.write_bytes(b"the disk was full")
        return found

    real_copy = backup.copy_file
    monkeypatch.setattr(backup, "copy_file", copy_badly)
    with pytest.raises(LibraryError, match=r"alan\.npz is damaged"):
        back_up(library, swift_path / "backup")
    assert not (swift_path / "backup").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from segments import backup
from segments.library import Library

real_copy, root, work = backup.copy_file, Path(sys.argv[2]), sys.argv[1]

def copy_and_die(source, target):
    if source.name == "alan.npz":
        os.kill(os.getpid(), signal.SIGKILL)
    return real_copy(source, target)

backup.copy_file = copy_and_die
if work == "backup":
    backup.back_up(Library.open(root / "library"), root / "backup")
else:
    backup.restore(root / "backup", root / "new")
"""


def test_a_kill_leaves_no_half_library(library: Library, swift_path: Path) -> None:
    before = held(library)
    for work, name in (("backup", "backup"), ("restore", "new")):
        command = [sys.executable, "-c", KILLED, work, str(swift_path)]
        killed = subprocess.run(command, capture_output=True, check=False)
        assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
        assert not (swift_path / name).exists()
        assert len(list(swift_path.glob(f".{name}.*.partial"))) == 1
        if work == "backup":
            back_up(library, swift_path / "backup")
    restore(swift_path / "backup", swift_path / "new")
    assert sorted(path.name for path in swift_path.iterdir()) == ["backup", "library", "new"]
    assert held(Library.open(swift_path / "new")) == before
