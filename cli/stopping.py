"""Ctrl-C as a request: the first one ends the work cleanly, the second one at once."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from cli.output import say


@contextmanager
def stop_on_interrupt() -> Generator[threading.Event]:
    """An event that the first interrupt sets; from then on Ctrl-C does what it does elsewhere."""
    stop = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def interrupt(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)
        say("stopping after this batch (Ctrl-C again: at once; nothing that is done gets lost)")

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
