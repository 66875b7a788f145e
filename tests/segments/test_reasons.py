"""Reasons beside a track: which row speaks for a time or a span, and what is stored."""

from pathlib import Path

import numpy as np
import pytest

from segments.errors import LibraryError
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.points import make_video_id

VIDEO = make_video_id(1)


def nearest(ids: list[list[int]], similarities: list[list[float]]) -> Nearest:
    return Nearest(np.array(ids, np.uint64), np.array(similarities, np.float32))


def piece(first_s: float, anomalous: list[float], normal: list[float]) -> ReasonTrack:
    """One sentence a side; its id is its time in seconds, plus 100 on the normal side."""
    times = first_s + np.arange(len(anomalous), dtype=np.float64)
    ids = [[int(time)] for time in times]
    return ReasonTrack(
        "trace",
        times,
        first_s + len(anomalous),
        nearest(ids, [[x] for x in anomalous]),
        nearest([[100 + row[0]] for row in ids], [[x] for x in normal]),
    )


def test_the_row_of_a_time() -> None:
    track = piece(2.0, [0.5, 0.5, 0.5], [0.0, 0.0, 0.0])
    assert [track.row_at(t) for t in (0.0, 2.0, 2.99, 3.0, 4.5, 99.0)] == [0, 0, 0, 1, 2, 2]


def test_pieces_are_kept_beside_the_track(tmp_path: Path) -> None:
    store, tracks = ReasonStore(tmp_path), TrackStore(tmp_path)
    tracks.append(VIDEO, AnomalyTrack("trace", np.zeros(1, np.float32), np.zeros(1), 1.0))
    assert store.load(VIDEO, "trace") is None
    for part in (piece(2.0, [0.5], [0.25]), piece(0.0, [0.125, 0.75], [0.0, 0.5])):
        store.append(VIDEO, part)
        store.append(VIDEO, part)
    found = store.load(VIDEO, "trace")
    assert found is not None
    assert (found.pts_s.tolist(), found.end_s) == ([0, 1, 2], 3.0)
    assert found.anomalous.ids[:, 0].tolist() == [0, 1, 2]
    assert found.normal.ids[:, 0].tolist() == [100, 101, 102]
    assert found.anomalous.similarities[:, 0].tolist() == [0.125, 0.75, 0.5]
    assert found.normal.similarities.dtype == np.float32
    assert tracks.detectors(VIDEO) == ["trace"]
    tracks.delete(VIDEO)
    assert store.load(VIDEO, "trace") is None


def test_ids_keep_all_64_bits(tmp_path: Path) -> None:
    one = nearest([[2**64 - 1]], [[0.0]])
    ReasonStore(tmp_path).append(VIDEO, ReasonTrack("trace", np.zeros(1), 1.0, one, one))
    found = ReasonStore(tmp_path).load(VIDEO, "trace")
    assert found is not None
    assert int(found.anomalous.ids[0, 0]) == 2**64 - 1


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    ReasonStore(tmp_path).append(VIDEO, piece(0.0, [0.5], [0.5]))
    (path,) = tmp_path.rglob("trace.reasons.npz")
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(LibraryError, match=r"trace\.reasons\.npz is damaged"):
        ReasonStore(tmp_path).load(VIDEO, "trace")
