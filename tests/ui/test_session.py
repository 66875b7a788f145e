"""What the operator chose for the page."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from cli.ui import require_guarded
from search_api.access.keys import Keys
from search_api.access.opening import access_file
from search_api.access.roles import Role
from segments.errors import UserError
from tests.support.served import served
from tests.support.service import indexed_library  # noqa: F401 # a fixture
from ui.session import DEFAULT_URL, PageSettings, read_settings


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("rtr_file\n")
    assert read_settings({"RETRACE_KEY": "", "PATH": "x"}) == PageSettings(url=DEFAULT_URL)
    given = {"RETRACE_URL": "http://a:1", "RETRACE_KEY": "rtr_1", "RETRACE_TIMEZONE": "UTC"}
    assert read_settings(given) == PageSettings("http://a:1", key="rtr_1", timezone="UTC")
    assert read_settings({"RETRACE_KEY_FILE": str(tmp_path / "key")}).key == "rtr_file"


def test_an_address_and_a_library_contradict_each_other() -> None:
    result = CliRunner().invoke(app, ["ui", "--url", "http://a:1", "--library", "x"])
    assert result.exit_code == 1
    assert "not both" in result.output


def test_beyond_this_machine_a_service_without_keys_is_not_shown(
    tmp_path: Path,
    indexed_library: Path,  # noqa: F811
) -> None:
    library = shutil.copytree(indexed_library, tmp_path / "library")
    with served(library) as address:
        require_guarded("127.0.0.1", address)
        with pytest.raises(UserError, match="wants no API key"):
            require_guarded("0.0.0.0", address)
        with Keys(access_file(library)) as keys:
            keys.create("desk", Role.ADMIN)
        require_guarded("0.0.0.0", address)
