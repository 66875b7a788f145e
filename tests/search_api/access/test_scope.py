"""GATE was seen by gate and, as a copy, by yard; YARD by yard; LOST by no camera that is known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from search_api.access.roles import LOCAL, Principal, Role
from search_api.access.scope import ScopedCatalog, catalog_for, narrow, visible
from search_api.requests import SearchRequest
from search_api.service.problems import ApiProblem
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library
from tests.support.small_library import GATE, LOST, SOURCES, YARD, video

NEVER = "f" * 64


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library.create(tmp_path / "library", "tiny")
    with Catalog(library) as catalog:
        for video_id in (GATE, YARD, LOST):
            catalog.add_video(video(video_id))
        for source in SOURCES:
            catalog.add_source(source)
        catalog.set_clock_offset("gate", 3.0)
        catalog.set_clock_offset("yard", 5.0)
    return library


def key(*cameras: str) -> Principal:
    return Principal("k", "guard", Role.VIEWER, frozenset(cameras))


@pytest.fixture
def gate(library: Library) -> Iterator[Catalog]:
    with catalog_for(library, key("gate")) as catalog:
        yield catalog


def test_a_scoped_catalog_holds_nothing_of_other_cameras(gate: Catalog) -> None:
    assert [found.video_id for found in gate.videos()] == [GATE]
    assert gate.videos(camera="yard") == []
    assert [found.video_id for found in gate.videos(camera="gate")] == [GATE]
    assert [source.path for source in gate.sources()] == ["/footage/gate/a.mp4"]
    assert [source.path for source in gate.sources(GATE)] == ["/footage/gate/a.mp4"]
    assert (gate.sources(YARD), gate.sources(LOST)) == ([], [])
    assert gate.video(GATE) is not None
    assert (gate.video(YARD), gate.video(LOST)) == (None, None)
    assert gate.cameras() == ["gate"]
    assert gate.clock_offsets() == {"gate": 3.0}
    assert {
        video_id: [place.path for place in places]
        for video_id, places in gate.places([GATE, YARD, LOST]).items()
    } == {GATE: ["/footage/gate/a.mp4"], YARD: [], LOST: []}
    assert (gate.has_camera("gate"), gate.has_camera("yard")) == (True, False)


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("/footage/yard/b.mp4", "/footage/yard/never.mp4"),
        ("/footage/yard/copy of a.mp4", "/footage/yard/never.mp4"),
        ("b.mp4", "never.mp4"),
        (YARD, NEVER),
        (YARD[:12], NEVER[:12]),
        (LOST, NEVER),
    ],
)
def test_what_others_saw_is_not_found_by_any_name(gate: Catalog, text: str, like: str) -> None:
    with pytest.raises(UserError) as hidden:
        gate.find(text)
    with pytest.raises(UserError) as absent:
        gate.find(like)
    assert str(hidden.value).replace(text, like) == str(absent.value)


def test_what_a_camera_saw_is_found(gate: Catalog, library: Library) -> None:
    for text in (GATE, "a.mp4", "/footage/gate/a.mp4"):
        assert gate.find(text).video_id == GATE
    with catalog_for(library, LOCAL) as all_of_it:
        assert len(all_of_it.videos()) == 3
        assert all_of_it.find("c.mp4").video_id == LOST


def test_a_video_shows_the_places_that_may_be_seen(library: Library) -> None:
    with Catalog(library) as catalog:
        places = {
            name: [source.camera for source in visible(catalog, principal, GATE).sources]
            for name, principal in {
                "gate": key("gate"),
                "yard": key("yard"),
                "both": key("gate", "yard"),
                "all": LOCAL,
            }.items()
        }
        assert visible(catalog, LOCAL, LOST).sources[0].path == "/footage/c.mp4"
    assert places == {
        "gate": ["gate"],
        "yard": ["yard"],
        "both": ["gate", "yard"],
        "all": ["gate", "yard"],
    }


@pytest.mark.parametrize("video_id", [YARD, LOST, NEVER])
def test_what_may_not_be_seen_is_not_there(library: Library, video_id: str) -> None:
    with Catalog(library) as catalog, pytest.raises(ApiProblem) as caught:
        visible(catalog, key("gate"), video_id)
    assert (caught.value.code, caught.value.detail) == ("not-found", "there is no such video")


def test_a_search_looks_at_the_keys_cameras_only(gate: Catalog, library: Library) -> None:
    asked = SearchRequest(text="fire")
    assert narrow(asked, key("gate"), gate).cameras == ("gate",)
    assert narrow(asked, LOCAL, gate) is asked
    with Catalog(library) as whole:  # whichever catalog it is given
        assert narrow(asked, key("gate", "attic"), whole).cameras == ("gate",)
        assert narrow(asked, key("attic"), whole).cameras == ("attic",)
        named = SearchRequest(text="fire", cameras=("yard",))
        assert narrow(named, key("gate", "yard"), whole).cameras == ("yard",)


@pytest.mark.parametrize("cameras", [("yard",), ("gate", "yard")])
def test_other_cameras_are_unknown_cameras(library: Library, cameras: tuple[str, ...]) -> None:
    with Catalog(library) as whole:
        with pytest.raises(UserError) as hidden:
            narrow(SearchRequest(text="fire", cameras=cameras), key("gate"), whole)
        unknown = tuple(name.replace("yard", "attic") for name in cameras)
        with pytest.raises(UserError) as absent:
            narrow(SearchRequest(text="fire", cameras=unknown), key("gate"), whole)
    assert str(hidden.value).replace("yard", "attic") == str(absent.value)
    assert "known are gate" in str(hidden.value)


def test_whatever_a_catalog_tells_is_narrowed() -> None:
    """A way to read that `Catalog` gets later has to be narrowed too, or stand here."""
    changes = {"add_source", "add_video", "delete_video", "drop_space", "set_clock_offset"}
    built_on_others = {"find"}
    told = {name for name in vars(Catalog) if not name.startswith("_")}
    assert told - changes - built_on_others == {
        name for name in vars(ScopedCatalog) if not name.startswith("_")
    }
