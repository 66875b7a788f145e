"""Streams of events: what is sent when, and when they end."""

import asyncio
from collections.abc import Callable

import pytest

from search_api.jobs import events
from search_api.jobs.events import Event, Feed, News


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_S", 0.001)


def feed(
    read: Callable[[int], News],
    *,
    num_changes: Callable[[], int] = lambda: 0,
    is_closing: Callable[[], bool] = lambda: False,
    heartbeat_s: float = 100.0,
) -> Feed:
    return Feed(read, num_changes, is_closing, heartbeat_s)


def collect(feed: Feed, since: int = 0) -> list[bytes]:
    async def gather() -> list[bytes]:
        return [piece async for piece in feed.follow(since)]

    return asyncio.run(gather())


def test_events_follow_each_other_by_id_until_the_end() -> None:
    told = [
        News([Event(3, "file", "{}")], is_all=False, is_over=True),
        News([Event(5, "end", "{}")], is_all=True, is_over=True),
    ]
    asked: list[int] = []

    def read(since: int) -> News:
        asked.append(since)
        return told[len(asked) - 1]

    assert collect(feed(read), since=2) == [
        b"retry: 2000\n\n",
        b"id: 3\nevent: file\ndata: {}\n\n",
        b"id: 5\nevent: end\ndata: {}\n\n",
    ]
    assert asked == [2, 3]


def test_nothing_is_read_until_something_changed() -> None:
    changes = iter([1, 1, 1, 2, 3])
    reads: list[int] = []

    def read(since: int) -> News:
        reads.append(since)
        return News([], is_all=True, is_over=len(reads) == 3)

    assert len(collect(feed(read, num_changes=lambda: next(changes)))) == 1
    assert len(reads) == 3


def test_silence_is_broken_by_comments_and_a_stopping_service_ends_it() -> None:
    looks = iter([False] * 7 + [True])
    pieces = collect(
        feed(
            lambda since: News([], is_all=True, is_over=False),
            is_closing=lambda: next(looks),
            heartbeat_s=0.003,
        )
    )
    assert pieces[1:] == [b": still here\n\n"] * 2
