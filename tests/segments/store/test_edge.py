"""What only the embedded engine has: a folder, a crash, an index built by another process."""

import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from segments.errors import LibraryError
from segments.store import edge
from segments.store.base import Filter
from segments.store.edge import EdgeStore
from segments.store.optimizing import finish_swap, optimize_copy, swap_in
from tests.support.points import ReferenceStore, make_manifest, make_points, make_unit

log = logging.getLogger(__name__)

ROOT = Path(__file__).parents[3]
SPECS = make_manifest().specs

WRITER = """
import sys, time
from pathlib import Path
from segments.store.edge import EdgeStore
from tests.support.points import make_manifest, make_points

store = EdgeStore.open(Path(sys.argv[1]), make_manifest().specs)
points = make_points(200)
for start in range(0, 200, 20):
    store.upsert(points[start : start + 20])
    print(start + 20, flush=True)
time.sleep(60)
"""


def make_store(folder: Path, num_points: int = 0) -> EdgeStore:
    EdgeStore.create(folder, SPECS)
    store = EdgeStore.open(folder, SPECS)
    store.upsert(make_points(num_points))
    return store


def test_points_and_indexes_are_there_after_reopening(tmp_path: Path) -> None:
    store = make_store(tmp_path / "edge", 50)
    before = list(store.iter_points())
    indexed = set(store._shard.info().payload_schema)
    store.close()
    again = EdgeStore.open(tmp_path / "edge", SPECS)
    for one, other in zip(again.iter_points(), before, strict=True):
        assert (one.id, one.payload) == (other.id, other.payload)
        for name, vector in one.vectors.items():
            np.testing.assert_array_equal(vector, other.vectors[name])
    assert set(again._shard.info().payload_schema) == indexed
    assert indexed == {
        *("levels", "video_id", "cameras", "recorded_ms", "start_s", "has_audio"),
        "anomaly.alan",
    }
    again.close()
    again.close()


@pytest.mark.parametrize("batches_before_kill", [1, 4, 10])
def test_what_upsert_returned_from_survives_sigkill(
    tmp_path: Path, batches_before_kill: int
) -> None:
    folder = tmp_path / "edge"
    EdgeStore.create(folder, SPECS)
    command = [sys.executable, "-c", WRITER, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        written = [int(writer.stdout.readline()) for _ in range(batches_before_kill)][-1]
        os.kill(writer.pid, signal.SIGKILL)
    store = EdgeStore.open(folder, SPECS)
    found = {point.id: point for point in store.iter_points()}
    expected = make_points(200)
    assert all(point.id in found for point in expected[:written])
    for point in expected:
        if point.id in found:
            assert found[point.id].payload == point.payload
            np.testing.assert_array_equal(found[point.id].vectors["alan"], point.vectors["alan"])
    store.upsert(expected)
    assert store.count() == 200
    store.close()


def test_creation_is_complete_or_did_not_happen(tmp_path: Path) -> None:
    left_over = tmp_path / ".edge.partial"
    left_over.mkdir()
    (left_over / "half").write_text("of a folder")
    EdgeStore.create(tmp_path / "edge", SPECS)
    assert [path.name for path in tmp_path.iterdir()] == ["edge"]
    assert EdgeStore.open(tmp_path / "edge", SPECS).count() == 0


def test_a_missing_or_damaged_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="edge is missing"):
        EdgeStore.open(tmp_path / "edge", SPECS)
    make_store(tmp_path / "edge", 10).close()
    next((tmp_path / "edge" / "segments").glob("*/segment.json")).write_text("{")
    with pytest.raises(LibraryError, match="cannot be loaded"):
        EdgeStore.open(tmp_path / "edge", SPECS)


def test_small_stores_are_not_optimised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = make_store(tmp_path / "edge", 50)
    monkeypatch.setattr(edge, "optimize_copy", lambda *_: pytest.fail("was copied"))
    store.optimize()
    store.close()


def test_quantised_search_with_rescoring_finds_what_exact_search_finds(
    tmp_path: Path,
) -> None:
    specs = make_manifest(alan_dim=128).specs
    points = make_points(3000, dims={"alan": 128, "audio": 8})
    EdgeStore.create(tmp_path / "edge", specs)
    store = EdgeStore.open(tmp_path / "edge", specs, optimize_from=1000)
    store.upsert(points)
    store.optimize()
    assert store._shard.info().indexed_vectors_count >= 3000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edge"]
    reference, rng = ReferenceStore(points), np.random.default_rng(0)
    for emptied in ("none", "cls", "avg"):
        for where in (None, Filter(cameras=("gate",)), Filter(level="scene")):
            recalls = [
                recall_of_approximate(store, reference, emptied, make_unit(rng, 128), where)
                for _ in range(20)
            ]
            log.info("recall at 10, block %s empty, %s: %.4f", emptied, where, np.mean(recalls))
            assert np.mean(recalls) >= 0.98
    check_exactness(store, reference, make_unit(rng, 128))
    assert [p.id for p in store.iter_points(with_vectors=False)] == sorted(reference.points)
    store.close()


def recall_of_approximate(
    store: EdgeStore,
    reference: ReferenceStore,
    emptied: str,
    query: np.ndarray,
    where: Filter | None,
) -> float:
    """Recall at 10 of a query one of whose blocks may be zero, as α = 0 or 1 makes it."""
    query[{"none": slice(0, 0), "cls": slice(0, 64), "avg": slice(64, 128)}[emptied]] = 0
    found = store.search("alan", query, limit=10, where=where, exact=False)
    expected = {m.point.id: m.score for m in reference.search("alan", query, 10, where)}
    shared = [match for match in found if match.point.id in expected]
    for match in shared:  # rescored: the true inner product, not int8's
        assert match.score == pytest.approx(expected[match.point.id], abs=1e-5)
    return len(shared) / 10


def check_exactness(store: EdgeStore, reference: ReferenceStore, query: np.ndarray) -> None:
    """Exact search stays so in a quantised store."""
    for where in (None, Filter(cameras=("gate",))):
        found = store.search("alan", query, limit=50, where=where, exact=True)
        expected = reference.search("alan", query, 50, where)
        assert [m.point.id for m in found] == [m.point.id for m in expected]


def test_searches_go_on_and_writes_wait_while_optimising(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    points = make_points(60)
    make_store(tmp_path / "edge").close()
    store = EdgeStore.open(tmp_path / "edge", SPECS, optimize_from=10)
    store.upsert(points[:50])
    writer = threading.Thread(target=store.upsert, args=(points[50:],))
    counts: list[int] = []

    def observe(folder: Path, dims: dict[str, int], stop: threading.Event | None) -> Path | None:
        copy = optimize_copy(folder, dims, stop)
        reader = threading.Thread(target=lambda: counts.append(store.count()))
        writer.start()
        reader.start()
        reader.join(timeout=20)
        writer.join(timeout=0.2)
        assert writer.is_alive()
        return copy

    monkeypatch.setattr(edge, "optimize_copy", observe)
    store.optimize()
    writer.join(timeout=20)
    assert counts == [50]
    assert store.count() == 60
    store.close()


def test_a_store_that_grew_in_steps_is_searched_in_parts(tmp_path: Path) -> None:
    specs = make_manifest(alan_dim=128).specs
    points = make_points(6000, dims={"alan": 128, "audio": 8})
    EdgeStore.create(tmp_path / "edge", specs)
    store = EdgeStore.open(tmp_path / "edge", specs, optimize_from=1000)
    for start in (0, 3000):
        store.upsert(points[start : start + 3000])
        store.optimize()
    assert store._shard.info().segments_count == 3  # two that are full, and one that is written to
    assert store._indexed_share() > 0.5
    reference, rng = ReferenceStore(points), np.random.default_rng(0)
    recalls = [
        recall_of_approximate(store, reference, "none", make_unit(rng, 128), None)
        for _ in range(10)
    ]
    assert np.mean(recalls) >= 0.98
    store.close()


def test_an_optimisation_that_is_given_up_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    make_store(tmp_path / "edge").close()
    store = EdgeStore.open(tmp_path / "edge", SPECS, optimize_from=10)
    store.upsert(make_points(50))
    stop = threading.Event()
    stop.set()
    store.optimize(stop)
    assert store._indexed_share() == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["edge"]
    store.upsert(make_points(60))
    assert store.count() == 60
    store.close()


def test_a_store_is_looked_at_again_only_once_it_has_other_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_store(tmp_path / "edge").close()
    store = EdgeStore.open(tmp_path / "edge", SPECS, optimize_from=10)
    store.upsert(make_points(50))
    copied: list[Path] = []

    def give_up(folder: Path, *_: object) -> None:
        copied.append(folder)

    monkeypatch.setattr(edge, "optimize_copy", give_up)
    store.optimize()
    store.optimize()
    assert len(copied) == 1
    store.upsert(make_points(60))
    store.optimize()
    assert len(copied) == 2
    store.close()


def test_a_failed_optimisation_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = make_store(tmp_path / "edge", 20)
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    with pytest.raises(LibraryError, match="could not be built"):
        optimize_copy(damaged, {"alan": 16})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["damaged", "edge"]
    store.close()


def make_folder(path: Path, content: str) -> Path:
    path.mkdir()
    (path / "content").write_text(content)
    return path


@pytest.mark.parametrize(
    ("there", "kept"),
    [
        ({"edge": "old"}, "old"),
        ({"edge": "old", ".edge.optimized": "half"}, "old"),
        ({".edge.replaced": "old", ".edge.optimized": "new"}, "old"),
        ({".edge.replaced": "old", "edge": "new"}, "new"),
    ],
)
def test_a_crash_while_swapping_leaves_one_whole_folder(
    tmp_path: Path, there: dict[str, str], kept: str
) -> None:
    for name, content in there.items():
        make_folder(tmp_path / name, content)
    finish_swap(tmp_path / "edge")
    assert [path.name for path in tmp_path.iterdir()] == ["edge"]
    assert (tmp_path / "edge" / "content").read_text() == kept


def test_swapping_replaces_the_folder(tmp_path: Path) -> None:
    old, new = make_folder(tmp_path / "edge", "old"), make_folder(tmp_path / "copy", "new")
    swap_in(new, old)
    assert [path.name for path in tmp_path.iterdir()] == ["edge"]
    assert (tmp_path / "edge" / "content").read_text() == "new"
