"""Which contexts stand for a camera."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from segments.camera_contexts import CameraContexts
from segments.catalog import Catalog
from segments.library import Library


@pytest.fixture
def library(swift_path: Path) -> Library:
    return Library.create(swift_path / "library", "tiny")


def test_pins_go_before_what_was_chosen(library: Library) -> None:
    with CameraContexts(library) as contexts:
        assert contexts.in_use("gate") == contexts.in_use(None) == ()
        contexts.choose("gate", {"park": 0.4, "street": 0.3}, footage_s=90.0)
        assert contexts.in_use("gate") == ("park", "street")
        contexts.pin("gate", ["yard"])
        contexts.pin("gate", ["harbour", "yard"])
        assert contexts.in_use("gate") == ("harbour", "yard")
        assert contexts.pinned() == {"gate": ("harbour", "yard")}
        assert contexts.unpin("gate")
        assert not contexts.unpin("gate")
        assert contexts.in_use("gate") == ("park", "street")
        contexts.pin("yard", ["harbour"])
        contexts.forget_choices()
        assert contexts.by_camera() == {"yard": ("harbour",)}


def test_a_choice_says_what_it_rests_on_and_is_replaced(library: Library) -> None:
    before = datetime.now(UTC)
    with CameraContexts(library) as contexts:
        contexts.choose("gate", {"park": 0.4}, footage_s=90.0)
        chosen = contexts.choose("gate", {"street": 0.5, "park": 0.25}, footage_s=180.5)
    with CameraContexts(library) as again:
        assert again.chosen() == {"gate": chosen}
        assert list(chosen.similarities.items()) == [("street", 0.5), ("park", 0.25)]
        assert chosen.footage_s == 180.5
        assert before <= again.chosen()["gate"].chosen_at <= datetime.now(UTC)


def test_each_space_chooses_for_itself_and_pins_are_shared(library: Library) -> None:
    with CameraContexts(library) as contexts:
        contexts.choose("gate", {"park": 0.4}, footage_s=90.0)
        contexts.pin("yard", ["harbour"])
    with CameraContexts(library.through("other")) as others:
        assert others.chosen() == {}
        assert others.in_use("yard") == ("harbour",)


def test_the_tables_live_beside_the_catalog(library: Library) -> None:
    with Catalog(library) as catalog, CameraContexts(library) as contexts:
        contexts.pin("gate", ["park"])
        assert catalog.clock_offsets() == {}
