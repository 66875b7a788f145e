"""The library page over a real service, with keys of each role."""

from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from search_api.answers.cases import CaseFinding
from search_api.answers.disk import DiskUse
from search_api.client import NotThere
from tests.support.pages import connect, make_key, open_page, press, said, turn_to
from tests.support.service import indexed_library, service  # noqa: F401 # fixtures
from ui.library import disk


def views(page: AppTest) -> list[str]:
    return page.segmented_control[0].options


def columns(page: AppTest) -> dict[str, list[object]]:
    return {str(name): list(cells) for name, cells in page.dataframe[0].value.items()}


@pytest.fixture
def admin(service):  # noqa: F811
    opened = service()
    return connect(opened, make_key(opened, "admin"))


def test_each_role_is_offered_what_it_may_do(service):  # noqa: F811
    opened = service()
    admin = make_key(opened, "admin")
    keys = {"admin": admin}
    keys |= {role: make_key(opened, role, admin=admin) for role in ("investigator", "viewer")}
    pages = {role: open_page("library", connect(opened, key)) for role, key in keys.items()}
    usual = ["Videos", "Add footage", "Sentences", "What is here"]
    assert views(pages["admin"]) == views(pages["investigator"]) == usual
    assert views(pages["viewer"]) == ["Videos", "Sentences", "What is here", "Check a bundle"]
    may_delete = {
        role
        for role, page in pages.items()
        if "Delete it from the library" in [b.label for b in page.button]
    }
    assert may_delete == {"admin"}
    added = turn_to(pages["investigator"], "Add footage")
    assert "From where" not in [one.label for one in added.segmented_control]


def test_videos_are_listed_with_their_facts(admin):
    page = open_page("library", admin)
    page = page.selectbox[0].set_value("-duration").run()
    table = columns(page)
    assert table["Camera"] == ["gate", "yard", "gate"]
    assert table["Recorded"][2] == "2026-11-01 11:00:00 UTC"
    assert table["Length"] == ["14 s", "11 s", "9 s"]
    assert all("signature=" in str(url) for url in table["Picture"])
    assert "1–3 of 3 videos" in said(page)


def test_filters_choose_by_camera_name_and_order(admin):
    page = open_page("library", admin)
    page.multiselect[0].select("gate")
    page = page.selectbox[0].set_value("duration").run()
    assert columns(page)["Length"] == ["9 s", "14 s"]
    page = page.text_input[0].set_value("_1100").run()
    assert columns(page)["Name"] == ["20261101_110000.mp4"]
    page = page.text_input[0].set_value("nothing").run()
    assert "No video fits these filters" in said(page)


def test_a_video_is_deleted_once_its_name_was_typed(admin):
    video = admin.videos.list().videos[0]
    page = open_page("library", admin)
    page.text_input[-1].input("something else")
    page = press(page, "Delete it from the library")
    assert "nothing was deleted" in said(page)
    assert admin.videos.get(video.video_id)
    page.text_input[-1].input(video.name)
    page = press(page, "Delete it from the library")
    assert f"{video.name} is out of the library" in said(page)
    with pytest.raises(NotThere):
        admin.videos.get(video.video_id)


def test_a_locked_video_stays_and_the_case_is_named(admin):
    video = admin.videos.list().videos[0]
    case = admin.cases.create("theft")
    span = CaseFinding(video_id=video.video_id, start_s=0, end_s=1, note="")
    admin.cases.add_hits(case.case_id, [span])
    admin.cases.lock(case.case_id)
    page = open_page("library", admin)
    assert "Locked: by a case" in said(page)
    page.text_input[-1].input(video.name)
    page = press(page, "Delete it from the library")
    assert "theft" in page.error[0].value
    assert admin.videos.get(video.video_id).is_locked


def test_what_the_library_is_made_of(admin):
    page = turn_to(open_page("library", admin), "What is here")
    assert not page.exception
    told = {metric.label: metric.value for metric in page.metric}
    assert (told["Videos"], told["Footage"]) == ("3", "34 s")
    assert list(page.dataframe[0].value["Camera"]) == ["gate", "yard"]
    assert list(page.dataframe[1].value["Profile"]) == ["compact"]
    assert "model loaded" in said(page)


def test_an_order_that_makes_no_sense_is_refused_with_its_reason(admin):
    page = turn_to(open_page("library", admin), "Add footage")
    page = page.segmented_control[1].set_value("Files and folders at the service").run()
    page = press(page, "Index it")
    assert "Nothing was chosen" in page.warning[0].value
    page.text_area[0].input("/nowhere/at/all")
    page = press(page, "Index it")
    assert "body.paths.0: not there" in said(page)


def test_what_it_takes_of_the_disk_is_told_to_who_sees_all(admin):
    page = turn_to(open_page("library", admin), "What is here")
    parts = page.dataframe[-1].value["Part"].tolist()
    assert {"Vectors", "Scores and reasons", "Databases and settings"} <= set(parts)
    assert "2.1 GB are not for footage that is sent" in said(page)


def test_parts_of_the_disk_are_listed_by_size():
    found = DiskUse(
        measured_at=datetime(2026, 11, 1, 10, tzinfo=UTC),
        store=2_000_000,
        tracks=5_000_000_000,
        cache=0,
        footage=0,
        spool=0,
        work=0,
        evidence=812,
        others=0,
        free=80_000_000_000,
        kept_free=2_000_000_000,
    )
    assert disk.cells(found) == {
        "Part": ["Scores and reasons", "Vectors", "Evidence to be fetched"],
        "Takes": ["5.0 GB", "2.0 MB", "812 B"],
    }
    assert found.total == 5_002_000_812
