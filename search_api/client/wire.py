"""Requests and answers as models, over the connections to one service."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Literal, TypeVar

import httpx
from pydantic import BaseModel, ValidationError

from search_api.client.download import Download
from search_api.client.sending import Retries, Sender
from segments.errors import UserError

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
Query = Mapping[str, str | int | float | bool | Sequence[str] | None]
"""Of an address; None is left out."""
Body = BaseModel | bytes | BinaryIO
"""A model is sent as JSON, anything else as it is."""
T = TypeVar("T", bound=BaseModel)

CONNECT_S = 5.0


class Wire:
    """The connections to one service. Threads may share it."""

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        timeout_s: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Args:
        key: the API key; None at the service's own machine, while no keys were made.
        timeout_s: until an answer begins, and between its pieces.
        transport: in place of the network, for tests.

        Raises:
            UserError: the address is none, or the key has characters that no key has.
        """
        self.base_url = _require_address(base_url)
        self._http = httpx.Client(
            base_url=self.base_url,
            headers=_authorization(key),
            timeout=httpx.Timeout(timeout_s, connect=CONNECT_S),
            transport=transport,
        )
        self._sender = Sender(self._http, retries or Retries())

    def close(self) -> None:
        self._http.close()

    def ask(
        self,
        method: Method,
        path: str,
        answer: type[T],
        *,
        query: Query | None = None,
        body: Body | None = None,
        is_safe: bool = False,
    ) -> T:
        """The answer to one request.

        Args:
            is_safe: whether it may be sent again where no answer came, though it is no GET.

        Raises:
            ApiError: the service refuses.
            ServiceAway: nobody answers.
            StrangeAnswer: the answer is none of this version's.
        """
        request = self._request(method, path, query, body)
        response = self._sender.send(request, is_safe=is_safe or method == "GET")
        try:
            return answer.model_validate_json(response.content, extra="ignore")
        except ValidationError as error:
            raise self._sender.strange(f"{method} {path}: {error.errors()[0]['msg']}") from None

    def tell(self, method: Method, path: str) -> None:
        """A request whose only answer is success; errors as of `ask`."""
        self._sender.send(self._request(method, path), is_safe=False)

    def fetch(self, path: str, *, query: Query | None = None) -> bytes:
        """A small file, whole; errors as of `ask`."""
        request = self._request("GET", path, query)
        return self._sender.send(request, is_safe=True).content

    @contextmanager
    def stream(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Generator[httpx.Response]:
        """An answer that is read piece by piece, within the block; errors as of `ask`."""
        request = self._request("GET", path, query)
        request.headers.update(headers or {})
        response = self._sender.send(request, is_safe=True, streams=True)
        try:
            yield response
        except httpx.TransportError as error:
            raise self._sender.away(error) from error
        finally:
            response.close()

    @contextmanager
    def download(
        self, path: str, *, query: Query | None = None, headers: Mapping[str, str] | None = None
    ) -> Generator[Download]:
        """A large file, within the block; errors as of `ask`."""
        with self.stream(path, query=query, headers=headers) as response:
            yield Download(response)

    def _request(
        self, method: Method, path: str, query: Query | None = None, body: Body | None = None
    ) -> httpx.Request:
        params = {name: value for name, value in (query or {}).items() if value is not None}
        is_model = isinstance(body, BaseModel)
        content = body.model_dump_json(exclude_defaults=True) if is_model else body
        kind = "application/json" if is_model else "application/octet-stream"
        headers = {} if body is None else {"Content-Type": kind}
        return self._http.build_request(
            method, path, params=params, content=content, headers=headers
        )


def _require_address(base_url: str) -> str:
    try:
        parsed = httpx.URL(base_url)
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.query or parsed.fragment:
        raise UserError(f"{base_url!r} is no service's address: write http://HOST:PORT")
    return str(parsed).rstrip("/")


def _authorization(key: str | None) -> dict[str, str]:
    if key is None:
        return {}
    if not key.isascii() or not key.isprintable() or " " in key or not key:
        raise UserError("this is no API key: it has characters that no key has, or none")
    return {"Authorization": f"Bearer {key}"}
