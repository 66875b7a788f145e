import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from segments.catalog import Catalog, SourceRecord, VideoRecord, cameras_of, recorded_at_ms
from segments.errors import LibraryError, UserError
from segments.library import Library

A = "aaaaaa" + "0" * 58
B = "aaaaaa" + "1" * 58
C = "cccccc" + "0" * 58
TEN = datetime(2024, 5, 31, 12, tzinfo=timezone(timedelta(hours=2)))


def video(video_id: str) -> VideoRecord:
    return VideoRecord(
        video_id=video_id,
        duration_s=12.34,
        width=320,
        height=240,
        fps=25.0,
        codec="h264",
        has_audio=True,
        size_bytes=1234,
        problems=("truncated: 3 of 9 s are there",),
        detectors=("alan",),
    )


def source(video_id: str, path: str, camera: str | None = None, **facts: object) -> SourceRecord:
    return SourceRecord.model_validate(
        {"video_id": video_id, "path": path, "camera": camera, **facts}
    )


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.create(tmp_path / "library", "fake")


def test_records_come_back_as_they_went_in(library: Library):
    seen = source(A, "/f/a.mp4", "gate", recorded_at=TEN, recorded_from="name", clock_offset_s=-5.0)
    with Catalog(library) as catalog:
        catalog.add_video(video(A))
        catalog.add_source(seen)
    with Catalog(library) as catalog:
        assert catalog.video(A) == video(A)
        assert catalog.video(B) is None
        assert catalog.sources(A) == [seen]


def test_one_content_at_two_places_is_one_video(library: Library):
    with Catalog(library) as catalog:
        for _ in range(2):  # writing again changes nothing
            catalog.add_video(video(A))
            catalog.add_source(source(A, "/f/b.mp4", "hall"))
            catalog.add_source(source(A, "/f/a.mp4", "gate"))
        assert catalog.videos() == [video(A)]
        assert [s.path for s in catalog.sources(A)] == ["/f/a.mp4", "/f/b.mp4"]
        assert catalog.cameras() == ["gate", "hall"]
        assert catalog.videos(camera="gate") == [video(A)]
        assert catalog.videos(camera="yard") == []


def test_a_path_holds_one_content_at_a_time(library: Library):
    with Catalog(library) as catalog:
        catalog.add_source(source(A, "/f/a.mp4"))
        catalog.add_source(source(B, "/f/a.mp4"))
        assert catalog.sources(A) == []
        assert catalog.sources(B) == [source(B, "/f/a.mp4")]


def test_find_by_path_name_id_and_prefix(library: Library, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir("/")
    with Catalog(library) as catalog:
        for video_id, path in [(A, "/f/a.mp4"), (B, "/f/b.mp4"), (C, "/g/a.mp4")]:
            catalog.add_video(video(video_id))
            catalog.add_source(source(video_id, path))
        assert catalog.find("/f/a.mp4").video_id == A
        assert catalog.find("f/a.mp4").video_id == A
        assert catalog.find("b.mp4").video_id == B
        assert catalog.find(B).video_id == B
        assert catalog.find("AAAAAA1").video_id == B
        assert catalog.find("cccccc").video_id == C
        with pytest.raises(UserError, match=r"may mean /f/a.mp4 \(aaaaaa000000\), /g/a.mp4"):
            catalog.find("a.mp4")
        with pytest.raises(UserError, match="may mean"):
            catalog.find("aaaaaa")
        for unknown in ("ccccc", "dddddd", "z.mp4", "", "/f"):
            with pytest.raises(UserError, match="no video"):
                catalog.find(unknown)


def test_a_video_that_is_not_complete_is_not_found(library: Library):
    with Catalog(library) as catalog:
        catalog.add_source(source(A, "/f/a.mp4", "gate"))
        assert catalog.cameras() == []
        with pytest.raises(UserError, match="not completely indexed"):
            catalog.find("a.mp4")


def test_deleting_takes_the_sources_along(library: Library):
    with Catalog(library) as catalog:
        catalog.add_video(video(A))
        catalog.add_source(source(A, "/f/a.mp4"))
        catalog.add_source(source(B, "/f/b.mp4"))
        assert catalog.delete_video(A) == [source(A, "/f/a.mp4")]
        assert (catalog.video(A), catalog.sources(A)) == (None, [])
        assert catalog.sources() == [source(B, "/f/b.mp4")]


def test_a_clock_offset_is_kept_and_moves_what_the_clock_said(library: Library):
    clock = source(A, "/a", "gate", recorded_at=TEN, recorded_from="name", clock_offset_s=10.0)
    stated = source(B, "/b", "gate", recorded_at=TEN, recorded_from="option")
    other = source(C, "/c", "hall", recorded_at=TEN, recorded_from="name")
    with Catalog(library) as catalog:
        for record in (clock, stated, other):
            catalog.add_source(record)
        assert catalog.set_clock_offset("gate", -20.0) == [A]
        assert catalog.set_clock_offset("gate", -20.0) == []
        assert catalog.clock_offsets() == {"gate": -20.0}
        (moved,) = catalog.sources(A)
        assert moved.recorded_at == TEN - timedelta(seconds=30)
        assert catalog.sources(B) + catalog.sources(C) == [stated, other]


def test_what_payloads_carry_of_sources():
    at = datetime(2024, 5, 31, 10, 0, 0, 1500, tzinfo=UTC)
    sources = [source(A, "/a", "x", recorded_at=at), source(A, "/b", "x"), source(A, "/c")]
    assert cameras_of(sources) == ["x"]
    assert recorded_at_ms(sources) == [1717149600002]  # 1.5 ms round to even


def test_a_reader_is_not_held_up_by_a_writer(library: Library):
    with Catalog(library) as writer, Catalog(library) as reader:
        writer.add_video(video(A))
        holder = sqlite3.connect(library.database, isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        holder.execute("DELETE FROM videos")
        assert reader.videos() == [video(A)]
        holder.execute("ROLLBACK")
        holder.close()


def test_a_damaged_database_is_said(library: Library):
    library.database.write_bytes(b"this is no database" * 100)
    with pytest.raises(LibraryError, match="cannot be used"):
        Catalog(library)


def test_another_version_is_refused(library: Library):
    with Catalog(library):
        pass
    connection = sqlite3.connect(library.database)
    connection.execute("UPDATE versions SET version = 99")
    connection.commit()
    connection.close()
    with pytest.raises(LibraryError, match="version 99; this retrace reads 2"):
        Catalog(library)


def test_places_with_their_videos_come_by_id_and_path(library: Library) -> None:
    with Catalog(library) as catalog:
        catalog.add_video(video(B))
        catalog.add_video(video(C))
        catalog.add_source(source(B, "/z.mp4", "gate", recorded_at=TEN, recorded_from="name"))
        catalog.add_source(source(B, "/a.mp4"))
        catalog.add_source(source(A, "/never indexed.mp4"))
        assert [tuple(row) for row in catalog.iter_places()] == [
            (B, 12.34, "/a.mp4", None, None),
            (B, 12.34, "/z.mp4", "gate", TEN),
            (C, 12.34, None, None, None),
        ]


def test_places_of_some_contents_come_at_once(library: Library) -> None:
    with Catalog(library) as catalog:
        catalog.add_source(source(B, "/z.mp4", "gate", recorded_at=TEN, recorded_from="name"))
        catalog.add_source(source(B, "/a.mp4"))
        catalog.add_source(source(C, "/c.mp4"))
        assert catalog.places([B, A]) == {
            B: [("/a.mp4", None, None), ("/z.mp4", "gate", TEN)],
            A: [],
        }
        assert catalog.places([]) == {}


def test_cameras_and_detectors_of_this_spaces_videos_are_known(library: Library) -> None:
    with Catalog(library) as catalog, Catalog(library.through("other")) as other:
        catalog.add_source(source(B, "/b.mp4", "gate"))
        assert not catalog.has_camera("gate")
        catalog.add_video(video(B))
        assert (catalog.has_camera("gate"), catalog.has_camera("yard")) == (True, False)
        assert (catalog.has_detector("alan"), catalog.has_detector("ala")) == (True, False)
        assert (other.has_camera("gate"), other.has_detector("alan")) == (False, False)
