"""The admin page over a real service."""

import sqlite3
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from search_api.access.keys import KeyRecord
from search_api.answers.access import AuditVerdict
from search_api.client import KeyRefused
from tests.support.pages import connect, make_key, open_page, press, said, turn_to
from tests.support.service import indexed_library, service  # noqa: F401 # fixtures
from ui.access.keys import expiry, facts, status
from ui.access.log import meaning

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def key(**fields) -> KeyRecord:
    made = {"key_id": "1", "name": "desk", "role": "viewer", "created_at": NOON}
    return KeyRecord.model_validate({**made, **fields})


def test_keys_in_words():
    assert status(key(), NOON) == "valid"
    assert status(key(expires_at=NOON), NOON) == "expired"
    assert status(key(expires_at=NOON, revoked_at=NOON), NOON) == "revoked"
    assert facts(key(cameras=("a", "b"), expires_at=NOON), ZoneInfo("UTC")) == (
        "cameras a, b · made 2026-07-01 12:00:00 UTC · expires 2026-07-01 12:00:00 UTC · never used"
    )
    assert expiry("Never", NOON) is None
    assert expiry("In 30 days", NOON) == NOON + timedelta(days=30)


def test_verdicts_of_the_log_in_words():
    whole = AuditVerdict(is_whole=True, first_break=None, num_entries=1, head="0")
    assert meaning(whole) == "The log is whole: 1 row, each as it was written."
    broken = AuditVerdict(is_whole=False, first_break=3, num_entries=9, head="0")
    assert meaning(broken) == "Row 3 is missing or was altered; 9 rows by its own count."


def test_a_key_is_made_shown_once_and_revoked(service):  # noqa: F811
    opened = service()
    admin = connect(opened, make_key(opened, "admin"))
    page = open_page("admin", admin)
    page = page.selectbox[0].set_value("investigator").run()
    page.text_input[0].input("desk")
    page.multiselect[0].select("gate")
    page.selectbox[1].set_value("In 7 days")
    page = press(page, "Make the key")
    token = page.code[0].value
    made = next(one for one in admin.keys.list() if one.name == "desk")
    assert (made.role, made.cameras) == ("investigator", ("gate",))
    assert made.expires_at is not None
    assert made.expires_at - made.created_at == pytest.approx(
        timedelta(days=7), abs=timedelta(minutes=1)
    )
    theirs = connect(opened, token)
    assert theirs.myself().name == "desk"
    page = press(page, "I have copied it")
    assert token not in said(page)
    page = page.button(key=f"revoke.{made.key_id}").click().run()
    with pytest.raises(KeyRefused):
        theirs.myself()
    assert f"revoke.{made.key_id}" not in [button.key for button in page.button]


def test_an_impossible_key_is_refused_with_the_reason(service):  # noqa: F811
    opened = service()
    page = open_page("admin", connect(opened, make_key(opened, "admin")))
    page.text_input[0].input("admin")
    page = press(page, "Make the key")
    assert "choose another name" in page.error[0].value


@pytest.mark.parametrize("role", ["viewer", "investigator"])
def test_others_are_told_that_their_key_may_not(service, role):  # noqa: F811
    opened = service()
    page = open_page("admin", connect(opened, make_key(opened, role)))
    assert "Your key may not do this" in said(page)
    assert not [box for box in page.text_input if box.label == "Name"]


def test_the_log_is_filtered_and_turned_page_by_page(service, monkeypatch):  # noqa: F811
    monkeypatch.setattr("ui.access.log.PER_PAGE", 2)
    opened = service()
    admin = connect(opened)
    for name in ("a", "b", "c"):
        admin.cases.create(name)
    admin.videos.list()
    page = turn_to(open_page("admin", admin), "Log")
    page = page.selectbox[0].set_value("case").run()
    assert list(page.dataframe[0].value["No."]) == ["3", "2"]
    page = press(page, "Next page")
    assert list(page.dataframe[0].value["No."]) == ["1"]
    page = press(page, "Page before")
    assert list(page.dataframe[0].value["No."]) == ["3", "2"]
    page = page.selectbox[0].set_value("export").run()
    assert "Nothing was logged" in said(page)


def test_an_altered_log_is_noticed(service, tmp_path):  # noqa: F811
    admin = connect(service())
    admin.cases.create("a")
    admin.cases.create("b")
    page = press(turn_to(open_page("admin", admin), "Log"), "Verify the chain")
    assert "The log is whole: 2 rows" in page.success[0].value
    with sqlite3.connect(tmp_path / "library" / "access.sqlite") as rows:
        rows.execute("UPDATE audit SET what = 'nothing' WHERE entry_id = 1")
    page = press(page, "Verify the chain")
    assert "Row 1 is missing or was altered" in page.error[0].value
