"""What a run does with files that are new, known, moved, changed, doubled or broken."""

import os
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from encoders.base import Profile
from indexer.discovery import discover
from indexer.inspection import describe_library, find_problems
from indexer.ledger import Ledger
from indexer.pipeline import IndexSettings, LazyProfile, index_files
from segments.catalog import Catalog
from segments.errors import IndexMismatch, LibraryError
from segments.library import Library
from segments.payload import SegmentPayload
from segments.sources import NamePattern, SourceRules
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from tests.support.indexing import contents_of, index
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video

NOON = datetime(2024, 5, 31, 12, tzinfo=UTC)
BY_NAME = IndexSettings(
    rules=SourceRules(pattern=NamePattern("{camera}_{start:%Y%m%d_%H%M%S}*"), zone=UTC)
)


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    write_video(folder / "gate_20240531_120000.mp4", seconds=3.0, seed=1)
    write_video(folder / "hall_20240531_120000.mp4", seconds=3.0, seed=2)
    return folder


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


def payloads(library: Path) -> list[SegmentPayload]:
    store = open_store(Library.open(library))
    found = [point.payload for point in store.iter_points()]
    store.close()
    return found


def problems(library: Path) -> list[str]:
    opened = Library.open(library)
    store = open_store(opened)
    found = find_problems(opened, store)
    store.close()
    return found


def ids(library: Path) -> dict[str, str]:
    """Content by file name."""
    with Catalog(Library.open(library)) as catalog:
        return {Path(s.path).name: s.video_id for s in catalog.sources()}


def test_indexing_again_does_nothing(footage: Path, library: Path):
    first = index(library, footage)
    before = contents_of(library)

    def load() -> Profile:
        raise AssertionError("nothing needs a model")

    again = index_files(library, discover([footage]), LazyProfile("fake", load))
    assert [o.status for o in first.outcomes] == ["indexed", "indexed"]
    assert [o.status for o in again.outcomes] == ["known", "known"]
    assert (first.exit_code, again.exit_code, again.footage_s) == (0, 0, 0.0)
    assert contents_of(library) == before
    assert problems(library) == []


def test_broken_files_are_reported_and_skipped(footage: Path, library: Path):
    (footage / "empty.mp4").touch()
    (footage / "text.mp4").write_text("hello")
    report = index(library, footage)
    failed = {Path(o.path).name: o.reason for o in report.of("failed")}
    assert set(failed) == {"empty.mp4", "text.mp4"}
    assert all(failed.values())
    assert (len(report.of("indexed")), report.exit_code) == (2, 3)
    facts = describe_library(Library.open(library))
    assert {Path(path).name for path in facts.failed} == {"empty.mp4", "text.mp4"}
    write_video(footage / "empty.mp4", seconds=3.0, seed=3)
    assert len(index(library, footage).of("indexed")) == 1


def test_nothing_but_broken_files(tmp_path: Path, library: Path):
    (tmp_path / "text.mp4").write_text("hello")
    assert index(library, tmp_path / "text.mp4").exit_code == 1


def test_one_content_at_two_places_is_indexed_once(footage: Path, library: Path):
    source = footage / "gate_20240531_120000.mp4"
    shutil.copy(source, footage / "yard_20240531_130000.mp4")
    report = index(library, source, footage / "yard_20240531_130000.mp4", settings=BY_NAME)
    assert sorted(o.status for o in report.outcomes) == ["indexed", "known"]
    (payload,) = payloads(library)
    noon_ms = round(NOON.timestamp() * 1000)
    assert payload.cameras == ["gate", "yard"]
    assert sorted(payload.recorded_ms) == [noon_ms, noon_ms + 3_600_000]


def test_a_later_place_reaches_the_points(footage: Path, library: Path):
    source = footage / "gate_20240531_120000.mp4"
    index(library, source, settings=BY_NAME)
    shutil.copy(source, footage / "yard_20240531_130000.mp4")
    report = index(library, footage / "yard_20240531_130000.mp4", settings=BY_NAME)
    assert [o.status for o in report.outcomes] == ["known"]
    (payload,) = payloads(library)
    assert payload.cameras == ["gate", "yard"]


def test_what_is_said_later_is_added_and_nothing_is_forgotten(footage: Path, library: Path):
    index(library, footage, settings=BY_NAME)
    index(library, footage)  # says nothing
    assert {c for p in payloads(library) for c in p.cameras} == {"gate", "hall"}
    gate = footage / "gate_20240531_120000.mp4"
    index(library, gate, settings=IndexSettings(rules=SourceRules(camera="door")))
    with Catalog(Library.open(library)) as catalog:
        (source,) = catalog.sources(ids(library)[gate.name])
    assert (source.camera, source.recorded_at, source.recorded_from) == ("door", NOON, "name")
    assert {c for p in payloads(library) for c in p.cameras} == {"door", "hall"}


def test_a_clock_offset_moves_old_footage_and_new(footage: Path, library: Path):
    index(library, footage, settings=BY_NAME)
    offset = IndexSettings(rules=BY_NAME.rules, clock_offsets={"gate": -60.0})
    index(library, footage, settings=offset)
    write_video(footage / "gate_20240531_140000.mp4", seconds=3.0, seed=5)
    index(library, footage, settings=BY_NAME)
    late = NOON - timedelta(seconds=60)
    times = {(p.cameras[0], p.recorded_ms[0]) for p in payloads(library)}
    assert times == {
        ("gate", round(late.timestamp() * 1000)),
        ("gate", round((late + timedelta(hours=2)).timestamp() * 1000)),
        ("hall", round(NOON.timestamp() * 1000)),
    }


def test_a_file_with_new_content_replaces_the_old(footage: Path, library: Path):
    index(library, footage)
    gate = footage / "gate_20240531_120000.mp4"
    old = ids(library)[gate.name]
    write_video(gate, seconds=4.0, seed=9)
    report = index(library, footage)
    assert report.removed == [old]
    assert sorted(o.status for o in report.outcomes) == ["indexed", "known"]
    assert old not in {p.video_id for p in payloads(library)}
    assert not (Library.open(library).tracks / old).exists()
    assert problems(library) == []


def test_a_file_that_was_only_touched_is_known(footage: Path, library: Path):
    index(library, footage)
    os.utime(footage / "gate_20240531_120000.mp4", (1, 1))
    report = index(library, footage)
    assert [o.status for o in report.outcomes] == ["known", "known"]
    assert report.removed == []


def test_stopping_early_and_going_on(footage: Path, library: Path):
    stop = threading.Event()
    report = index_files(
        library,
        discover([footage]),
        FakeProfile(),
        IndexSettings(workers=1),
        observer=lambda step: stop.set(),
        stop=stop,
    )
    assert report.interrupted
    assert len(report.of("indexed")) < 2
    assert not index(library, footage).interrupted
    index(library.with_name("other"), footage)
    assert contents_of(library) == contents_of(library.with_name("other"))


def test_other_weights_of_the_same_profile_are_refused(footage: Path, library: Path):
    index(library, footage)
    write_video(footage / "new.mp4", seconds=1.0, seed=9)
    changed = FakeProfile()
    changed.manifest = changed.manifest.model_copy(update={"digests": {"fake": "1" * 64}})
    with pytest.raises(IndexMismatch, match="other weights in fake"):
        index_files(library, discover([footage]), changed)


def test_one_run_at_a_time(footage: Path, library: Path):
    index(library, footage)
    lock = OwnerLock.acquire(library / "indexer.lock")
    with pytest.raises(LibraryError, match="in use by"):
        index(library, footage)
    lock.release()


def test_chunks_wait_in_the_spool_while_another_owns_the_store(footage: Path, library: Path):
    gate, hall = sorted(footage.iterdir())
    index(library, gate)
    owner = open_store(Library.open(library))
    report = index(library, hall, settings=IndexSettings(store_wait_s=0.0))
    assert report.handed_over
    assert owner.count() == 1
    owner.close()
    assert problems(library)  # the second video's point is in the spool
    index(library, footage)
    assert len(payloads(library)) == 2
    assert problems(library) == []


def test_check_finds_what_does_not_fit(footage: Path, library: Path):
    index(library, footage)
    opened = Library.open(library)
    gate, hall = ids(library).values()
    shutil.rmtree(opened.tracks / gate)
    (opened.spool / ".x.npz.1.partial").touch()
    with Catalog(opened) as catalog, Ledger(opened) as ledger:
        catalog.delete_video(hall)
        ledger.mark_stale(gate)
    found = "\n".join(problems(library))
    assert f"{gate[:12]}: no 'alan' scores" in found
    assert f"{hall[:12]} has points and is not in the catalog" in found
    assert f"{gate[:12]} is stale" in found
    assert "half-written" in found
