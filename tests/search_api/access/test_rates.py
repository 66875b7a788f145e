import pytest

from search_api.access import rates
from search_api.access.rates import Rate


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_and_then_an_even_rate() -> None:
    clock = Clock()
    rate = Rate(2.0, 3, clock=clock)
    assert [rate.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    clock.now += 0.25
    assert rate.take("a") == pytest.approx(0.25)
    clock.now += 0.25
    assert [rate.take("a"), rate.take("a")] == [0, 0.5]
    clock.now += 1000
    assert [rate.take("a") for _ in range(4)] == [0, 0, 0, 0.5]


def test_each_asker_has_a_bucket_of_its_own() -> None:
    rate = Rate(1.0, 1, clock=Clock())
    assert [rate.take(asker) for asker in "abab"] == [0, 0, 1, 1]


def test_who_asked_longest_ago_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MAX_BUCKETS", 2)
    rate = Rate(1.0, 1, clock=Clock())
    assert [rate.take(asker) for asker in "abacb"] == [0, 0, 1, 0, 0]
    assert rate.take("c") == 1
