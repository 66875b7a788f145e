from pathlib import Path

import numpy as np
import pytest

from search_api.gathering import iter_tiles, read_stills
from search_api.media import find_source, place_of
from search_api.schemas import SearchHit
from segments.catalog import Catalog, SourceRecord, VideoRecord
from segments.errors import MediaError
from segments.scores import AnomalyTrack
from segments.tracks import TrackStore
from tests.support.small_library import GATE, YARD, make_library, video
from tests.support.tiny_footage import write_video


@pytest.fixture
def footage(tmp_path: Path) -> Path:
    return write_video(tmp_path / "footage" / "b.mp4", seconds=12)


@pytest.fixture
def record(footage: Path) -> VideoRecord:
    size_bytes = footage.stat().st_size
    return video(GATE, duration_s=12.0).model_copy(update={"size_bytes": size_bytes})


@pytest.fixture
def catalog(tmp_path: Path, footage: Path, record: VideoRecord):
    sources = (
        SourceRecord(video_id=GATE, path=str(tmp_path / "footage" / "a.mp4")),
        SourceRecord(video_id=GATE, path=str(footage)),
    )
    library = make_library(tmp_path / "library", points=(), videos=(record,), sources=sources)
    with Catalog(library) as opened:
        yield opened


def hit(video_id: str, path: Path) -> SearchHit:
    return SearchHit(
        rank=1,
        video=str(path),
        video_id=video_id,
        camera=None,
        start_s=0.0,
        end_s=10.24,
        start_time=None,
        score=0.5,
        parts={},
        anomaly={},
        explanation=None,
    )


def test_another_place_stands_in_for_a_file_that_is_gone(
    catalog: Catalog, record: VideoRecord, footage: Path
) -> None:
    source = find_source(catalog, record, prefer=str(footage.with_name("a.mp4")))
    assert (source.path, source.duration_s, source.video_id) == (footage, 12.0, GATE)


def test_the_place_that_was_named_is_shown(
    catalog: Catalog, record: VideoRecord, footage: Path
) -> None:
    assert place_of(catalog, record, prefer=str(footage)).path == str(footage)
    assert place_of(catalog, record, prefer="b.mp4").path.endswith("a.mp4")


def test_every_place_is_named_where_none_is_left(
    catalog: Catalog, record: VideoRecord, footage: Path
) -> None:
    footage.unlink()
    with pytest.raises(MediaError, match=r"a\.mp4 is gone; .*b\.mp4 is gone\. Put it back"):
        find_source(catalog, record, prefer="a.mp4")


def test_a_tile_shows_the_most_anomalous_time(
    catalog: Catalog, tmp_path: Path, footage: Path
) -> None:
    tracks = TrackStore(tmp_path / "tracks")
    scores = np.array([0.1, 0.2, 0.9], np.float32)
    tracks.append(GATE, AnomalyTrack("alan", scores, np.array([0.0, 4.0, 8.0]), 12.0))
    (with_curve,) = iter_tiles([hit(GATE, footage)], catalog, tracks)
    (without,) = iter_tiles([hit(GATE, footage)], catalog, TrackStore(tmp_path / "none"))
    assert with_curve.picture is not None
    assert without.picture is not None
    assert with_curve.picture.shape == (450, 600, 3)
    # the middle of 8 to 10.24 s against the middle of the span: the box has wandered
    assert np.abs(with_curve.picture.astype(int) - without.picture.astype(int)).max() > 50
    assert without.track is None


def test_a_tile_says_what_is_missing(catalog: Catalog, tmp_path: Path, footage: Path) -> None:
    tracks = TrackStore(tmp_path / "tracks")
    (unknown,) = iter_tiles([hit(YARD, footage)], catalog, tracks)
    assert (unknown.picture, unknown.note) == (None, "file not found")
    damaged = bytes(footage.stat().st_size)
    footage.write_bytes(damaged)
    (unreadable,) = iter_tiles([hit(GATE, footage)], catalog, tracks)
    assert (unreadable.picture, unreadable.note) == (None, "file cannot be read")
    footage.unlink()
    (gone,) = iter_tiles([hit(GATE, footage)], catalog, tracks)
    assert (gone.picture, gone.note) == (None, "file not found")


def test_stills_are_spread_over_the_video(
    catalog: Catalog, record: VideoRecord, footage: Path
) -> None:
    stills = read_stills(catalog, record, prefer=str(footage))
    assert [still.time_s for still in stills] == pytest.approx(np.arange(9) * 12 / 9 + 6 / 9)
    assert {still.pixels.shape for still in stills if still.pixels is not None} == {(240, 320, 3)}
    footage.unlink()
    assert all(still.pixels is None for still in read_stills(catalog, record, prefer="a.mp4"))
