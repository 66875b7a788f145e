"""Micro-batches: a batch is run in pieces of the size that this machine is fastest with."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from segments.files import write_atomically

SIZES = (1, 2, 4, 8, 16, 32, 64, 128)
WORTH = 1.05
"""A larger size must be so much faster per item, or the search ends."""
BUDGET_S = 2.0
"""What the search may take, as far as the time of the sizes tried foretells it."""
SHORT_S = 0.05
"""A run shorter than this is repeated: its time is mostly noise."""
REPEATS = 3
MEMORY_SHARE = 0.6
"""Of the device's memory, at most."""

Function = Callable[[Tensor], Tensor]


class MicroBatches:
    """Runs functions over batches piece by piece.

    The size of a piece is measured at the first batch of at least two items. It is kept under
    `key` in `cache`, so that later starts take it from there and compute in the same pieces:
    the same batch gives the same bits.
    """

    def __init__(
        self,
        key: str,
        *,
        cache: Path | None = None,
        clock: Callable[[], float] = time.perf_counter,
        peak_share: Callable[[], float] = lambda: 0.0,
    ) -> None:
        """
        Args:
            key: all that the best size depends on, in words.
            cache: a JSON file of sizes by key, made when needed; None keeps nothing.
            clock: seconds.
            peak_share: share of the device's memory that was used at most since the last call.
        """
        self._key = key
        self._cache = cache
        self._clock = clock
        self._peak_share = peak_share
        self.size: int | None = None if cache is None else _read(cache).get(key)
        """Items per piece; None until it is known."""

    def run(self, function: Function, batch: Tensor) -> Tensor:
        """`function` of the batch's pieces, put together again."""
        if len(batch) < 2:  # a query must not wait for a measurement
            return function(batch)
        if self.size is None:
            self.size = self._measure(function, batch[:1])
            self._keep(self.size)
        return torch.cat([function(piece) for piece in batch.split(self.size)])

    def _measure(self, function: Function, item: Tensor) -> int:
        """The size with the most items per second; one item, repeated, stands for all."""
        started = self._clock()
        self._time(function, item)  # the first run pays for allocations
        best, best_rate = 1, 0.0
        for size in SIZES:
            self._peak_share()
            took_s = self._time(function, item.expand(size, *item.shape[1:]))
            if size / took_s < WORTH * best_rate:
                break
            best, best_rate = size, size / took_s
            spent_s = self._clock() - started
            if spent_s + 2 * took_s > BUDGET_S or 2 * self._peak_share() > MEMORY_SHARE:
                break
        return best

    def _time(self, function: Function, batch: Tensor) -> float:
        """Seconds of the fastest of a few runs, or of one long run."""
        fastest = float("inf")
        for _ in range(REPEATS):
            started = self._clock()
            function(batch)
            fastest = min(fastest, self._clock() - started)
            if fastest > SHORT_S:
                break
        return max(fastest, 1e-9)

    def _keep(self, size: int) -> None:
        if self._cache is not None:
            sizes = _read(self._cache) | {self._key: size}
            write_atomically(self._cache, json.dumps(sizes, indent=1, sort_keys=True).encode())


def peak_share_of(device: str) -> Callable[[], float]:
    """For `MicroBatches`: what a CUDA device's memory was used to at most; 0 on a CPU."""
    if not device.startswith("cuda"):
        return lambda: 0.0

    def share() -> float:
        _, total = torch.cuda.mem_get_info(device)
        used = torch.cuda.max_memory_allocated(device)
        torch.cuda.reset_peak_memory_stats(device)
        return used / total

    return share


def _read(cache: Path) -> dict[str, int]:
    if not cache.is_file():
        return {}
    try:
        return json.loads(cache.read_bytes())
    except json.JSONDecodeError:  # only a cache: it is measured again
        return {}
