"""What the client does when a service does not do what it should."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from search_api.answers.jobs import JobFileAnswer
from search_api.answers.searching import SearchBody
from search_api.client import ApiError, Client, NotThere, ServiceAway, StrangeAnswer, TryLater
from search_api.client.events import iter_events
from search_api.client.sending import Retries
from segments.errors import UserError

ALIVE = {"status": "alive"}
BUSY = {
    "type": "urn:retrace:problem:overloaded",
    "title": "Overloaded",
    "status": 503,
    "detail": "too many requests at work",
    "code": "overloaded",
    "instance": "urn:retrace:request:1",
}
Answer = httpx.Response | Exception


class Script:
    """Answers in turn, and remembers what was asked and how long was waited."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.asked, self.waits = list(answers), list[httpx.Request](), list[float]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def client(self, *, key: str | None = None) -> Client:
        retries = Retries(sleep=self.waits.append)
        transport = httpx.MockTransport(self)
        return Client("http://there:8321/x/", key=key, transport=transport, retries=retries)


def busy(after: str | None = None) -> httpx.Response:
    headers = {} if after is None else {"Retry-After": after}
    return httpx.Response(503, json=BUSY, headers=headers)


def fine() -> httpx.Response:
    return httpx.Response(200, json=ALIVE)


def test_it_waits_as_long_as_it_is_told():
    script = Script(busy("3"), busy("1"), fine())
    assert script.client().alive().status == "alive"
    assert script.waits == [3.0, 1.0]


def test_it_waits_longer_each_time():
    script = Script(httpx.ReadTimeout("slow"), busy(), fine())
    script.client().alive()
    first, second = script.waits
    assert 0.2 <= first <= 0.3
    assert 0.4 <= second <= 0.6


def test_it_gives_up_after_three_attempts():
    script = Script(busy("1"), busy("1"), busy("1"), fine())
    with pytest.raises(TryLater) as caught:
        script.client().alive()
    assert (caught.value.code, caught.value.retry_after_s) == ("overloaded", 1.0)
    assert str(caught.value) == "too many requests at work"
    assert len(script.asked) == 3


def test_it_does_not_wait_for_minutes():
    script = Script(busy("60"), fine())
    with pytest.raises(TryLater) as caught:
        script.client().alive()
    assert (caught.value.retry_after_s, script.waits) == (60.0, [])


@pytest.mark.parametrize(
    "change",
    [
        lambda client: client.cases.create("x"),
        lambda client: client.cases.delete(1),
        lambda client: client.upload(b"x"),
    ],
)
@pytest.mark.parametrize("answer", [busy("1"), httpx.ReadError("broken")])
def test_what_changes_something_is_sent_once(change: Callable[[Client], object], answer: Answer):
    script = Script(answer, fine())
    with pytest.raises((TryLater, ServiceAway)):
        change(script.client())
    assert len(script.asked) == 1


def test_what_never_reached_anybody_is_sent_again():
    script = Script(httpx.ConnectError("refused"), httpx.Response(204))
    script.client().cases.delete(1)
    assert [request.method for request in script.asked] == ["DELETE", "DELETE"]


def test_a_search_is_safe_to_repeat():
    answer = {
        "query": {"text": "x"},
        "profile": "compact",
        "level": "moment",
        "ranking": "similarity",
        "hits": [],
        "news": "of a later version",
    }
    script = Script(httpx.ReadError("broken"), httpx.Response(200, json=answer))
    assert script.client().search(SearchBody(text="x")).hits == []
    assert script.asked[0].content == b'{"text":"x"}'
    assert str(script.asked[0].url) == "http://there:8321/x/v1/search"


def test_the_key_travels_in_its_header_only():
    script = Script(fine())
    script.client(key="rtr_1_2").alive()
    assert script.asked[0].headers["authorization"] == "Bearer rtr_1_2"
    assert "rtr" not in str(script.asked[0].url)


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "schlüssel"])
def test_what_is_no_key_is_not_sent(key: str):
    with pytest.raises(UserError, match="no API key"):
        Client("http://there", key=key)


@pytest.mark.parametrize(
    "url", ["", "there:8321", "ftp://there", "http://", "http://there/?a=1", "http://:80", "8321"]
)
def test_what_is_no_address_is_refused(url: str):
    with pytest.raises(UserError, match="write http://HOST:PORT"):
        Client(url)


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(502, text="<h1>Bad gateway</h1>"),
        httpx.Response(200, text="<h1>Welcome</h1>"),
        httpx.Response(200, json={"status": "undead"}),
        httpx.Response(307, headers={"location": "http://elsewhere/"}),
    ],
)
def test_somebody_else_is_noticed(answer: httpx.Response):
    with pytest.raises(StrangeAnswer, match=r"there:8321.*same version"):
        Script(answer).client().alive()


def test_nobody_is_noticed():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with Client(f"http://127.0.0.1:{port}", retries=Retries(attempts=1)) as client:
        with pytest.raises(ServiceAway, match=rf"127.0.0.1:{port}.*does not answer"):
            client.alive()


def test_a_broken_download_leaves_nothing(tmp_path: Path):
    def pieces():
        yield b"some"
        raise httpx.ReadError("broken")

    script = Script(httpx.Response(200, content=pieces()))
    target = tmp_path / "clip.mp4"
    target.write_bytes(b"before")
    with pytest.raises(ServiceAway, match="broken"), script.client().videos.media("0") as media:
        media.save(target)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_every_refusal_is_one_kind():
    script = Script(httpx.Response(409, json=BUSY | {"status": 409, "code": "conflict"}))
    with pytest.raises(ApiError) as caught:
        script.client().cases.create("x")
    assert type(caught.value) is ApiError
    assert (caught.value.status, caught.value.code, caught.value.errors) == (409, "conflict", ())


def file_event(number: int) -> bytes:
    data = json.dumps(
        {
            "name": f"{number}.mp4",
            "size_bytes": 1,
            "state": "indexed",
            "video_id": None,
            "reason": None,
        }
    )
    return f"id: {number}\nevent: file\ndata: {data}\n\n".encode()


def test_a_stream_that_breaks_goes_on_where_it_was():
    def first():
        yield b"retry: 2000\n\n: still here\n\n"
        yield file_event(4)
        yield file_event(7)[:-1]  # its end is missing
        raise httpx.ReadError("broken")

    def second():
        yield file_event(7)
        raise httpx.ReadError("broken again")

    script = Script(
        httpx.Response(200, content=first()),
        httpx.Response(200, content=second()),
        httpx.Response(404, json=BUSY | {"status": 404, "code": "not-found"}),
    )
    follow = script.client().jobs.follow("1")
    told = [next(follow), next(follow)]
    with pytest.raises(NotThere):
        next(follow)
    assert [one.name for one in told if isinstance(one, JobFileAnswer)] == ["4.mp4", "7.mp4"]
    assert [request.headers["last-event-id"] for request in script.asked] == ["0", "4", "7"]
    assert len(script.waits) == 2


def test_events_are_read_as_the_standard_says():
    lines = ["id: 1", "data: a", "data:b", "", ":hello", "", "event: end", "data:", "", "data: cut"]
    assert list(iter_events(lines)) == [("1", "message", "a\nb"), ("1", "end", "")]
