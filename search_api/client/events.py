"""Server-sent events: lines into events (the HTML standard's event stream)."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class ServerEvent(NamedTuple):
    """Something that the service said."""

    event_id: str
    """The newest id that was said; empty: none yet."""
    name: str
    data: str


def iter_events(lines: Iterable[str]) -> Iterator[ServerEvent]:
    """The events of a stream; one that the stream breaks off in is left out.

    Args:
        lines: without their ends.
    """
    event_id, name, data = "", "", list[str]()
    for line in lines:
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if data:
                yield ServerEvent(event_id, name or "message", "\n".join(data))
            name, data = "", []
        elif field == "data":
            data.append(value)
        elif field == "event":
            name = value
        elif field == "id" and "\0" not in value:
            event_id = value
