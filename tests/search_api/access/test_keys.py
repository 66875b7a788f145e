import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from search_api.access import keys as keys_module
from search_api.access.keys import Keys
from search_api.access.roles import LOCAL, Principal, Role
from segments.errors import UserError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "access.sqlite"


@pytest.fixture
def keys(path: Path) -> Iterator[Keys]:
    with Keys(path) as opened:
        yield opened


def test_a_key_is_shown_once_and_kept_as_its_digest(keys: Keys, path: Path) -> None:
    made, token = keys.create("desk", Role.VIEWER)
    assert token.startswith(f"rtr_{made.key_id}_")
    assert len(token.split("_", 2)[2]) == 43  # 32 bytes, base64url
    with sqlite3.connect(path) as rows:
        kept = "".join(str(cell) for row in rows.execute("SELECT * FROM keys") for cell in row)
    assert token.split("_", 2)[2] not in kept
    assert keys.check(token) is not None


def test_no_two_keys_are_alike(keys: Keys) -> None:
    tokens = {keys.create(str(number), Role.VIEWER)[1] for number in range(20)}
    assert len(tokens) == 20


def test_a_key_says_who_it_is(keys: Keys) -> None:
    made, token = keys.create(" desk ", Role.INVESTIGATOR, cameras=("yard", "gate", "yard"))
    found = keys.check(token)
    assert found is not None
    expected = Principal(made.key_id, "desk", Role.INVESTIGATOR, frozenset({"gate", "yard"}))
    assert found.principal == expected
    assert keys.create("all", Role.VIEWER)[0].principal.cameras is None


def test_what_is_not_a_key_opens_nothing(keys: Keys) -> None:
    made, token = keys.create("desk", Role.VIEWER)
    other = keys.create("other", Role.VIEWER)[1]
    swapped = f"rtr_{made.key_id}_{other.split('_', 2)[2]}"
    flipped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    for wrong in ("", "rtr_", token[:-1], token + "A", flipped, swapped, token.upper(), "é" * 60):
        assert keys.check(wrong) is None


def test_a_revoked_key_opens_nothing_and_stays_listed(keys: Keys) -> None:
    made, token = keys.create("desk", Role.VIEWER)
    revoked = keys.revoke("desk")
    assert revoked.revoked_at is not None
    assert keys.check(token) is None
    assert keys.valid(made.key_id) is None
    assert keys.all() == [revoked] == [keys.revoke(made.key_id)]
    assert keys.any_made()
    with pytest.raises(UserError, match="already"):
        keys.create("desk", Role.VIEWER)


def test_a_key_ends_with_its_time(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    until = datetime.now(UTC) + timedelta(hours=1)
    made, token = keys.create("guest", Role.VIEWER, expires_at=until)
    assert keys.check(token) is not None
    monkeypatch.setattr(keys_module, "_now", lambda: until)
    assert keys.check(token) is None
    assert keys.valid(made.key_id) is None
    with pytest.raises(UserError, match="past"):
        keys.create("late", Role.VIEWER, expires_at=until)


def test_the_last_use_is_known_to_the_minute(keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.now(UTC)
    _, token = keys.create("desk", Role.VIEWER)
    assert keys.find("desk").used_at is None
    uses = [now + timedelta(seconds=seconds) for seconds in (1, 40, 61, 100)]
    seen: list[datetime | None] = []
    for at in uses:
        monkeypatch.setattr(keys_module, "_now", lambda at=at: at)
        keys.check(token)
        seen.append(keys.find("desk").used_at)
    assert seen == [uses[0], uses[0], uses[2], uses[2]]


def test_keys_that_make_no_sense_are_refused(keys: Keys) -> None:
    for name in ("", "  ", "x" * 101, "a\nb"):
        with pytest.raises(UserError, match="1 to 100 printable"):
            keys.create(name, Role.VIEWER)
    with pytest.raises(UserError, match="an admin sees every camera"):
        keys.create("boss", Role.ADMIN, cameras=("gate",))
    with pytest.raises(UserError, match="none of them empty"):
        keys.create("desk", Role.VIEWER, cameras=("gate", ""))
    with pytest.raises(UserError, match="no key 'ghost'"):
        keys.revoke("ghost")
    assert not keys.any_made()


def test_each_role_may_do_what_the_one_before_may() -> None:
    assert [[role.covers(needed) for needed in Role] for role in Role] == [
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]


def test_who_sees_some_cameras_sees_nothing_without_one() -> None:
    guard = Principal("k", "guard", Role.VIEWER, frozenset({"gate"}))
    assert [guard.may_see(camera) for camera in ("gate", "yard", None)] == [True, False, False]
    assert LOCAL.may_see(None)
