from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segments.errors import LibraryError, UserError
from segments.findings import Finding, load_windows, to_files
from segments.library import Library
from segments.reasons import Nearest, ReasonTrack
from segments.scores import AnomalyTrack
from segments.store import spool
from segments.store.base import Point, VectorStore
from segments.store.opening import create_space, open_store
from segments.store.spool import (
    ChunkKey,
    SpooledChunk,
    forget_damaged,
    ingest,
    iter_chunks,
    iter_damaged,
    read_chunk,
    remove,
    write_chunk,
)
from segments.timed import TimedStore
from segments.tracks import TrackStore
from tests.support.points import make_manifest, make_points, make_video_id

VIDEO = make_video_id(0)


@pytest.fixture
def library(swift_path: Path) -> Library:
    library = Library.create(swift_path / "library", "tiny")
    create_space(library, make_manifest())
    return library


def make_chunk(index: int = 0, *, video_id: str = VIDEO, space: str = "tiny") -> SpooledChunk:
    """Ten points and two tracks of 4 scores a second apart, after those of the chunk before."""
    points = make_points(40, seed=3, videos=1)[index * 10 : index * 10 + 10]
    points = [
        replace(p, payload=p.payload.model_copy(update={"video_id": video_id})) for p in points
    ]
    pts_s = np.arange(4, dtype=np.float64) + 4 * index
    scores = np.linspace(index, index + 0.75, 4, dtype=np.float32)
    ids = np.full((4, 2), index, np.uint64)
    side = Nearest(ids, np.stack([scores, scores - 1], axis=1))
    findings = [
        Finding(AnomalyTrack("alan", scores, pts_s, 4.0 * index + 4)),
        Finding(
            AnomalyTrack("trace", scores, pts_s, 4.0 * index + 4),
            ReasonTrack("trace", pts_s, 4.0 * index + 4, side, side),
            np.full((4, 3), index, np.float16),
        ),
    ]
    return SpooledChunk(video_id, index, space, tuple(points), to_files(findings, chunk=index))


def assert_same_points(found: tuple[Point, ...], expected: tuple[Point, ...]) -> None:
    for one, other in zip(found, expected, strict=True):
        assert (one.id, one.payload) == (other.id, other.payload)
        assert one.vectors.keys() == other.vectors.keys()
        for name, vector in one.vectors.items():
            assert vector.dtype == np.float32
            assert vector.tobytes() == other.vectors[name].tobytes()


def test_a_chunk_comes_back_bit_for_bit(library: Library) -> None:
    chunk = make_chunk(1)
    assert 0 < sum("audio" in point.vectors for point in chunk.points) < 10
    path = write_chunk(library, chunk)
    found = read_chunk(path)
    assert path == library.spool / f"tiny.{VIDEO}.000001.npz"
    assert found.key == ChunkKey(VIDEO, 1)
    assert found.space == "tiny"
    assert_same_points(found.points, chunk.points)
    names = ["alan", "trace", "trace.reasons", "trace.windows.000001"]
    assert list(found.pieces) == list(chunk.pieces) == names
    for name, other in chunk.pieces.items():
        one = found.pieces[name]
        assert (one.end_s, list(one.rows)) == (other.end_s, list(other.rows))
        np.testing.assert_array_equal(one.pts_s, other.pts_s)
        for row, array in other.rows.items():
            assert one.rows[row].dtype == array.dtype
            np.testing.assert_array_equal(one.rows[row], array)


def test_a_chunk_without_points_or_tracks(library: Library) -> None:
    path = write_chunk(library, SpooledChunk(VIDEO, 0, "tiny", ()))
    assert read_chunk(path) == SpooledChunk(VIDEO, 0, "tiny", ())


def test_chunks_come_in_order_and_half_written_ones_not_at_all(library: Library) -> None:
    assert list(iter_chunks(library)) == []
    other = make_video_id(1)
    for chunk in (make_chunk(11), make_chunk(2), make_chunk(0, video_id=other), make_chunk(2)):
        write_chunk(library, replace(chunk, points=()))
    (library.spool / f".tiny.{VIDEO}.000003.npz.77.partial").write_bytes(b"half")
    (library.spool / ".hidden.npz").write_bytes(b"half")
    names = [path.name for path in iter_chunks(library)]
    assert names == [
        f"tiny.{VIDEO}.000002.npz",
        f"tiny.{VIDEO}.000011.npz",
        f"tiny.{other}.000000.npz",
    ]
    for path in iter_chunks(library):
        remove(path)
        remove(path)
    assert list(iter_chunks(library)) == []


def test_names_cannot_leave_the_spool(library: Library) -> None:
    for chunk in (make_chunk(video_id="../up"), make_chunk(space="a/b"), make_chunk(space="")):
        with pytest.raises(UserError, match="cannot name a finished chunk"):
            write_chunk(library, chunk)


def test_a_damaged_chunk_is_named(library: Library) -> None:
    path = write_chunk(library, make_chunk())
    good = path.read_bytes()
    middle = len(good) // 2
    flipped = good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :]
    for damaged in (b"", b"text", good[:-1], good[:middle], flipped):
        path.write_bytes(damaged)
        with pytest.raises(LibraryError, match=f"{path.name} is damaged"):
            read_chunk(path)


def test_no_damaged_byte_goes_unseen(library: Library) -> None:
    chunk = replace(make_chunk(), points=make_chunk().points[:2], pieces={})
    path = write_chunk(library, chunk)
    good, seen = path.read_bytes(), 0
    for position in range(0, len(good), 5):
        path.write_bytes(good[:position] + bytes([good[position] ^ 0x55]) + good[position + 1 :])
        try:
            found = read_chunk(path)
        except LibraryError:
            seen += 1
        else:  # a byte of the container that means nothing, such as a time stamp
            assert_same_points(found.points, chunk.points)
    assert seen > len(good) / 5 * 0.7


def state_of(library: Library, store: VectorStore) -> list[object]:
    """Everything ingesting changes, in comparable form."""
    points = [
        (p.id, p.payload, {name: vector.tobytes() for name, vector in p.vectors.items()})
        for p in store.iter_points()
    ]
    tracks = TimedStore(library.tracks)
    stored = [(name, tracks.load(VIDEO, name)) for name in tracks.names(VIDEO)]
    curves = [
        (name, part.pts_s.tolist(), part.end_s, {n: a.tolist() for n, a in part.rows.items()})
        for name, part in stored
        if part is not None
    ]
    files = [path.name for path in iter_chunks(library)]
    return [points, curves, files]


def test_ingesting_moves_every_chunk_of_the_space(library: Library) -> None:
    for index in (1, 0, 2):
        write_chunk(library, make_chunk(index))
    foreign = write_chunk(library, make_chunk(space="other"))
    store = open_store(library)
    assert ingest(library, store) == [ChunkKey(VIDEO, index) for index in range(3)]
    assert store.count() == 30
    curve = TrackStore(library.tracks).load(VIDEO, "trace")
    assert curve.pts_s.tolist() == list(range(12))
    assert curve.end_s == 12.0
    windows = load_windows(TimedStore(library.tracks), VIDEO, "trace")
    assert windows is not None
    assert windows.rows["windows"].tolist() == [[n // 4] * 3 for n in range(12)]
    assert (windows.pts_s.tolist(), windows.end_s) == (list(range(12)), 12.0)
    assert load_windows(TimedStore(library.tracks), VIDEO, "alan") is None
    assert list(iter_chunks(library)) == [foreign]
    assert ingest(library, store) == []
    store.close()


class _Crash(Exception):
    """In place of the process's end."""


def crashing(function: Callable[..., object], nth: int, *, after: bool) -> Callable[..., object]:
    """`function`, whose `nth` call ends the process before or after it has done its work."""
    calls = 0

    def call(*args: object, **kwargs: object) -> object:
        nonlocal calls
        calls += 1
        if calls == nth and not after:
            raise _Crash
        result = function(*args, **kwargs)
        if calls == nth:
            raise _Crash
        return result

    return call


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("step", ["upsert", "append", "remove"])
def test_a_crash_at_any_step_and_another_run_give_the_same(
    library: Library,
    swift_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    nth: int,
    after: bool,
) -> None:
    undisturbed = Library.create(swift_path / "undisturbed", "tiny")
    create_space(undisturbed, make_manifest())
    for index in range(2):
        write_chunk(library, make_chunk(index))
        write_chunk(undisturbed, make_chunk(index))
    store, other = open_store(library), open_store(undisturbed)
    ingest(undisturbed, other)
    with monkeypatch.context() as broken:
        owner = {"upsert": store, "append": TimedStore, "remove": spool}[step]
        broken.setattr(owner, step, crashing(getattr(owner, step), nth, after=after))
        with pytest.raises(_Crash):
            ingest(library, store)
    store.close()
    store = open_store(library)
    ingest(library, store)
    assert state_of(library, store) == state_of(undisturbed, other)
    assert store.count() == 20
    store.close()
    other.close()


def test_a_damaged_chunk_is_set_aside_and_the_others_are_ingested(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    for index in range(3):
        write_chunk(library, make_chunk(index))
    damaged = list(iter_chunks(library))[1]
    damaged.write_bytes(b"PK")
    store = open_store(library)
    assert ingest(library, store) == [ChunkKey(VIDEO, 0), ChunkKey(VIDEO, 2)]
    assert store.count() == 20
    (aside,) = iter_damaged(library)
    assert (aside.name, aside.read_bytes()) == (damaged.name, b"PK")
    assert f"{damaged} is damaged" in caplog.text
    assert ingest(library, store) == list(iter_chunks(library)) == []
    forget_damaged(library, "f" * 64)
    assert list(iter_damaged(library)) == [aside]
    forget_damaged(library, VIDEO)
    assert list(iter_damaged(library)) == []
    store.close()
