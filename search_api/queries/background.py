"""What similarities are usual in a library: a sample of its vectors."""

import threading
import time
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Float, Float32

from segments.media import Level
from segments.store.base import Filter, VectorStore

SAMPLE = 1000
"""Vectors. Ids are digests, so the first by id are a sample without a bias."""
GROWTH = 0.1
"""Share of points that may come or go before a sample is taken anew."""
COUNT_EVERY_S = 10.0
LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Usual:
    """Mean and standard deviation of a vector's inner products with those of a library."""

    mean: float
    spread: float

    def standardised(self, similarity: float) -> float:
        """How many standard deviations it lies above the mean."""
        return (similarity - self.mean) / self.spread

    def salience(self, similarity: float) -> float:
        """By how much it exceeds the mean, over the root of the standard deviation.

        Between the excess itself and the standardised one; of the three it told queries that match
        something from those that match nothing best (`python -m benchmarks.asking`).
        """
        return (similarity - self.mean) / self.spread**0.5


def usual(products: Float[np.ndarray, " n"]) -> Usual:
    """Of any number of products; nothing stands out of none."""
    if not len(products):
        return Usual(0.0, 1.0)
    return Usual(float(products.mean()), max(LEAST_SPREAD, float(products.std())))


class Background:
    """Samples of one store's vectors. Threads may share it; it follows the store as that grows."""

    def __init__(self, store: VectorStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._samples: dict[tuple[str, Level], tuple[int, Float32[np.ndarray, "n d"]]] = {}
        self._count, self._counted_s = 0, -np.inf

    @property
    def count(self) -> int:
        """Points of the store, at most COUNT_EVERY_S old."""
        now_s = time.monotonic()
        if now_s - self._counted_s > COUNT_EVERY_S:
            self._count, self._counted_s = self._store.count(), now_s
        return self._count

    def sample(self, vector_name: str, level: Level) -> Float32[np.ndarray, "n d"]:
        """Up to SAMPLE vectors of a level's points; [0 0] where there are none."""
        with self._lock:
            count = self.count
            kept = self._samples.get((vector_name, level))
            if kept is None or has_grown(kept[0], count):
                kept = count, self._take(vector_name, level)
                self._samples[vector_name, level] = kept
            return kept[1]

    def usual(self, vector_name: str, query: Float32[np.ndarray, " d"], level: Level) -> Usual:
        """What a query's similarities are like."""
        sample = self.sample(vector_name, level)
        return usual(sample @ query if len(sample) else np.zeros(0))

    def _take(self, vector_name: str, level: Level) -> Float32[np.ndarray, "n d"]:
        where = Filter(level=level, has_audio=True if vector_name == "audio" else None)
        points = self._store.iter_points(where)
        vectors = (p.vectors[vector_name] for p in points if vector_name in p.vectors)
        rows = list(islice(vectors, SAMPLE))
        return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def has_grown(before: int, now: int) -> bool:
    """Whether so many points came or went that what was measured before says little."""
    return abs(now - before) > GROWTH * before
