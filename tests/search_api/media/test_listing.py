"""Lists of videos: chosen, in order, page by page."""

from datetime import datetime
from pathlib import Path

import pytest

from search_api.media.listing import Choice, Order, list_videos
from segments.catalog import Catalog, SourceRecord
from segments.errors import UserError
from segments.library import Library
from tests.support.small_library import GATE, LOST, SOURCES, YARD, video


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    """GATE at two cameras on two days, YARD without a time, LOST without a camera."""
    found = Catalog(Library.create(tmp_path / "library", "tiny"))
    for video_id, duration_s in ((GATE, 20.0), (YARD, 10.0), (LOST, 30.0)):
        found.add_video(video(video_id, duration_s=duration_s))
    for source in SOURCES:
        found.add_source(source)
    yield found
    found.close()


def _ids(catalog: Catalog, **choice: object) -> list[str]:
    page = list_videos(catalog, Choice(**choice), limit=10)  # pyright: ignore[reportArgumentType]
    assert page.total == len(page.videos)
    return [one.record.video_id for one in page.videos]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_all_by_name(catalog: Catalog) -> None:
    assert _ids(catalog) == [GATE, YARD, LOST]  # a.mp4, b.mp4, c.mp4


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("duration", [YARD, GATE, LOST]),
        ("-duration", [LOST, GATE, YARD]),
        ("recorded", [GATE, YARD, LOST]),
        ("-recorded", [GATE, YARD, LOST]),
    ],
)
def test_orders(catalog: Catalog, order: Order, ids: list[str]) -> None:
    assert _ids(catalog, order=order) == ids


def test_newest_first_is_the_other_way_round(catalog: Catalog) -> None:
    later = SourceRecord(video_id=YARD, path="/z.mp4", recorded_at=_time("2026-12-01T00:00:00Z"))
    catalog.add_source(later)
    choice = {"after": _time("2020-01-01T00:00:00Z")}
    assert _ids(catalog, order="recorded", **choice) == [GATE, YARD]
    assert _ids(catalog, order="-recorded", **choice) == [YARD, GATE]


def test_a_camera_a_name_and_a_time_are_of_one_place(catalog: Catalog) -> None:
    assert _ids(catalog, cameras=frozenset({"yard"})) == [YARD, GATE]  # "copy of a" comes after b
    assert _ids(catalog, name="COPY") == [GATE]
    assert _ids(catalog, name="copy", cameras=frozenset({"gate"})) == []
    assert _ids(catalog, name="%") == []
    assert _ids(catalog, cameras=frozenset({"nowhere"})) == []


@pytest.mark.parametrize(
    ("after", "before", "ids"),
    [
        ("10:00:19", None, [GATE]),
        ("10:00:20", None, []),
        (None, "10:00:00", []),
        (None, "10:00:01", [GATE]),
        ("09:00:00", "11:00:00", [GATE]),
    ],
)
def test_times_are_those_of_any_of_the_footage(
    catalog: Catalog, after: str | None, before: str | None, ids: list[str]
) -> None:
    choice = {"cameras": frozenset({"gate"})}
    for name, clock in (("after", after), ("before", before)):
        if clock:
            choice[name] = _time(f"2026-11-01T{clock}+01:00")
    assert _ids(catalog, **choice) == ids


def test_pages_follow_each_other_though_videos_come_and_go(catalog: Catalog) -> None:
    choice = Choice(order="duration")
    first = list_videos(catalog, choice, limit=1)
    assert [one.record.video_id for one in first.videos] == [YARD]
    assert first.total == 3
    catalog.delete_video(YARD)
    second = list_videos(catalog, choice, limit=1, cursor=first.next_cursor)
    third = list_videos(catalog, choice, limit=1, cursor=second.next_cursor)
    assert [one.record.video_id for one in (*second.videos, *third.videos)] == [GATE, LOST]
    assert third.next_cursor is None


@pytest.mark.parametrize(
    "cursor",
    ["", "!", "bm90IGpzb24", "W10", "WyJuYW1lIiwwLDEsImEiXQ", "WyJuYW1lIiwwLG51bGwsImEiXQ"],
)
def test_other_cursors_are_refused(catalog: Catalog, cursor: str) -> None:
    with pytest.raises(UserError, match="ask for the first page"):
        list_videos(catalog, Choice(), limit=1, cursor=cursor)


def test_a_cursor_belongs_to_its_order(catalog: Catalog) -> None:
    page = list_videos(catalog, Choice(order="duration"), limit=1)
    with pytest.raises(UserError, match="another order's"):
        list_videos(catalog, Choice(order="-duration"), limit=1, cursor=page.next_cursor)
