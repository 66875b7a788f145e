"""What was made for showing is made once, kept, and makes room for others."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from search_api.media.cache import Facts, MediaCache, Wish
from search_api.media.errors import Busy
from search_api.media.limits import MediaLimits
from search_api.media.turns import Turns

VIDEO = "a" * 64


def _wish(number: int, video_id: str = VIDEO) -> Wish:
    return Wish(video_id, "frame", ".jpg", {"number": number})


def _cache(root: Path, *, max_bytes: int = 10_000, **limits: float) -> MediaCache:
    turns = Turns(MediaLimits(**limits))  # pyright: ignore[reportArgumentType]
    return MediaCache(root, turns, max_bytes=max_bytes, spare_s=0)


def _writes(content: bytes, made: list[bytes] | None = None) -> Callable[[Path], Facts]:
    def make(path: Path) -> Facts:
        path.write_bytes(content)
        if made is not None:
            made.append(content)
        return {"size": len(content)}

    return make


def _refuse(path: Path) -> Facts:
    raise AssertionError("it was there already")


def test_it_is_made_once_and_found_by_another_process(tmp_path: Path) -> None:
    kept = _cache(tmp_path).get(_wish(1), _writes(b"one"))
    assert kept.path.parent == tmp_path / VIDEO
    again = _cache(tmp_path).get(_wish(1), _refuse)
    assert (again.path.read_bytes(), again.facts) == (b"one", {"size": 3})
    assert _cache(tmp_path).has(_wish(1))
    assert not _cache(tmp_path).has(_wish(2))


def test_wishes_differ_by_what_is_asked() -> None:
    keys = {_wish(1).key, _wish(2).key, _wish(1, "b" * 64).key}
    keys |= {Wish(VIDEO, "clip", ".jpg", {"number": 1}).key, Wish(VIDEO, "frame", ".jpg", {}).key}
    assert len(keys) == 5


def test_what_was_deleted_is_made_again(tmp_path: Path) -> None:
    cache = _cache(tmp_path)
    cache.get(_wish(1), _writes(b"one")).path.unlink()
    assert cache.get(_wish(1), _writes(b"two")).path.read_bytes() == b"two"


def test_many_at_once_make_it_once(tmp_path: Path) -> None:
    cache, made, ready = _cache(tmp_path, decodes_waiting=20), [], threading.Barrier(12)

    def ask() -> None:
        ready.wait()
        assert cache.get(_wish(1), _writes(b"one", made)).path.read_bytes() == b"one"

    threads = [threading.Thread(target=ask) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [b"one"]


def test_a_failure_leaves_nothing_and_the_next_tries_again(tmp_path: Path) -> None:
    cache = _cache(tmp_path)

    def fail(path: Path) -> Facts:
        path.write_bytes(b"half")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        cache.get(_wish(1), fail)
    assert list((tmp_path / VIDEO).iterdir()) == []
    assert cache.get(_wish(1), _writes(b"whole")).path.read_bytes() == b"whole"


def test_the_least_recently_used_makes_room(tmp_path: Path) -> None:
    cache = _cache(tmp_path, max_bytes=1_100)
    for number in range(3):
        kept = cache.get(_wish(number), _writes(bytes(300)))
        for path in (kept.path, kept.path.with_suffix(".json")):
            os.utime(path, (number, number))
    cache.get(_wish(0), _refuse)  # used just now: 1 is the oldest
    cache.get(_wish(3), _writes(bytes(300)))
    assert [cache.has(_wish(number)) for number in range(4)] == [True, False, True, True]
    left = sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file())
    assert left <= 990  # 90 %


def test_what_is_in_use_stays_though_there_is_too_much(tmp_path: Path) -> None:
    turns = Turns(MediaLimits())
    cache = MediaCache(tmp_path, turns, max_bytes=100, spare_s=60)
    for number in range(2):
        cache.get(_wish(number), _writes(bytes(300)))
    assert cache.has(_wish(0))
    assert cache.has(_wish(1))


def test_those_beyond_the_queue_are_sent_away() -> None:
    turns = Turns(MediaLimits(decodes_at_once=1, decodes_waiting=1))
    with turns.queue():
        with turns.queue(), pytest.raises(Busy, match="2 requests are reading footage or wait"):
            turns.queue().__enter__()
        with turns.queue():
            pass


def test_patience_ends() -> None:
    turns = Turns(MediaLimits(decodes_at_once=1, patience_s=0.01))
    with turns.decoder(), pytest.raises(Busy, match=r"no decoder was free for 0\.01 s"):
        turns.decoder().__enter__()
