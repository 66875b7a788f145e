"""One half of a model: items per second by number format and micro-batch size."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

import torch

from benchmarks.tower_speed.arguments import SizeName
from benchmarks.tower_speed.flops import counted_flops, flops_by_hand
from benchmarks.tower_speed.halves import KINDS, Half, items_of, one_item
from benchmarks.training_speed.measures import peak_memory
from encoders.towers.base import Placement

SIZES = {"cuda": (1, 8, 32, 128), "cpu": (1, 8, 32)}
SMOKE_SIZES = (1, 4)
ROUNDS = 5
ENOUGH_S = 2.0
"""Rounds end once they took so long together."""
TOO_LONG_S = 8.0
"""A size is left out where the one before foretells so long a round."""

Scores = dict[str, Any]


@dataclass(frozen=True)
class TowerMeasure:
    """How halves are measured on one device."""

    device: str
    size: SizeName
    peaks: dict[str, float]
    """10¹² operations per second of a large matrix product, by number format: float32 first."""
    seed: int

    @property
    def sizes(self) -> tuple[int, ...]:
        return SMOKE_SIZES if self.size == "smoke" else SIZES[self.device]

    def eager(self, half: Half, folder: Path) -> Scores:
        """Operations of one item, and speed by number format and micro-batch size."""
        tower = self._open(half, folder, self._place("float32"))
        flops = counted_flops(tower, one_item(half, tower, seed=self.seed))
        by_hand = flops_by_hand(tower.model.config) if half.kind == "pictures" else None
        found = {
            "model": half.model,
            "half": half.kind,
            "num_frames": getattr(tower, "num_frames", None),
            "flops": flops,
        } | ({} if by_hand is None else {"flops_by_hand": by_hand})
        modes = {"float32": self._by_size(half, tower, flops, "float32")}
        for name in [name for name in self.peaks if name != "float32"]:
            tower = self._open(half, folder, self._place(name))
            modes[name] = self._by_size(half, tower, flops, name)
        return found | {"modes": modes}

    def _by_size(self, half: Half, tower: Any, flops: int, name: str) -> Scores:
        """By micro-batch size, as decimal digits."""
        found: Scores = {}
        for size in self.sizes:
            last = list(found.values())[-1] if found else None
            if last is not None and size / last["items_per_s"] > TOO_LONG_S:
                break
            try:
                found[str(size)] = self._at(half, tower, size, flops, name)
            except torch.cuda.OutOfMemoryError:
                break  # larger ones need more
        return found

    def compiled(self, half: Half, folder: Path, name: str, *, flops: int, size: int) -> Scores:
        """At one micro-batch size: each one is compiled by itself."""
        torch.compiler.reset()
        started = time.perf_counter()
        place = replace(self._place(name), compile=True)
        tower = self._open(half, folder, place)
        self._encode(half, tower, size)()
        ready_s = time.perf_counter() - started
        return {str(size): self._at(half, tower, size, flops, name) | {"ready_s": ready_s}}

    def _at(self, half: Half, tower: Any, size: int, flops: int, name: str) -> Scores:
        """Encodes batches of one micro-batch, from pictures, sounds or words to vectors."""
        encode = self._encode(half, tower, size)
        with peak_memory(self.device) as peak:
            items_per_s = size / seconds_of(encode)
        flop_s = items_per_s * flops
        found: Scores = {
            "items_per_s": items_per_s,
            "tflop_s": flop_s / 1e12,
            "share_of_peak": flop_s / 1e12 / self.peaks[name],
        }
        return found | ({"peak_bytes": peak.bytes} if self.device == "cuda" else {})

    def _encode(self, half: Half, tower: Any, size: int) -> Callable[[], object]:
        items = items_of(half, tower, size, seed=self.seed)
        tower.batches.size = size
        return lambda: tower.encode(items)

    def _open(self, half: Half, folder: Path, place: Placement) -> Any:
        gc.collect()  # a tower refers to itself: the one before still holds its memory
        return KINDS[half.kind].open(folder, place)

    def _place(self, name: str) -> Placement:
        return Placement(self.device, getattr(torch, name))


def fastest(sizes: Scores) -> int:
    """The micro-batch size with the most items per second."""
    return int(max(sizes, key=lambda size: sizes[size]["items_per_s"]))


def seconds_of(work: Callable[[], object], *, warm: bool = False) -> float:
    """Median of some rounds.

    Args:
        warm: the work was done before; else one round goes before those that count.
    """
    if not warm:
        work()
    rounds: list[float] = []
    while len(rounds) < ROUNDS and sum(rounds) < ENOUGH_S:
        started = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - started)
    return median(rounds)
