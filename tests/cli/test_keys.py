import json
import sqlite3
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.keys import parse_expiry
from cli.main import app
from search_api.access.keys import Keys
from search_api.access.roles import Role
from segments.errors import UserError
from segments.library import Library


@pytest.fixture
def library(tmp_path: Path) -> Path:
    library = Library.create(tmp_path / "library", "tiny")
    return library.root


def run(library: Path, *arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["keys", *arguments, "--library", str(library)])
    assert result.exit_code == code, result.output
    return result.stdout if code == 0 else result.output


def test_a_key_is_printed_once_and_opens(library: Path) -> None:
    token = run(
        library, "create", "guard", "--camera", "gate", "--camera", "yard", "--expires", "30d"
    ).strip()
    with Keys(library / "access.sqlite") as keys:
        found = keys.check(token)
    assert found is not None
    assert (found.role, found.cameras) == (Role.VIEWER, ("gate", "yard"))
    assert token not in run(library, "list")
    listed = json.loads(run(library, "list", "--json"))
    assert [key["name"] for key in listed] == ["guard"]


def test_a_key_is_revoked_by_its_name(library: Path) -> None:
    token = run(library, "create", "boss", "--role", "admin").strip()
    run(library, "revoke", "boss")
    assert "REVOKED" in run(library, "list")
    with Keys(library / "access.sqlite") as keys:
        assert keys.check(token) is None
    assert "no key 'ghost'" in run(library, "revoke", "ghost", code=1)


def test_the_log_is_checked(library: Path) -> None:
    assert run(library, "audit") == "empty\n"
    run(library, "create", "boss", "--role", "admin")
    run(library, "revoke", "boss")
    assert run(library, "audit").startswith("all 2 rows are as they were written")
    with sqlite3.connect(library / "access.sqlite") as rows:
        rows.execute("DELETE FROM audit WHERE entry_id = 1")
    assert "row 1 of the log is missing" in run(library, "audit", code=1)


def test_without_a_library_there_are_no_keys(tmp_path: Path) -> None:
    assert "no library at" in run(tmp_path / "nowhere", "create", "boss", code=1)
    assert not (tmp_path / "nowhere").exists()


def test_an_end_is_a_span_or_a_time() -> None:
    spans = {"30m": 1800, "12h": 43_200, "2d": 172_800, "1w": 604_800}
    for text, seconds in spans.items():
        left = parse_expiry(text) - datetime.now(UTC)
        assert timedelta(seconds=seconds - 60) < left <= timedelta(seconds=seconds)
    zone = timezone(timedelta(hours=1))
    assert parse_expiry("2099-01-31T18:00+01:00") == datetime(2099, 1, 31, 18, tzinfo=zone)
    for wrong in ("", "0d", "5y", "soon", "-1d"):
        with pytest.raises(UserError, match="write 30d"):
            parse_expiry(wrong)
    with pytest.raises(UserError, match="has no zone"):
        parse_expiry("2099-01-31T18:00")
