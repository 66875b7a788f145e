"""Everything about who may what, of one library."""

import os
import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, Self

from search_api.access.audit import AuditLog
from search_api.access.keys import Keys
from search_api.access.rates import Rate
from search_api.access.signing import Signer, load_or_make_secret
from segments.errors import LibraryError

FILE = "access.sqlite"
VIEWS_EVERY_S = 60.0
_OWNER_ONLY, _OTHERS = 0o600, 0o077


class AccessSettings(Protocol):
    """What an operator chooses of it; see `search_api.service.settings`."""

    @property
    def requests_per_s(self) -> float: ...
    @property
    def request_burst(self) -> int: ...
    @property
    def failures_per_minute(self) -> int: ...
    @property
    def signed_url_s(self) -> int: ...


@dataclass(frozen=True)
class Rates:
    """How often somebody may do something."""

    asks: Rate
    """By key."""
    failures: Rate
    """Wrong and missing keys, by address."""
    views: Rate
    """Of the same thing by the same key: how often it is written into the log."""


class Access:
    """Keys, signed addresses, rates and the log. Threads may share it.

    A library that takes the place of another one is noticed at once.
    """

    def __init__(self, library_root: Path, settings: AccessSettings) -> None:
        self._root, self._local = library_root, threading.local()
        self._file = str(library_root / FILE)
        self._make_signer = partial(Signer, lasts_s=settings.signed_url_s)
        failures = settings.failures_per_minute
        self.rates = Rates(
            asks=Rate(settings.requests_per_s, settings.request_burst),
            failures=Rate(failures / 60, failures),
            views=Rate(1 / VIEWS_EVERY_S, 1),
        )

    @classmethod
    def open(cls, library_root: Path, settings: AccessSettings) -> Self:
        """Reads nothing yet: the library need not be there before the first request."""
        return cls(library_root, settings)

    @property
    def keys(self) -> Keys:
        """This thread's own.

        Raises:
            LibraryError: there is no library, or the file is damaged.
        """
        return self._opened().keys

    @property
    def audit(self) -> AuditLog:
        """This thread's own.

        Raises:
            LibraryError: there is no library, or the file is damaged.
        """
        return self._opened().audit

    @property
    def signer(self) -> Signer:
        """Raises:
        LibraryError: there is no library, or the file is damaged.
        """
        return self._opened().signer

    def _opened(self) -> "_Opened":
        opened: _Opened | None = getattr(self._local, "opened", None)
        if opened is None or opened.stamp != self._stamp():
            path = access_file(self._root)
            stamp = self._stamp()
            signer = self._make_signer(load_or_make_secret(path))
            opened = self._local.opened = _Opened(stamp, Keys(path), AuditLog(path), signer)
        return opened

    def _stamp(self) -> tuple[int, int] | None:
        """Which file is there; None: none is."""
        try:
            found = os.stat(self._file)  # noqa: PTH116 - every request asks, some of them thrice
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


@dataclass(frozen=True)
class _Opened:
    """One thread's, of one file."""

    stamp: tuple[int, int] | None
    keys: Keys
    audit: AuditLog
    signer: Signer


def access_file(library_root: Path) -> Path:
    """The library's file of keys and log, which nobody but its owner may read.

    Raises:
        LibraryError: there is no library.
    """
    if not (library_root / "library.json").is_file():
        raise LibraryError(f"no library at {library_root}: make one with `retrace index`")
    path = library_root / FILE
    if not path.exists():
        path.touch(_OWNER_ONLY)
    if path.stat().st_mode & _OTHERS:  # as a restored backup leaves it
        path.chmod(_OWNER_ONLY)
    return path
