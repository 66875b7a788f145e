from pathlib import Path

import pytest

from segments.errors import IndexMismatch, LibraryError
from segments.library import Library
from segments.store.edge import EdgeStore
from segments.store.opening import create_space, open_store
from segments.store.server import ServerStore
from tests.support.points import make_manifest, make_points


@pytest.fixture
def library(swift_path: Path) -> Library:
    return Library.create(swift_path / "library", "tiny")


def test_a_space_is_made_opened_and_reopened(library: Library) -> None:
    create_space(library, make_manifest())
    assert library.manifest() == make_manifest()
    store = open_store(library)
    assert isinstance(store, EdgeStore)
    store.upsert(make_points(5))
    store.close()
    create_space(library, make_manifest())
    again = open_store(library, expected=make_manifest())
    assert again.count() == 5
    again.close()


def test_a_space_that_was_never_made(library: Library) -> None:
    with pytest.raises(LibraryError, match="is not a vector space"):
        open_store(library)
    create_space(library, make_manifest())
    with pytest.raises(LibraryError, match="is not a vector space"):
        open_store(library.through("other"))


def test_other_models_are_a_mismatch(library: Library) -> None:
    create_space(library, make_manifest())
    other = make_manifest().model_copy(update={"digests": {"tiny.safetensors": "1" * 64}})
    with pytest.raises(IndexMismatch, match=r"other weights in tiny\.safetensors"):
        open_store(library, expected=other)
    with pytest.raises(IndexMismatch, match=r"other weights in tiny\.safetensors"):
        create_space(library, other)
    open_store(library).close()


def test_one_store_at_a_time(library: Library) -> None:
    create_space(library, make_manifest())
    store = open_store(library)
    with pytest.raises(LibraryError, match=r"in use by .+ \(pid \d+"):
        open_store(library)
    store.close()
    open_store(library).close()


def test_a_failed_opening_gives_the_lock_back(library: Library) -> None:
    create_space(library, make_manifest())
    library.edge_folder.rename(library.root / "away")
    with pytest.raises(LibraryError, match="edge is missing"):
        open_store(library)
    (library.root / "away").rename(library.edge_folder)
    open_store(library).close()


def test_making_a_space_goes_on_where_a_crash_left_it(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crashing:
        crashing.setattr("segments.manifest.SpaceManifest.save", lambda self, path: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            create_space(library, make_manifest())
    with pytest.raises(LibraryError, match="is not a vector space"):
        open_store(library)
    create_space(library, make_manifest())
    open_store(library).close()


def test_a_server_needs_no_lock_and_no_folder(library: Library) -> None:
    create_space(library, make_manifest(), url=":memory:")
    assert not library.edge_folder.exists()
    first, second = (open_store(library, url=":memory:") for _ in range(2))
    assert isinstance(first, ServerStore)
    first.close()
    second.close()
