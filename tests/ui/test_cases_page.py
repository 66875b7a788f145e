"""The cases page over a real service, with keys of each role."""

import pytest

from search_api.answers.cases import CaseFinding
from tests.support.pages import connect, make_key, open_page, press, said, turn_to
from tests.support.service import indexed_library, service  # noqa: F401 # fixtures


@pytest.fixture
def room(service):  # noqa: F811
    """A connection by an investigator's key, and a case of two hits."""
    opened = service()
    admin = make_key(opened, "admin")
    client = connect(opened, make_key(opened, "investigator", admin=admin))
    gate, yard = (client.videos.list(cameras=[name]).videos[0] for name in ("gate", "yard"))
    case = client.cases.create("theft <b>at</b> the *gate*")
    found = [
        CaseFinding(video_id=gate.video_id, start_s=1, end_s=4, query={"text": "a fight"}, note=""),
        CaseFinding(video_id=yard.video_id, start_s=2, end_s=5, note="a [link](http://x.y)"),
    ]
    client.cases.add_hits(case.case_id, found)
    return client


def test_a_case_is_opened_renamed_and_locked(room):
    page = open_page("cases", room)
    page.text_input[0].input("  the second  ")
    page = press(page, "Open a case")
    assert page.query_params["case"] == "2"
    assert "No hits yet" in said(page)
    next(box for box in page.text_input if box.label == "Name of the case").input("other")
    press(press(page, "Rename"), "Lock")
    case = room.cases.get(2)
    assert (case.name, case.is_locked) == ("other", True)


def test_hits_say_where_when_and_why_and_what_others_wrote_is_no_markup(room):
    page = open_page("cases", room, case="1")
    assert not page.exception
    text = said(page)
    video = room.videos.get(room.cases.get(1).hits[0].video_id)
    hour = video.places[0].recorded_at.hour
    assert f"1 · gate · 2026-11-01 {hour}:00:01 UTC" in text
    assert "2 · yard · 2026-11-01 10:00:02 UTC" in text
    assert 'Found by: "a fight"' in text
    raw = "\n".join(str(one.value) for one in [*page.subheader, *page.caption])
    assert r"theft \<b\>at\<\/b\> the \*gate\*" in raw
    assert r"a \[link\]\(http\:\/\/" in raw


def test_hits_are_moved_and_taken_out(room):
    page = open_page("cases", room, case="1")
    before = [hit.hit_id for hit in room.cases.get(1).hits]
    page = press(page, "Down")
    assert [hit.hit_id for hit in room.cases.get(1).hits] == before[::-1]
    press(page, "Remove")
    assert [hit.hit_id for hit in room.cases.get(1).hits] == before[:1]


def test_hits_of_a_locked_case_stay(room):
    room.cases.lock(1)
    page = open_page("cases", room, case="1")
    labels = {button.label for button in page.button}
    assert "Unlock" in labels
    assert not labels & {"Remove", "Delete the case"}


def test_a_note_is_written_with_its_time(room):
    page = open_page("cases", room, case="1")
    page.text_area[0].input("seen by **me**")
    page = press(page, "Add the note")
    (note,) = room.cases.get(1).notes
    assert note.text == "seen by **me**"
    assert note.text in [text.value for text in page.text]


def test_a_refusal_is_told_and_the_page_stays(room):
    page = open_page("cases", room, case="1")
    room.cases.create("taken")
    next(box for box in page.text_input if box.label == "Name of the case").input("taken")
    page = press(page, "Rename")
    assert "taken" in page.error[0].value
    assert "1 · gate" in said(page)


def test_a_bundle_is_ordered_followed_and_may_be_fetched(room):
    page = turn_to(open_page("cases", room, case="1"), "Evidence")
    assert room.evidence.key().fingerprint in said(page)
    page = press(page, "Make the bundle")
    export_id = page.session_state["evidence.export"][1]
    assert room.evidence.wait(export_id, every_s=0.05).state == "done"
    page.run()
    link = next(one for one in page.get("link_button") if "Download" in one.proto.label)
    assert f"/v1/evidence/exports/{export_id}/bundle?key_id=" in link.proto.url


def test_a_case_that_is_not_there_says_so(room):
    for number in ("99", "x"):
        assert "There is no such case" in said(open_page("cases", room, case=number))


def test_a_viewer_is_told_that_its_key_may_not(service):  # noqa: F811
    opened = service()
    viewer = connect(opened, make_key(opened, "viewer"))
    page = open_page("cases", viewer)
    assert "Your key may not do this" in said(page)
    assert not page.exception


@pytest.mark.parametrize("view", ["Compare", "Same time"])
def test_views_with_players_are_drawn(room, view):
    page = turn_to(open_page("cases", room, case="1"), view)
    assert not page.exception
    assert page.multiselect[0].value
