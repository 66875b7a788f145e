"""Clients of a service: what they ask, one after the other, and how long each answer took."""

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from segments.errors import RetraceError

TIMEOUT_S = 120
PHASES = ("encode", "store", "assemble")
_PHASE = re.compile(r"(\w+);dur=([\d.]+)")

Body = dict[str, Any]
"""What is posted to `/v1/search`."""


@dataclass(frozen=True)
class Answered:
    """One search as its client saw it, in seconds."""

    total_s: float
    phases_s: dict[str, float]
    """As the service says (`Server-Timing`)."""

    @property
    def rest_s(self) -> float:
        """HTTP, threads, and waiting for a turn."""
        return self.total_s - sum(self.phases_s.values())

    @property
    def overhead_s(self) -> float:
        """Everything but the model and the store."""
        return self.total_s - self.phases_s["encode"] - self.phases_s["store"]


class Client:
    """One connection to a service."""

    def __init__(self, url: str) -> None:
        place = urlsplit(url)
        self._http = http.client.HTTPConnection(place.hostname or "", place.port, timeout=TIMEOUT_S)

    def search(self, body: Body) -> Answered:
        """Asks, and reads the whole answer.

        Raises:
            RetraceError: the service refuses, or does not say how long its phases took.
        """
        begun = time.perf_counter()
        response, _ = self.post("/v1/search", body)
        total_s = time.perf_counter() - begun
        said = dict(_PHASE.findall(response.headers.get("server-timing", "")))
        if not said.keys() >= set(PHASES):
            raise RetraceError("the service does not say what took how long (`Server-Timing`)")
        return Answered(total_s, {phase: float(said[phase]) / 1000 for phase in PHASES})

    def post(self, path: str, body: Body) -> tuple[http.client.HTTPResponse, bytes]:
        """The answer and its content.

        Raises:
            RetraceError: the service refuses.
        """
        headers = {"content-type": "application/json"}
        self._http.request("POST", path, json.dumps(body), headers)
        response = self._http.getresponse()
        content = response.read()
        if response.status != http.client.OK:
            raise RetraceError(f"{path} answers {response.status}: {content[:300].decode()}")
        return response, content

    def close(self) -> None:
        self._http.close()


@dataclass(frozen=True)
class Run:
    """What some clients found in some time."""

    answers: Sequence[Answered]
    wall_s: float


def ask_for(
    url: str, make_bodies: Callable[[int], Iterator[Body]], *, clients: int, seconds: float
) -> Run:
    """Clients that each ask again as soon as they are answered.

    Args:
        make_bodies: what the client of a number asks.

    Raises:
        RetraceError: a search failed.
    """
    found: list[list[Answered]] = [[] for _ in range(clients)]
    errors: list[BaseException] = []
    deadline = time.perf_counter() + seconds

    def ask(number: int) -> None:
        client = Client(url)
        try:
            for body in make_bodies(number):
                found[number].append(client.search(body))
                if time.perf_counter() >= deadline:
                    return
        except BaseException as error:  # it is raised again where somebody waits
            errors.append(error)
        finally:
            client.close()

    begun = time.perf_counter()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return Run([one for some in found for one in some], time.perf_counter() - begun)
