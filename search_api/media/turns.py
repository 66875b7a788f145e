"""Few decode at once, few wait for it, and the rest are sent away."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from search_api.media.errors import Busy
from search_api.media.limits import MediaLimits


class Turns:
    """Who may use a decoder. Threads share it."""

    def __init__(self, limits: MediaLimits) -> None:
        self._most, self._patience_s = limits.decodes_waiting, limits.patience_s
        self._most += limits.decodes_at_once
        self._decoders = threading.Semaphore(limits.decodes_at_once)
        self._lock = threading.Lock()
        self._num_here = 0

    @contextmanager
    def queue(self) -> Generator[None]:
        """A place among those who decode or wait.

        Raises:
            Busy: there is none left.
        """
        with self._lock:
            if self._num_here >= self._most:
                raise Busy(f"{self._most} requests are reading footage or wait for it: come back")
            self._num_here += 1
        try:
            yield
        finally:
            with self._lock:
                self._num_here -= 1

    @contextmanager
    def decoder(self) -> Generator[None]:
        """One of the decoders.

        Raises:
            Busy: none was free for `MediaLimits.patience_s`.
        """
        if not self._decoders.acquire(timeout=self._patience_s):
            raise Busy(f"no decoder was free for {self._patience_s:g} s: come back")
        try:
            yield
        finally:
            self._decoders.release()


@dataclass
class _Key:
    lock: threading.Lock = field(default_factory=threading.Lock)
    num_users: int = 0


class OneByOne:
    """Lets one thread at a time work on the same thing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: dict[str, _Key] = {}

    @contextmanager
    def working_on(self, name: str) -> Generator[None]:
        with self._lock:
            key = self._keys.setdefault(name, _Key())
            key.num_users += 1
        try:
            with key.lock:
                yield
        finally:
            with self._lock:
                key.num_users -= 1
                if not key.num_users:
                    del self._keys[name]
