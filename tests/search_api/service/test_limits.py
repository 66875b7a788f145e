"""Too many requests at once, and requests that take too long."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route

from search_api.service.guard import Guard
from search_api.service.limits import Limits
from search_api.service.metrics import Metrics
from search_api.service.settings import ServiceSettings

Ask = Callable[[str], Awaitable[httpx.Response]]


class Slow:
    """An application whose answers wait until they may go on."""

    def __init__(self, **settings: float) -> None:
        self.may_go_on = asyncio.Event()
        self.at_work = 0
        self.metrics = Metrics()
        chosen = ServiceSettings(**settings)
        app = Starlette(
            routes=[Route("/slow", self._slow), Route("/stream", self._stream)]
            + [Route("/healthz", self._quick), Route("/bug", self._bug)]
        )
        app.add_middleware(
            Limits,
            settings=chosen,
            metrics=self.metrics,
            timeout_of=lambda _: chosen.request_timeout_s,
        )
        app.add_middleware(Guard, metrics=self.metrics)
        transport = httpx.ASGITransport(app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://test")

    async def _slow(self, request: Request) -> JSONResponse:
        self.at_work += 1
        await self.may_go_on.wait()
        return JSONResponse({"done": True})

    async def _stream(self, request: Request) -> StreamingResponse:
        async def pieces():
            yield b"one"
            await self.may_go_on.wait()
            yield b"two"

        return StreamingResponse(pieces())

    async def _quick(self, request: Request) -> JSONResponse:
        return JSONResponse({})

    async def _bug(self, request: Request) -> JSONResponse:
        raise RuntimeError("a secret in a message")

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)

    async def until_at_work(self, count: int) -> None:
        while self.at_work < count:
            await asyncio.sleep(0.005)


def played(scene: Coroutine[None, None, None]) -> None:
    """A request that never comes to work fails its own test, not the whole run."""
    asyncio.run(asyncio.wait_for(scene, timeout=60))


def test_beyond_the_limit_requests_are_sent_away_and_may_come_back() -> None:
    async def scene() -> None:
        slow = Slow(max_waiting=2, retry_after_s=7)
        asked = [asyncio.create_task(slow.client.get("/slow")) for _ in range(2)]
        await slow.until_at_work(2)
        refused = await slow.client.get("/slow")
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "7"
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.json()["code"] == "overloaded"
        assert slow.value("retrace_waiting_requests") == 2
        assert slow.value("retrace_refused_requests_total", why="overloaded") == 1
        assert (await slow.client.get("/healthz")).status_code == 200
        slow.may_go_on.set()
        assert [answer.status_code for answer in await asyncio.gather(*asked)] == [200, 200]
        assert (await slow.client.get("/slow")).status_code == 200
        assert slow.value("retrace_waiting_requests") == 0

    played(scene())


def test_a_late_answer_is_a_timeout_and_its_work_still_counts() -> None:
    async def scene() -> None:
        slow = Slow(max_waiting=1, request_timeout_s=0.05)
        late = await slow.client.get("/slow")
        assert (late.status_code, late.json()["code"]) == (504, "timeout")
        assert "0.05 s" in late.json()["detail"]
        assert (await slow.client.get("/slow")).status_code == 503
        slow.may_go_on.set()
        while slow.value("retrace_waiting_requests"):
            await asyncio.sleep(0.005)
        assert (await slow.client.get("/slow")).status_code == 200

    played(scene())


def test_an_answer_that_has_begun_may_take_its_time_and_holds_no_place() -> None:
    async def scene() -> None:
        slow = Slow(max_waiting=1, request_timeout_s=0.2)
        streaming = asyncio.create_task(slow.client.get("/stream"))
        await asyncio.sleep(0.5)
        assert (await slow.client.get("/healthz")).status_code == 200
        slow.may_go_on.set()
        assert (await slow.client.get("/slow")).status_code == 200
        answer = await streaming
        assert (answer.status_code, answer.content) == (200, b"onetwo")

    played(scene())


def test_a_bug_shows_nothing_of_itself() -> None:
    async def scene() -> None:
        answer = await Slow().client.get("/bug", headers={"x-request-id": "job-7"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal")
        assert "secret" not in answer.text
        assert answer.json()["instance"] == "urn:retrace:request:job-7"
        assert answer.headers["x-request-id"] == "job-7"

    played(scene())


@pytest.mark.parametrize("strange", ["a b", "x" * 65, "é", "<script>", ""])
def test_strange_request_ids_are_not_passed_on(strange: str) -> None:
    async def scene() -> None:
        headers = {"x-request-id": strange.encode("latin-1")}
        answer = await Slow().client.get("/healthz", headers=headers)
        assert answer.headers["x-request-id"] != strange
        assert len(answer.headers["x-request-id"]) == 16

    played(scene())
