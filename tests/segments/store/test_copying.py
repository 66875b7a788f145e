from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segments.errors import LibraryError
from segments.store.base import Point, VectorStore
from segments.store.copying import copy_points
from segments.store.edge import EdgeStore
from segments.store.server import ServerStore
from tests.support.points import make_manifest, make_points

NUM_POINTS = 90


@pytest.fixture
def source(swift_path: Path) -> VectorStore:
    EdgeStore.create(swift_path / "source", make_manifest().specs)
    store = EdgeStore.open(swift_path / "source", make_manifest().specs)
    store.upsert(make_points(NUM_POINTS))
    return store


def assert_same_content(one: VectorStore, other: VectorStore) -> None:
    for a, b in zip(one.iter_points(), other.iter_points(), strict=True):
        assert (a.id, a.payload, a.vectors.keys()) == (b.id, b.payload, b.vectors.keys())
        for name, vector in a.vectors.items():
            np.testing.assert_array_equal(vector, b.vectors[name])


def test_everything_is_copied_and_progress_told(source: VectorStore, store: VectorStore) -> None:
    told: list[tuple[int, int]] = []
    copied = copy_points(source, store, batch=40, progress=lambda *done: told.append(done))
    assert copied == NUM_POINTS
    assert told == [(40, 90), (80, 90), (90, 90)]
    assert_same_content(source, store)


def test_a_second_copy_writes_what_changed(source: VectorStore, store: VectorStore) -> None:
    copy_points(source, store)
    assert copy_points(source, store) == 0
    video = make_points(1)[0].payload.video_id
    source.set_sources(video, cameras=["roof"], recorded_at_ms=[77])
    changed = sum(p.payload.video_id == video for p in make_points(NUM_POINTS))
    assert copy_points(source, store) == changed
    assert_same_content(source, store)


class _Failing(ServerStore):
    """A server that goes away after some writes, or that loses what it is sent."""

    writes_left = 2
    loses = False

    def _write(self, points: Sequence[Point]) -> None:
        if self.writes_left == 0:
            raise ConnectionError("gone")
        self.writes_left -= 1
        super()._write(points[1:] if self.loses else points)


def test_an_interrupted_copy_is_finished_by_the_next(source: VectorStore) -> None:
    target = _Failing.open(":memory:", make_manifest())
    with pytest.raises(ConnectionError):
        copy_points(source, target, batch=20)
    assert target.count() == 40
    target.writes_left = 100
    assert copy_points(source, target, batch=20) == NUM_POINTS - 40
    assert_same_content(source, target)


def test_points_that_do_not_arrive_are_noticed(source: VectorStore) -> None:
    target = _Failing.open(":memory:", make_manifest())
    target.loses = True
    with pytest.raises(LibraryError, match="1 of 30 points did not arrive"):
        copy_points(source, target, batch=30)


def test_points_of_other_libraries_stay(source: VectorStore, store: VectorStore) -> None:
    foreign = replace(make_points(1, seed=9)[0], id="00000000-0000-0000-0000-000000000001")
    store.upsert([foreign])
    assert copy_points(source, store) == NUM_POINTS
    assert store.count() == NUM_POINTS + 1
