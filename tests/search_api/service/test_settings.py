"""Settings come from the environment, are checked, and each says what it is for."""

import ast
import inspect
from pathlib import Path

import pytest
from pydantic import ValidationError

from search_api.service.settings import ServiceSettings


def test_the_environment_sets_what_code_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRACE_ROOTS", "/footage, /more footage")
    monkeypatch.setenv("RETRACE_ORIGINS", "https://ui.example")
    monkeypatch.setenv("RETRACE_HOSTS", "")
    monkeypatch.setenv("RETRACE_PORT", "9000")
    settings = ServiceSettings(port=9001)
    assert settings.roots == (Path("/footage"), Path("/more footage"))
    assert settings.origins == ("https://ui.example",)
    assert settings.hosts == ()
    assert settings.port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 65_536),
        ("max_upload_bytes", 0),
        ("request_timeout_s", float("nan")),
        ("request_timeout_s", float("inf")),
        ("max_waiting", -1),
        ("no_such_setting", 1),
    ],
)
def test_settings_out_of_bounds_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValidationError, match=name):
        ServiceSettings.model_validate({name: value})


def test_a_store_key_is_never_printed() -> None:
    assert "hush" not in repr(ServiceSettings(store_api_key="hush"))


def test_it_listens_to_this_machine_only_and_serves_no_other_page() -> None:
    settings = ServiceSettings()
    assert (settings.host, settings.origins, settings.roots) == ("127.0.0.1", (), ())


def test_every_limit_says_what_it_is() -> None:
    tree = ast.parse(inspect.getsource(ServiceSettings)).body[0]
    assert isinstance(tree, ast.ClassDef)
    explained = {
        before.target.id
        for before, after in zip(tree.body, tree.body[1:], strict=False)
        if isinstance(before, ast.AnnAssign)
        and isinstance(before.target, ast.Name)
        and isinstance(after, ast.Expr)
    }
    obvious = {"port", "store_api_key"}
    assert set(ServiceSettings.model_fields) - explained <= obvious
