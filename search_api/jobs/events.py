"""A job's changes as server-sent events, from any of them on.

Each has an id, and ids only rise: whoever comes back with the last one it saw gets what followed.
"""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import anyio
from anyio import to_thread

POLL_S = 0.25
READ_EVERY_S = 5.0
"""How often the table is read though nobody said that the job changed."""
RECONNECT_MS = 2000

EventName = Literal["file", "job", "end"]


@dataclass(frozen=True)
class Event:
    """Something that happened."""

    event_id: int
    name: EventName
    """"file": a file is done with; "job": how far the job is; "end": the same, for the last
    time."""
    data: str
    """JSON, in one line."""

    def encode(self) -> bytes:
        return f"id: {self.event_id}\nevent: {self.name}\ndata: {self.data}\n\n".encode()


class News(NamedTuple):
    """What happened since an event."""

    events: list[Event]
    is_all: bool
    """False: there is more, which another reading gives."""
    is_over: bool
    """Whether nothing will follow."""


@dataclass(frozen=True)
class Feed:
    """Where a job's events come from."""

    read: Callable[[int], News]
    """What happened after the event of that id; called in a thread."""
    num_changes: Callable[[], int]
    """A number that is another one when the job has changed."""
    is_closing: Callable[[], bool]
    """Whether the service stops."""
    heartbeat_s: float
    """Silence after which a comment is sent, so that proxies keep the connection."""

    async def follow(self, since: int) -> AsyncGenerator[bytes]:
        """The events after `since` as they come, until the job is over or the service stops."""
        yield f"retry: {RECONNECT_MS}\n\n".encode()
        unread_s = quiet_s = 0.0
        seen = -1
        while not self.is_closing():
            now = self.num_changes()
            if now != seen or unread_s >= READ_EVERY_S:
                seen, unread_s = now, 0.0
                news = await to_thread.run_sync(self.read, since)
                for event in news.events:
                    yield event.encode()
                    since, quiet_s = event.event_id, 0.0
                if news.is_over and news.is_all:
                    return
                if not news.is_all:
                    seen = -1
                    continue
            if quiet_s >= self.heartbeat_s:
                yield b": still here\n\n"
                quiet_s = 0.0
            await anyio.sleep(POLL_S)
            unread_s, quiet_s = unread_s + POLL_S, quiet_s + POLL_S
