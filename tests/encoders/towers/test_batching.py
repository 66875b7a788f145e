"""The size of pieces is found by measurement, here on a clock that the test turns."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from encoders.towers.batching import MicroBatches, peak_share_of

BATCH = torch.arange(10.0).unsqueeze(1)


class Machine:
    """Doubles what it gets, and says that it took `cost_s(size)` for it."""

    def __init__(self, cost_s: Callable[[int], float]) -> None:
        self.cost_s = cost_s
        self.now_s = 0.0
        self.sizes: list[int] = []

    def __call__(self, piece: Tensor) -> Tensor:
        self.now_s += self.cost_s(len(piece))
        self.sizes.append(len(piece))
        return piece * 2

    def clock(self) -> float:
        return self.now_s


@pytest.mark.parametrize(
    ("cost_s", "expected"),
    [
        (lambda size: 0.06 + 0.01 * size, 64),  # 1.8 s spent: the next would need 1.4
        (lambda size: 0.2 * size, 1),  # nothing to gain
        (lambda size: 0.1 if size <= 4 else 0.1 * size, 4),
        (lambda size: 0.1 if size <= 4 else 0.024 * size, 4),  # a gain of 4 %
        (lambda size: 0.1 if size <= 4 else 0.023 * size, 8),  # a gain of 9 %
        (lambda size: 1.5 * size**0.5, 1),  # the first size takes the budget already
        (lambda size: 1e-4, 128),  # as far as it goes
    ],
)
def test_the_size_with_the_most_items_per_second(
    cost_s: Callable[[int], float], expected: int
) -> None:
    machine = Machine(cost_s)
    batches = MicroBatches("key", clock=machine.clock)

    assert torch.equal(batches.run(machine, BATCH), BATCH * 2)

    assert batches.size == expected


def test_pieces_have_that_size() -> None:
    machine = Machine(lambda size: 0.1 if size <= 4 else 0.1 * size)
    batches = MicroBatches("key", clock=machine.clock)
    batches.run(machine, BATCH)
    machine.sizes.clear()

    assert torch.equal(batches.run(machine, BATCH), BATCH * 2)

    assert machine.sizes == [4, 4, 2]


def test_a_search_stays_near_its_budget() -> None:
    machine = Machine(lambda size: 0.3 + 0.05 * size)

    batches = MicroBatches("key", clock=machine.clock)
    batches.run(machine, BATCH[:2])

    assert batches.size == 4
    assert machine.now_s == pytest.approx(0.35 + 0.35 + 0.4 + 0.5 + 0.4)


def test_a_short_run_is_timed_by_its_fastest() -> None:
    took_s = iter([0.01, 0.01, 0.01, 0.03, 0.001, 0.02, *[0.2] * 10])
    machine = Machine(lambda _: next(took_s))
    batches = MicroBatches("key", clock=machine.clock)

    batches.run(machine, BATCH[:2])

    assert batches.size == 1, "1 item in 1 ms is more per second than 2 in 200 ms"


def test_a_single_item_is_not_made_to_wait() -> None:
    machine = Machine(lambda size: 0.1)
    batches = MicroBatches("key", clock=machine.clock)

    batches.run(machine, BATCH[:1])

    assert machine.sizes == [1]
    assert batches.size is None


def test_memory_is_left_for_others() -> None:
    shares = iter([0.0, 0.1, 0.0, 0.2, 0.0, 0.4])
    machine = Machine(lambda size: 1e-4)
    batches = MicroBatches("key", clock=machine.clock, peak_share=lambda: next(shares))

    batches.run(machine, BATCH)

    assert batches.size == 4, "the next would need 0.8 of the device"


def test_a_later_start_takes_the_size_from_the_file(tmp_path: Path) -> None:
    cache = tmp_path / "made" / "sizes.json"
    machine = Machine(lambda size: 0.1 if size <= 4 else 0.1 * size)
    MicroBatches("vision", cache=cache, clock=machine.clock).run(machine, BATCH)
    MicroBatches("words", cache=cache, clock=machine.clock).run(machine, BATCH)
    machine.sizes.clear()

    again = MicroBatches("vision", cache=cache, clock=machine.clock)
    again.run(machine, BATCH)

    assert machine.sizes == [4, 4, 2]
    assert json.loads(cache.read_text()) == {"vision": 4, "words": 4}
    assert MicroBatches("another machine", cache=cache).size is None


def test_a_damaged_file_is_measured_anew(tmp_path: Path) -> None:
    cache = tmp_path / "sizes.json"
    cache.write_text("{")
    machine = Machine(lambda size: 0.2 * size)

    MicroBatches("key", cache=cache, clock=machine.clock).run(machine, BATCH)

    assert json.loads(cache.read_text()) == {"key": 1}


def test_a_cpu_has_no_memory_of_its_own() -> None:
    assert peak_share_of("cpu")() == 0.0
