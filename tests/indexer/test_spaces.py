"""Two profiles' vectors in one library: the old ones answer until the new ones are complete."""

from pathlib import Path

import pytest

from indexer.discovery import discover
from indexer.inspection import find_problems
from indexer.ledger import Ledger
from indexer.pipeline import IndexSettings, index_files
from indexer.spaces import describe_spaces, drop_space, remove_from_all, use_space
from indexer.upkeep import refresh
from segments.case_records import CaseFinding
from segments.cases import Cases
from segments.catalog import Catalog
from segments.errors import LibraryError, UserError
from segments.library import Library
from segments.sources import SourceRules
from segments.store.base import Filter
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from segments.tracks import TrackStore
from tests.support.indexing import contents_of, index
from tests.support.profiles import FakeProfile
from tests.support.tiny_footage import write_video


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    folder = tmp_path / "footage"
    for name, seed in (("gate", 1), ("hall", 2)):
        write_video(folder / f"{name}.mp4", seconds=3.0, seed=seed)
    return folder


@pytest.fixture
def root(tmp_path: Path, footage: Path) -> Path:
    index(tmp_path / "library", footage)
    return tmp_path / "library"


def index_better(root: Path, *paths: Path) -> None:
    index_files(root, discover(paths, skip=root), FakeProfile("better"))


def count(library: Library) -> int:
    store = open_store(library)
    try:
        return store.count()
    finally:
        store.close()


def test_a_second_space_grows_beside_the_first(root: Path, footage: Path):
    before = contents_of(root)
    index_better(root, footage / "gate.mp4")
    assert contents_of(root) == before
    library = Library.open(root)
    assert library.space == "fake"
    better, fake = describe_spaces(library)
    assert (better.name, better.in_use, better.num_videos) == ("better", False, 1)
    with Catalog(library) as catalog:
        assert better.missing == (catalog.find("hall.mp4").video_id,)
    assert (fake.name, fake.in_use, fake.num_videos, fake.missing) == ("fake", True, 2, ())


def test_the_first_space_is_searched_while_the_second_is_written(root: Path, footage: Path):
    old = open_store(Library.open(root))
    try:
        index_better(root, footage)
        assert old.count() == 2
    finally:
        old.close()
    assert count(Library.open(root).through("better")) == 2


def test_switching_waits_for_what_is_missing(root: Path, footage: Path):
    index_better(root, footage / "gate.mp4")
    library = Library.open(root)
    with pytest.raises(UserError, match=r"lacks 1 videos that 'fake' has: .*hall\.mp4.*--profile"):
        use_space(library, "better")
    assert Library.open(root).space == "fake"
    assert use_space(library, "better", incomplete=True).space == "better"
    assert Library.open(root).space == "better"
    index_better(root, footage)
    use_space(Library.open(root), "fake")
    use_space(Library.open(root), "better")
    assert count(Library.open(root)) == 2


def test_a_space_that_is_not_there(root: Path):
    with pytest.raises(UserError, match="not indexed with the profile 'clip', only with fake"):
        use_space(Library.open(root), "clip")
    with pytest.raises(UserError, match="cannot name a vector space"):
        Library.open(root).through("../up")


def test_each_space_has_its_own_curves(root: Path, footage: Path):
    library = Library.open(root)
    with Catalog(library) as catalog:
        gate = catalog.find("gate.mp4").video_id
    before = TrackStore(library.tracks).load(gate, "alan").scores.tolist()
    index_better(root, footage)
    other = library.through("better")
    TrackStore(other.tracks).delete(gate)
    assert TrackStore(library.tracks).load(gate, "alan").scores.tolist() == before


def test_dropping_frees_the_old_space(root: Path, footage: Path):
    index_better(root, footage)
    library = use_space(Library.open(root), "better")
    after = contents_of(root)
    drop_space(library, "fake")
    assert not (root / "spaces" / "fake").exists()
    assert [state.name for state in describe_spaces(library)] == ["better"]
    assert contents_of(root) == after
    with Catalog(library.through("fake")) as catalog:
        assert (catalog.videos(), len(catalog.sources())) == ([], 2)
    index(root, footage)  # and can be made again
    assert count(library.through("fake")) == 2


def test_a_space_that_answers_or_is_open_is_not_dropped(root: Path, footage: Path):
    index_better(root, footage)
    library = Library.open(root)
    with pytest.raises(UserError, match="answers searches"):
        drop_space(library, "fake")
    store = open_store(library.through("better"))
    with pytest.raises(LibraryError, match="in use by"):
        drop_space(library, "better")
    store.close()
    lock = OwnerLock.acquire(library.indexer_lock_file)
    with pytest.raises(LibraryError, match="in use by"):
        drop_space(library, "better")
    lock.release()
    assert count(library.through("better")) == 2


def test_a_video_is_removed_from_every_space(root: Path, footage: Path):
    index_better(root, footage)
    library = Library.open(root)
    with Catalog(library) as catalog:
        gate = catalog.find("gate.mp4").video_id
    removals = remove_from_all(library, gate)
    assert [(r.points, len(r.sources)) for r in removals] == [(1, 1), (1, 1)]
    for name in ("fake", "better"):
        seen = library.through(name)
        store = open_store(seen)
        assert store.count(Filter(video_ids=(gate,))) == 0
        assert find_problems(seen, store) == []
        store.close()
    with Catalog(library) as catalog:
        assert catalog.sources(gate) == []


def lock_gate(library: Library) -> str:
    with Catalog(library) as catalog, Cases(library) as cases:
        gate = catalog.find("gate.mp4").video_id
        cases.create("theft")
        cases.add("theft", CaseFinding(video_id=gate, start_s=0, end_s=1))
        cases.lock("theft")
    return gate


def test_a_locked_video_stays_when_its_file_is_replaced(root: Path, footage: Path):
    library = Library.open(root)
    gate = lock_gate(library)
    with pytest.raises(UserError, match=f"video {gate[:12]} is locked by the case 'theft'"):
        remove_from_all(library, gate)
    write_video(footage / "gate.mp4", seconds=4.0, seed=9)
    index(root, footage)
    assert count(library) == 3
    with Cases(library) as cases:
        cases.lock("theft", locked=False)
    index(root, footage)
    assert count(library) == 2


def test_a_locked_video_that_cannot_be_indexed_again_keeps_what_it_has(root: Path):
    library = Library.open(root)
    gate, store = lock_gate(library), open_store(library)
    with Ledger(library) as ledger, Catalog(library) as catalog, Cases(library) as cases:
        ledger.fail(gate, "the decoder gave up", {})
        ledger.mark_stale(gate)
        refresh(library, store, catalog=catalog, ledger=ledger)
        assert (store.count(), ledger.stale()) == (2, [gate])
        cases.lock("theft", locked=False)
        refresh(library, store, catalog=catalog, ledger=ledger)
        assert (store.count(), ledger.stale()) == (1, [])
    store.close()


def test_the_only_space_with_a_locked_video_is_not_dropped(root: Path, footage: Path):
    index_better(root, footage / "hall.mp4")
    library = Library.open(root)
    lock_gate(library)
    other = use_space(library, "better", incomplete=True)
    with pytest.raises(UserError, match="is locked by the case 'theft'"):
        drop_space(other, "fake")
    index_better(root, footage)
    drop_space(other, "fake")
    assert other.spaces() == ["better"]


def test_a_moved_camera_reaches_both_spaces(root: Path, footage: Path):
    index_better(root, footage)
    renamed = IndexSettings(rules=SourceRules(camera="gate"))
    index(root, footage, settings=renamed)
    library = Library.open(root)
    cameras = []
    for name in ("fake", "better"):
        store = open_store(library.through(name))
        cameras.append(store.cameras())
        store.close()
    assert cameras == [{"gate": 2}, {}]  # the second one is stale until its next run
    index_better(root, footage)
    store = open_store(library.through("better"))
    assert store.cameras() == {"gate": 2}
    store.close()
