"""How long a request may take to come: whoever sends slowly keeps nobody else waiting.

A body is awaited before its request counts as at work (`Limits`). Uploads are too large to be held
in memory: their routes read them while they come, so they are few at once and have an end as well.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.service.problems import problem_response
from search_api.service.settings import ServiceSettings

TOO_SLOW = 408
_HAS_BODY = (b"content-length", b"transfer-encoding")


class Arrival:
    """Outside of `Limits`, inside of what bounds how much may come."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: ServiceSettings,
        upload_timeout_of: Callable[[str], float | None],
    ) -> None:
        """Args:
        upload_timeout_of: seconds for the body to come that a path's route reads by itself; None:
            it does not.
        """
        self._app, self._settings = app, settings
        self._upload_timeout_of = upload_timeout_of
        self._arriving = self._uploading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope):
            await self._app(scope, receive, send)
            return
        timeout = self._upload_timeout_of(scope["path"])
        if timeout is not None:
            await self._pass_on(scope, receive, send, timeout)
        elif self._arriving >= self._settings.max_arriving:
            await self._refuse(scope, receive, send, self._settings.max_arriving)
        else:
            await self._await_body(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, timeout: float) -> None:
        if self._uploading >= self._settings.max_uploading:
            await self._refuse(scope, receive, send, self._settings.max_uploading)
            return
        coming = _Coming(receive, timeout)
        self._uploading += 1
        try:
            await self._app(scope, coming.receive, send)
        finally:
            self._uploading -= 1

    async def _await_body(self, scope: Scope, receive: Receive, send: Send) -> None:
        coming = _Coming(receive, self._settings.body_timeout_s)
        try:
            with self._counted():
                messages = await coming.all()
        except HTTPException as error:
            code = "too-slow" if error.status_code == TOO_SLOW else "too-large"
            request_id = scope["state"]["request_id"]
            close = {"Connection": "close"}
            refusal = problem_response(request_id, code, str(error.detail), headers=close)
            await refusal(scope, receive, send)
            return
        await self._app(scope, _Replay(messages, receive), send)

    @contextmanager
    def _counted(self) -> Generator[None]:
        self._arriving += 1
        try:
            yield
        finally:
            self._arriving -= 1

    async def _refuse(self, scope: Scope, receive: Receive, send: Send, most: int) -> None:
        detail = f"{most} bodies of requests are on their way, and no more are taken: come back"
        headers = {"Retry-After": str(self._settings.retry_after_s), "Connection": "close"}
        request_id = scope["state"]["request_id"]
        refusal = problem_response(request_id, "overloaded", detail, headers=headers)
        await refusal(scope, receive, send)


class _Coming:
    """A body that has to have come in time."""

    def __init__(self, receive: Receive, timeout_s: float) -> None:
        self._receive, self._timeout_s = receive, timeout_s
        self._ends = asyncio.get_running_loop().time() + timeout_s
        self._is_all = False

    async def receive(self) -> Message:
        """The next message.

        Raises:
            HTTPException: 408, the body is not there yet.
        """
        if self._is_all:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._ends):
                message = await self._receive()
        except TimeoutError:
            detail = f"the body had not come after {self._timeout_s:g} s: send it again"
            raise HTTPException(TOO_SLOW, detail, {"Connection": "close"}) from None
        self._is_all = not message.get("more_body", False)
        return message

    async def all(self) -> list[Message]:
        """All of it; errors as of `receive`."""
        messages: list[Message] = []
        while not self._is_all:
            messages.append(await self.receive())
        return messages


class _Replay:
    """What has come, then whatever follows."""

    def __init__(self, messages: list[Message], receive: Receive) -> None:
        self._messages, self._receive = messages[::-1], receive

    async def __call__(self) -> Message:
        return self._messages.pop() if self._messages else await self._receive()


def _has_body(scope: Scope) -> bool:
    return any(name in _HAS_BODY and value != b"0" for name, value in scope["headers"])
