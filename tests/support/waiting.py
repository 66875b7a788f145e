"""Waiting for what another thread or process does, without guessing how long it takes."""

import time
from collections.abc import Callable

LONGEST_S = 60.0


def wait_until(is_so: Callable[[], bool]) -> None:
    """Returns once `is_so`; fails where it does not come to that in a minute."""
    end = time.monotonic() + LONGEST_S
    while not is_so():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)
