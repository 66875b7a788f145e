"""Sending a request: what is tried again, and how refusals come back."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx
from pydantic import ValidationError

from search_api.answers.problems import Problem
from search_api.client.errors import ApiError, ServiceAway, StrangeAnswer, api_error

BACKOFF_S = 0.2
"""Before the second attempt; twice as long before the next."""
_UNAVAILABLE = 503


@dataclass(frozen=True)
class Retries:
    """When a request is sent again: nothing that changes something is sent twice."""

    attempts: int = 3
    patience_s: float = 10.0
    """The longest wait that the service may ask for."""
    sleep: Callable[[float], None] = time.sleep

    def wait_s(self, attempt: int, asked_s: float | None) -> float | None:
        """How long to wait after an attempt (0, 1, …) that failed; None: give up."""
        if attempt + 1 >= self.attempts or (asked_s or 0) > self.patience_s:
            return None
        backoff_s = BACKOFF_S * 2**attempt * random.uniform(1, 1.5)  # not all clients at once
        return max(asked_s or 0, backoff_s)


class Sender:
    """Sends requests to one service."""

    def __init__(self, http: httpx.Client, retries: Retries) -> None:
        self._http, self._retries = http, retries

    def send(
        self, request: httpx.Request, *, is_safe: bool, streams: bool = False
    ) -> httpx.Response:
        """The answer; one that streams is to be closed.

        Args:
            is_safe: whether sending it twice does no more than sending it once.
            streams: whether its content is read later.

        Raises:
            ApiError: the service refuses.
            ServiceAway: nobody answers.
            StrangeAnswer: what answers is no service.
        """
        attempt = 0
        while True:
            try:
                return self._once(request, streams=streams)
            except (ApiError, ServiceAway) as error:
                wait_s = self._wait_s(error, attempt, is_safe=is_safe)
                if wait_s is None:
                    raise
                self._retries.sleep(wait_s)
            attempt += 1

    def away(self, error: httpx.TransportError) -> ServiceAway:
        """What broke, for people."""
        why = str(error) or type(error).__name__
        return ServiceAway(f"{self._http.base_url} does not answer ({why}): is it running there?")

    def strange(self, what: str) -> StrangeAnswer:
        """Somebody else answered, for people."""
        return StrangeAnswer(
            f"{self._http.base_url} answers as no retrace of this version does ({what}): check the "
            "address, and that service and client are of the same version"
        )

    def _once(self, request: httpx.Request, *, streams: bool) -> httpx.Response:
        try:
            response = self._http.send(request, stream=streams)
            if response.is_success:
                return response
            response.read()
        except httpx.TransportError as error:
            raise self.away(error) from error
        response.close()
        try:
            problem = Problem.model_validate_json(response.content, extra="ignore")
        except ValidationError:
            raise self.strange(f"HTTP status {response.status_code}, and no reason") from None
        raise api_error(problem, _retry_after_s(response))

    def _wait_s(
        self, error: ApiError | ServiceAway, attempt: int, *, is_safe: bool
    ) -> float | None:
        if isinstance(error, ServiceAway):
            # where no connection was made, nothing was done either
            may_repeat = is_safe or isinstance(error.__cause__, httpx.ConnectError)
            return self._retries.wait_s(attempt, None) if may_repeat else None
        may_repeat = is_safe and error.status == _UNAVAILABLE
        return self._retries.wait_s(attempt, error.retry_after_s) if may_repeat else None


def _retry_after_s(response: httpx.Response) -> float | None:
    """Seconds; the service never says a date."""
    text = response.headers.get("retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else None
