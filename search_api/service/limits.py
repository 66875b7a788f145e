"""How many requests may be at work at once, and how long each may take."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.service.guard import QUIET
from search_api.service.metrics import Metrics
from search_api.service.problems import problem_response
from search_api.service.settings import ServiceSettings

_log = structlog.get_logger("retrace.request")


class Limits:
    """Refuses what is too much.

    A request that takes too long is answered and goes on in the background: threads cannot be
    stopped. Until it ends it counts as at work, so that slow work cannot pile up.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: ServiceSettings,
        metrics: Metrics,
        timeout_of: Callable[[str], float],
    ) -> None:
        """Args:
        timeout_of: seconds until the answer to a request for a path must begin.
        """
        self._app, self._settings, self._metrics = app, settings, metrics
        self._timeout_of = timeout_of
        self._at_work = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in QUIET:
            await self._app(scope, receive, send)
        elif self._at_work >= self._settings.max_waiting:
            await self._refuse(scope, receive, send)
        else:
            await self._work(scope, receive, send)

    async def _work(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _Begun(send, self._end)
        self._at_work += 1
        self._metrics.waiting.set(self._at_work)
        task = asyncio.create_task(self._run(scope, receive, answer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        begun = asyncio.create_task(answer.begun.wait())
        try:
            timeout = self._timeout_of(scope["path"])
            await asyncio.wait((task, begun), timeout=timeout, return_when="FIRST_COMPLETED")
            if not (task.done() or answer.begun.is_set()):
                await self._give_up(scope, receive, send, answer=answer, task=task)
            else:
                await task
        except asyncio.CancelledError:
            task.cancel()
            raise
        finally:
            begun.cancel()

    async def _run(self, scope: Scope, receive: Receive, answer: "_Begun") -> None:
        try:
            await self._app(scope, receive, answer.send)
        finally:
            answer.end()

    def _end(self) -> None:
        self._at_work -= 1
        self._metrics.waiting.set(self._at_work)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._metrics.refused.labels("overloaded").inc()
        detail = f"{self._at_work} requests are at work, and no more are taken: come back later"
        await self._problem("overloaded", detail)(scope, receive, send)

    async def _give_up(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        answer: "_Begun",
        task: asyncio.Task[None],
    ) -> None:
        answer.is_late = True
        task.add_done_callback(_note_late)
        self._metrics.refused.labels("timeout").inc()
        detail = f"no answer within {self._timeout_of(scope['path']):g} s: ask for less, or later"
        await self._problem("timeout", detail)(scope, receive, send)

    def _problem(self, code: str, detail: str) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        wait = {"Retry-After": str(self._settings.retry_after_s)}

        async def respond(scope: Scope, receive: Receive, send: Send) -> None:
            request_id = scope["state"]["request_id"]
            response = problem_response(request_id, code, detail, headers=wait)
            await response(scope, receive, send)

        return respond


def _note_late(task: asyncio.Task[None]) -> None:
    """Nobody waits for the task any more, so its error would be lost."""
    if not task.cancelled() and (error := task.exception()):
        _log.error("request.late_error", exc_info=error)


class _Begun:
    """Passes an answer on unless it is late; work counts as ended once its answer begins."""

    def __init__(self, send: Send, on_end: Callable[[], None]) -> None:
        self._send, self._on_end = send, on_end
        self._has_ended = False
        self.begun = asyncio.Event()
        self.is_late = False

    async def send(self, message: Message) -> None:
        self.end()
        if not self.is_late:
            self.begun.set()
            await self._send(message)

    def end(self) -> None:
        if not self._has_ended:
            self._has_ended = True
            self._on_end()
