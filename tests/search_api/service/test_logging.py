"""What stands in a log, and what does not."""

import json
import logging

import pytest
import structlog

from search_api.service.logging import configure_logging


@pytest.fixture(autouse=True)
def as_before():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_an_error_is_told_by_its_places_and_not_by_the_values_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging()

    def ask(key: str) -> None:
        raise ValueError("no such thing")

    try:
        ask("rtr_very-secret")
    except ValueError as error:
        structlog.get_logger("retrace.test").error("request.bug", exc_info=error)
    (line,) = capsys.readouterr().err.splitlines()
    (found,) = json.loads(line)["exception"]
    assert (found["exc_type"], found["exc_value"]) == ("ValueError", "no such thing")
    assert [frame["name"] for frame in found["frames"]][-1] == "ask"
    assert "rtr_very-secret" not in line
