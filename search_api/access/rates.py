"""Token buckets: how often somebody may ask."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MAX_BUCKETS = 10_000
"""Who asked longest ago is forgotten first, so that many addresses do not fill the memory."""


@dataclass
class _Bucket:
    left: float
    at_s: float


class Rate:
    """A bucket each for any number of askers: full at first, filled again at an even rate."""

    def __init__(
        self, per_s: float, burst: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Args:
        per_s: how many tokens come back in a second.
        burst: how many a bucket holds.
        clock: seconds from any start.
        """
        self._per_s, self._burst, self._clock = per_s, float(burst), clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, asker: str) -> float:
        """Takes a token; 0, or where there is none, how many seconds until there is one."""
        with self._lock:
            bucket = self._filled(asker)
            wait_s = max(0.0, (1.0 - bucket.left) / self._per_s)
            if not wait_s:
                bucket.left -= 1.0
            return wait_s

    def wait_s(self, asker: str) -> float:
        """Seconds until a token is there; takes none."""
        with self._lock:
            return max(0.0, (1.0 - self._filled(asker).left) / self._per_s)

    def _filled(self, asker: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(asker, _Bucket(self._burst, now))
        self._buckets.move_to_end(asker)
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets.popitem(last=False)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at_s) * self._per_s)
        bucket.at_s = now
        return bucket
