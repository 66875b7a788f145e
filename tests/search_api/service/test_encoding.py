"""Texts asked for at once share calls of the model; each gets its own vectors."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest

from search_api.service.encoding import MAX_BATCH, MAX_REMEMBERED, BatchingProfile
from segments.vectors import DualQuery
from tests.support.small_library import TinyProfile
from tests.support.waiting import wait_until


def query(number: float) -> DualQuery:
    direction, whole = np.array([[number, 0]], np.float32), np.ones(1, np.float32)
    return DualQuery(g=direction, h=direction, w_g=whole, w_h=whole)


@dataclass(frozen=True)
class SlowProfile(TinyProfile):
    """A text's vector is its number; each call waits until the test lets it go on."""

    calls: list[list[str]] = field(default_factory=list)
    threads: set[str] = field(default_factory=set)
    may_go_on: threading.Event = field(default_factory=threading.Event)

    def encode_texts(self, texts: Sequence[str]) -> list[DualQuery]:
        self.calls.append(list(texts))
        self.threads.add(threading.current_thread().name)
        assert self.may_go_on.wait(20)
        return [query(float(text)) for text in texts]


def number_of(found: DualQuery) -> float:
    return float(found.g[0, 0])


def test_what_comes_while_one_is_encoded_is_the_next_batch() -> None:
    slow = SlowProfile()
    sizes: list[int] = []
    profile = BatchingProfile(slow, on_batch=sizes.append)
    with ThreadPoolExecutor(20) as threads:
        first = threads.submit(profile.encode_text, "0")
        wait_until(lambda: slow.calls == [["0"]])
        others = [threads.submit(profile.encode_text, str(n)) for n in range(1, 20)]
        wait_until(lambda: len(profile._waiting) == 20)
        slow.may_go_on.set()
        found = [number_of(answer.result(20)) for answer in (first, *others)]
    assert found == list(range(20))
    assert sizes == [1, 19]
    assert sorted(slow.calls[1], key=int) == [str(n) for n in range(1, 20)]
    assert len(slow.threads) == 1
    assert slow.threads != {threading.current_thread().name}
    profile.close()


def test_no_batch_is_larger_than_the_limit() -> None:
    slow = SlowProfile()
    profile = BatchingProfile(slow)
    count = 2 * MAX_BATCH + 5
    with ThreadPoolExecutor(count) as threads:
        first = threads.submit(profile.encode_text, "0")
        wait_until(lambda: slow.calls == [["0"]])
        others = [threads.submit(profile.encode_text, str(n)) for n in range(1, count)]
        wait_until(lambda: len(profile._waiting) == count)
        slow.may_go_on.set()
        assert [number_of(a.result(20)) for a in (first, *others)] == list(range(count))
    assert [len(call) for call in slow.calls] == [1, MAX_BATCH, MAX_BATCH, 4]
    profile.close()


def test_a_text_asked_again_is_not_encoded_again() -> None:
    slow = SlowProfile()
    slow.may_go_on.set()
    profile = BatchingProfile(slow)
    for text in ("7", "7", "8", "7"):
        assert number_of(profile.encode_text(text)) == float(text)
    assert slow.calls == [["7"], ["8"]]
    profile.close()


def test_the_texts_that_were_asked_longest_ago_are_forgotten() -> None:
    slow = SlowProfile()
    slow.may_go_on.set()
    profile = BatchingProfile(slow)
    for number in range(MAX_REMEMBERED + 1):
        profile.encode_text(str(number))
    before = len(slow.calls)
    profile.encode_text("1")
    assert len(slow.calls) == before
    profile.encode_text("0")
    assert slow.calls[before:] == [["0"]]
    profile.close()


def test_an_error_reaches_everyone_who_waits_and_is_not_kept() -> None:
    slow = SlowProfile()
    slow.may_go_on.set()
    profile = BatchingProfile(slow)
    for _ in range(2):
        with pytest.raises(ValueError, match="could not convert"):
            profile.encode_text("no number")
    assert slow.calls == [["no number"], ["no number"]]
    assert number_of(profile.encode_text("5")) == 5
    profile.close()


def test_a_profile_that_takes_one_text_at_a_time_is_asked_so() -> None:
    profile = BatchingProfile(TinyProfile())
    assert number_of(profile.encode_text("fire")) == 1
    assert profile.encode_sentences(["fire", "ice"]).tolist() == [[1, 0], [0, 1]]
    assert profile.manifest == TinyProfile().manifest
    profile.close()
