"""Indexing jobs, and footage that is sent for them."""

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from search_api.answers.jobs import (
    FileState,
    FootageAnswer,
    JobAnswer,
    JobFileAnswer,
    JobFilePage,
    JobPage,
    JobRequest,
    JobState,
)
from search_api.client.errors import ServiceAway, TryLater
from search_api.client.events import ServerEvent, iter_events
from search_api.client.sending import Retries
from search_api.client.wire import Wire

NO_CONTENT = 204
FOLLOW_ATTEMPTS = 8
"""To reach a service that is started anew: about half a minute."""
OVER = ("done", "failed", "cancelled")


class Jobs:
    """`client.jobs`. Errors as of `Wire.ask`."""

    def __init__(self, wire: Wire, retries: Retries) -> None:
        self._wire = wire
        self._retries = replace(retries, attempts=FOLLOW_ATTEMPTS)

    def create(self, asked: JobRequest) -> JobAnswer:
        """Has footage indexed, after the jobs that wait."""
        return self._wire.ask("POST", "/v1/jobs", JobAnswer, body=asked)

    def list(
        self, *, before: int | None = None, limit: int = 20, state: JobState | None = None
    ) -> JobPage:
        """Jobs, the newest first.

        Args:
            before: the `next_before` of the page before.
        """
        query = {"before": before, "limit": limit, "state": state}
        return self._wire.ask("GET", "/v1/jobs", JobPage, query=query)

    def get(self, job_id: str) -> JobAnswer:
        """How far it is."""
        return self._wire.ask("GET", _path(job_id), JobAnswer)

    def files(
        self,
        job_id: str,
        *,
        state: FileState | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> JobFilePage:
        """Its files by path, with what became of each.

        Args:
            after: the `next_after` of the page before.
        """
        query = {"state": state, "after": after, "limit": limit}
        return self._wire.ask("GET", f"{_path(job_id)}/files", JobFilePage, query=query)

    def cancel(self, job_id: str) -> JobAnswer:
        """Has it ended; what is indexed by then stays."""
        return self._wire.ask("POST", f"{_path(job_id)}/cancel", JobAnswer)

    def retry(self, job_id: str) -> JobAnswer:
        """A new job of what another has not done."""
        return self._wire.ask("POST", f"{_path(job_id)}/retry", JobAnswer)

    def follow(self, job_id: str) -> Iterator[JobAnswer | JobFileAnswer]:
        """Each file that is done with, and the job whenever it changed, until it is over.

        A connection that breaks is made again, and nothing is missed or told twice.
        """
        last_id, failures = "0", 0
        while True:
            try:
                for event in self._events(job_id, last_id):
                    last_id, failures = event.event_id, 0
                    yield _told(event)
                    if event.name == "end":
                        return
                if self.get(job_id).state in OVER:
                    return
            except (ServiceAway, TryLater):
                if failures + 1 >= self._retries.attempts:
                    raise
            self._retries.sleep(self._retries.wait_s(failures, None) or 0)
            failures += 1

    def send_footage(self, name: str, content: bytes | BinaryIO) -> FootageAnswer:
        """Sends a recording, for a job to index."""
        return self._wire.ask(
            "POST", "/v1/footage", FootageAnswer, query={"name": name}, body=content
        )

    def delete_footage(self, footage_id: str) -> None:
        """Deletes a recording that was sent, unless it is indexed or a job names it."""
        self._wire.tell("DELETE", f"/v1/footage/{footage_id}")

    def _events(self, job_id: str, last_id: str) -> Iterator[ServerEvent]:
        headers = {"Last-Event-ID": last_id, "Accept": "text/event-stream"}
        with self._wire.stream(f"{_path(job_id)}/events", headers=headers) as response:
            if response.status_code != NO_CONTENT:
                yield from iter_events(response.iter_lines())


def _told(event: ServerEvent) -> JobAnswer | JobFileAnswer:
    kind = JobFileAnswer if event.name == "file" else JobAnswer
    return kind.model_validate_json(event.data, extra="ignore")


def _path(job_id: str) -> str:
    return f"/v1/jobs/{job_id}"
