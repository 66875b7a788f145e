"""What the search page says, against a service that answers as the test wants."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from search_api.answers.problems import Problem
from search_api.client import ApiError, KeyRefused, NotThere, ServiceAway, StrangeAnswer, TryLater
from search_api.client.errors import api_error
from tests.support.served import served
from tests.support.service import indexed_library  # noqa: F401 # a fixture
from ui import states

APP = str(Path(__file__).parent.parent.parent / "ui/app.py")


@pytest.fixture(scope="module")
def address(indexed_library: Path) -> Iterator[str]:  # noqa: F811
    with served(indexed_library) as found:
        yield found


@pytest.fixture
def app(address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppTest]:
    monkeypatch.setenv("RETRACE_URL", address)
    monkeypatch.setenv("RETRACE_TIMEZONE", "UTC")
    opened = AppTest.from_file(APP, default_timeout=120)
    yield opened
    opened.session_state["session.client"].close()


def said(app: AppTest) -> str:
    return "\n".join([text.value for text in app.text] + [head.value for head in app.subheader])


def test_nothing_asked_says_what_there_is(app: AppTest) -> None:
    app.run()
    assert not app.exception
    assert "3 videos of 2 cameras" in said(app)


def test_an_address_is_a_search_and_fills_the_form(app: AppTest) -> None:
    app.query_params["q"] = "a square"
    app.query_params["camera"] = "yard"
    app.query_params["without"] = ["rain", "snow"]
    app.run()
    assert not app.exception
    assert app.text_input(key="search.q").value == "a square"
    assert app.multiselect(key="search.cameras").value == ["yard"]
    assert app.text_area(key="search.without").value == "rain\nsnow"
    assert "Only: camera yard · without “rain” · without “snow”" in said(app)
    assert "in 1 video, best first" in said(app)


def test_a_wrong_address_says_what_is_wrong(app: AppTest) -> None:
    app.query_params["q"] = "a square"
    app.query_params["alpha"] = "7"
    app.run()
    assert not app.exception
    assert "alpha: Input should be less than or equal to 1" in said(app)
    assert "3 videos of 2 cameras" in said(app)


def test_a_picture_that_is_not_kept_any_more_is_said(app: AppTest) -> None:
    app.query_params["q"] = "a square"
    app.query_params["image"] = "0" * 32
    app.run()
    assert not app.exception
    assert "The sound or picture of this search is gone" in said(app)
    assert "is kept for a while, for whoever sent it" in said(app)
    assert "0" * 32 not in said(app)
    app.button(key="drop.image").click().run()
    assert "best first" in said(app)


def test_a_service_that_is_away_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RETRACE_URL", "http://127.0.0.1:9")
    app = AppTest.from_file(APP, default_timeout=120).run()
    assert not app.exception
    assert "The service does not answer" in said(app)
    assert app.button(key="problem.retry").label == "Try again"
    app.session_state["session.client"].close()


def refusal(status: int, retry_after_s: float | None = None) -> ApiError:
    problem = Problem(type="x", title="Title", status=status, detail="why", code="c", instance="i")
    return api_error(problem, retry_after_s)


@pytest.mark.parametrize(
    ("error", "kind", "title", "advice"),
    [
        (refusal(403), KeyRefused, "Your key may not do this", "An admin can give"),
        (refusal(404), NotThere, "It is not here", "It was removed, or your key"),
        (refusal(503, 7), TryLater, "Not now", "The service asks to wait 7 s."),
        (refusal(429), TryLater, "Not now", "Try again later."),
        (refusal(422), ApiError, "Title", ""),
        (ServiceAway("x"), ServiceAway, "The service does not answer", "Start it with"),
        (StrangeAnswer("x"), StrangeAnswer, "Something else answers there", ""),
    ],
)
def test_problems_have_a_title_and_advice(
    error: states.ClientError, kind: type, title: str, advice: str
) -> None:
    assert isinstance(error, kind)
    found_title, found_advice = states.explain(error)
    assert found_title == title
    assert found_advice.startswith(advice)
