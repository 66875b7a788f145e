"""Who owns a library's embedded store: one process at a time, and a name for everyone else."""

import fcntl
import json
import os
import socket
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Self

from segments.errors import LibraryError, LibraryInUse

_POLL_S = 0.1


class OwnerLock:
    """The lock, held until `release` or the process's end, however it ends."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle
        _held.add(self)

    @classmethod
    def acquire(cls, path: Path, *, wait_s: float = 0.0, stays: bool = False) -> Self:
        """Takes the lock, and writes into the file who has it.

        Args:
            wait_s: how long to wait for an owner to leave; one that stays is not waited for.
            stays: whether this owner keeps the lock for good, as a service does.

        Raises:
            LibraryInUse: another process, or another store in this one, has it; names the owner.
            LibraryError: this user may not write to the library.
        """
        handle = _open_file(path)
        deadline = time.monotonic() + wait_s
        while not _try_lock(handle):
            owner = _Owner.read(path)
            if owner.stays or time.monotonic() >= deadline:
                os.close(handle)
                raise LibraryInUse(f"{path.parent} is in use by {owner.name}: wait, or stop it")
            time.sleep(_POLL_S)
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(_this_process() | {"stays": stays}).encode(), 0)
        return cls(handle)

    def release(self) -> None:
        """Gives the lock back; releasing twice is fine."""
        _held.discard(self)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


_held: set[OwnerLock] = set()


def _open_file(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise LibraryError(
            f"{path.parent} cannot be written to ({error.strerror}), which its embedded store "
            "needs even for searching: copy the library to where you may write"
        ) from error


def _try_lock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _this_process() -> dict[str, str | int]:
    subcommand = [word for word in sys.argv[1:2] if not word.startswith("-")]
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "command": " ".join([Path(sys.argv[0]).name, *subcommand]),
        "since": datetime.now().astimezone().isoformat(sep=" ", timespec="seconds"),
    }


class _Owner(NamedTuple):
    name: str
    stays: bool

    @classmethod
    def read(cls, path: Path) -> "_Owner":
        try:
            said = json.loads(path.read_bytes())
            name = f"{said['command']} (pid {said['pid']} on {said['host']}) since {said['since']}"
            return cls(name, bool(said.get("stays")))
        except (ValueError, KeyError, TypeError):  # it has the lock and is about to write its name
            return cls("another process", False)


def _forget_in_child() -> None:
    # a forked worker that outlives the owner would keep the lock
    for lock in tuple(_held):
        lock.release()


os.register_at_fork(after_in_child=_forget_in_child)
