"""The service, as a program sees it."""

from typing import BinaryIO, Self

import httpx

from search_api.answers.access import Myself
from search_api.answers.disk import DiskUse
from search_api.answers.health import Alive, Ready
from search_api.answers.searching import LibraryAnswer, SearchBody, UploadAnswer
from search_api.client.access import Audit, KeyRing
from search_api.client.cases import CaseRoom
from search_api.client.evidence import Evidence
from search_api.client.jobs import Jobs
from search_api.client.sending import Retries
from search_api.client.traces import Traces
from search_api.client.videos import Videos
from search_api.client.wire import Wire
from search_api.schemas import SearchResponse


class Client:
    """Asks one service. Threads may share it; close it, or use it as a context.

    Every method may raise `ApiError`, `ServiceAway` and `StrangeAnswer`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        public_url: str | None = None,
        timeout_s: float = 60.0,
        retries: Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """
        Args:
            base_url: "http://127.0.0.1:8321"; behind a proxy also with a path.
            key: the API key; None at the service's own machine, while no keys were made.
            public_url: where browsers reach the service, if that is not `base_url`.
            timeout_s: until an answer begins, and between its pieces.
            retries: how often what changes nothing is tried again.
            transport: in place of the network, for tests.

        Raises:
            UserError: the address is none, or the key has characters that no key has.
        """
        retries = retries or Retries()
        self._wire = Wire(
            base_url, key=key, timeout_s=timeout_s, retries=retries, transport=transport
        )
        self._public_url = (public_url or self._wire.base_url).rstrip("/")
        self.videos = Videos(self._wire)
        self.jobs = Jobs(self._wire, retries)
        self.cases = CaseRoom(self._wire)
        self.evidence = Evidence(self._wire)
        self.traces = Traces(self._wire)
        self.keys = KeyRing(self._wire)
        self.audit = Audit(self._wire)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends its connections."""
        self._wire.close()

    def address(self, url: str) -> str:
        """Where a browser finds what an answer names as "/v1/…", signed or not."""
        return f"{self._public_url}{url}"

    def search(self, body: SearchBody) -> SearchResponse:
        """The moments that are most like what is asked for."""
        return self._wire.ask("POST", "/v1/search", SearchResponse, body=body, is_safe=True)

    def upload(self, content: bytes | BinaryIO) -> UploadAnswer:
        """Sends a sound or a picture to search by."""
        return self._wire.ask("POST", "/v1/uploads", UploadAnswer, body=content)

    def delete_upload(self, upload_id: str) -> None:
        """Deletes an upload before its time."""
        self._wire.tell("DELETE", f"/v1/uploads/{upload_id}")

    def library(self) -> LibraryAnswer:
        """What there is to search."""
        return self._wire.ask("GET", "/v1/library", LibraryAnswer)

    def disk(self) -> DiskUse:
        """What the library takes of its disk."""
        return self._wire.ask("GET", "/v1/library/disk", DiskUse)

    def myself(self) -> Myself:
        """Whose key this is, and what it may see."""
        return self._wire.ask("GET", "/v1/me", Myself)

    def alive(self) -> Alive:
        """Whether the process answers."""
        return self._wire.ask("GET", "/healthz", Alive)

    def ready(self) -> Ready:
        """Whether searches are answered; a `TryLater` whose `errors` name what is not ready."""
        return self._wire.ask("GET", "/readyz", Ready)

    def metrics(self) -> str:
        """The service's numbers, in Prometheus' text format."""
        return self._wire.fetch("/metrics").decode()
