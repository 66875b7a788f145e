"""What may still begin, and how busy others kept the machine meanwhile."""

import os
import time
from collections.abc import Callable

import psutil


class Allowance:
    """Time until which measurements may begin, unless somebody stops them earlier."""

    def __init__(self, minutes: float, stopped: Callable[[], bool] = lambda: False) -> None:
        self._minutes, self._stopped = minutes, stopped
        self._until = time.monotonic() + 60 * minutes

    def lack(self) -> str | None:
        """Why nothing more may begin; None where it may."""
        if self._stopped():
            return "interrupted"
        if time.monotonic() > self._until:
            return f"not begun within {self._minutes:g} minutes"
        return None


class Neighbours:
    """Other processes' share of the CPUs, from when it was made on."""

    def __init__(self) -> None:
        self._started, self._busy = time.monotonic(), _busy_s()

    def share(self) -> float:
        """In [0, 1] of all cores; of no meaning for the first instants."""
        available = (time.monotonic() - self._started) * (os.cpu_count() or 1)
        return max(0.0, (_busy_s() - self._busy) / available)


def _busy_s() -> float:
    """CPU seconds that all processes but this one have used."""
    total, own = psutil.cpu_times(), psutil.Process().cpu_times()
    return total.user + total.system - own.user - own.system
