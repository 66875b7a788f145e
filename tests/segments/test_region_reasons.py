from pathlib import Path

import numpy as np

from segments.region_reasons import RegionReasons, RegionReasonStore, RegionReasonTrack, joined
from tests.support.points import make_video_id

VIDEO = make_video_id(1)


def piece(first_s: float, tracks: list[int]) -> RegionReasonTrack:
    """One thing a time; all of it says which."""
    ids = np.array(tracks)[:, None]
    count = len(tracks)
    things = RegionReasons(
        counts=np.ones(count, np.uint8),
        shown_s=first_s + ids / 10.0,
        boxes=np.repeat(ids[..., None] / 10, 4, axis=2).astype(np.float32),
        tracks=ids.astype(np.int32),
        captions=ids.astype(np.uint64) + np.uint64(2**63),
        is_carried=ids == 2,
        errors=np.repeat(ids[..., None], 3, axis=2).astype(np.float32),
        acts=np.zeros(ids.shape, np.uint64),
        heat=np.full((count, 1, 8, 8), 9, np.uint8),
    )
    times = first_s + np.arange(count, dtype=np.float64)
    return RegionReasonTrack("local_patterns", times, first_s + count, things)


def test_pieces_are_kept_beside_the_track(tmp_path: Path) -> None:
    store = RegionReasonStore(tmp_path)
    assert store.load(VIDEO, "local_patterns") is None
    for part in (piece(2.0, [3]), piece(0.0, [1, 2])):
        store.append(VIDEO, part)
        store.append(VIDEO, part)
    found = store.load(VIDEO, "local_patterns")
    assert found is not None
    assert (found.pts_s.tolist(), found.end_s) == ([0, 1, 2], 3.0)
    assert found.things.tracks.tolist() == [[1], [2], [3]]
    assert found.things.captions[0, 0] == 2**63 + 1
    assert found.things.is_carried[:, 0].tolist() == [False, True, False]
    assert [found.row_at(t) for t in (-1.0, 0.5, 1.0, 9.0)] == [0, 0, 1, 2]


def test_joining_is_what_the_file_does(tmp_path: Path) -> None:
    parts = [piece(0.0, [1, 2]), piece(2.0, [3])]
    whole = joined(parts)
    assert (whole.pts_s.tolist(), whole.end_s) == ([0, 1, 2], 3.0)
    assert whole.things.errors[:, 0, 0].tolist() == [1, 2, 3]
