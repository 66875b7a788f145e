"""What is refused before any route is asked: strange hosts, and bodies that are too large."""

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from search_api.access.loopback import is_loopback
from search_api.service.problems import problem_response
from search_api.service.settings import ServiceSettings


class HostCheck:
    """Answers only to names that this service is known by.

    A page from elsewhere can make its own name mean this machine (DNS rebinding), and its scripts
    could then talk to a service that asks nobody on loopback for a key. A service that listens
    beyond loopback asks for keys; it checks names where the operator lists some.
    """

    def __init__(self, app: ASGIApp, *, settings: ServiceSettings) -> None:
        self._app = app
        self._names = frozenset(name.lower() for name in (*settings.hosts, settings.host))
        self._is_checked = is_loopback(settings.host) or bool(settings.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_known(_host(scope)):
            detail = "this service is not known by the name in `Host`: call it by its address"
            refusal = problem_response(scope["state"]["request_id"], "bad-request", detail)
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _is_known(self, name: str) -> bool:
        return not self._is_checked or name in self._names or is_loopback(name)


class BodyLimit:
    """Refuses bodies that are too large, declared or not, and bodies of two lengths."""

    def __init__(self, app: ASGIApp, *, limit_of: Callable[[str], int]) -> None:
        """Args:
        limit_of: bytes that a request to a path may send.
        """
        self._app, self._limit_of = app, limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _header(scope, b"content-length") and _header(scope, b"transfer-encoding"):
            await _refuse_ambiguous(scope, receive, send)
            return
        limit = self._limit_of(scope["path"])
        if _declared_bytes(scope) > limit:
            request_id = scope["state"]["request_id"]
            await problem_response(request_id, "too-large", _too_large(limit))(scope, receive, send)
            return
        taken = 0

        async def count() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413, _too_large(limit))
            return message

        await self._app(scope, count, send)


async def _refuse_ambiguous(scope: Scope, receive: Receive, send: Send) -> None:
    """Ends the connection: what a proxy takes for a body could be read as a request here."""
    detail = "the request says its length twice: send Content-Length or Transfer-Encoding, not both"
    close = {"Connection": "close"}
    request_id = scope["state"]["request_id"]
    refusal = problem_response(request_id, "bad-request", detail, headers=close)
    await refusal(scope, receive, send)


def _too_large(limit: int) -> str:
    return f"the body has more than the {limit} bytes that are allowed here"


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _host(scope: Scope) -> str:
    """The name in `Host`, without its port."""
    try:
        return (urlsplit(f"//{_header(scope, b'host')}").hostname or "").lower()
    except ValueError:
        return ""


def _declared_bytes(scope: Scope) -> int:
    text = _header(scope, b"content-length")
    return int(text) if text.isascii() and text.isdigit() else 0
