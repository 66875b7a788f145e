"""Everything about who may what, of one library."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Generic, Protocol, Self, TypeVar

from search_api.access.audit import AuditLog
from search_api.access.keys import Keys
from search_api.access.rates import Rate
from search_api.access.signing import Signer, load_or_make_secret
from segments.database import Tables
from segments.errors import LibraryError

FILE = "access.sqlite"
VIEWS_EVERY_S = 60.0
_OWNER_ONLY = 0o600
T = TypeVar("T", bound=Tables)


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
    """Keys, signed addresses, rates and the log. Threads may share it."""

    def __init__(self, library_root: Path, settings: AccessSettings) -> None:
        self._root, self._settings = library_root, settings
        self._keys = _PerThread(lambda: Keys(access_file(library_root)))
        self._audit = _PerThread(lambda: AuditLog(access_file(library_root)))
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
        return self._keys.get()

    @property
    def audit(self) -> AuditLog:
        """This thread's own.

        Raises:
            LibraryError: there is no library, or the file is damaged.
        """
        return self._audit.get()

    @cached_property
    def signer(self) -> Signer:
        """Raises:
        LibraryError: there is no library, or the file is damaged.
        """
        secret = load_or_make_secret(access_file(self._root))
        return Signer(secret, lasts_s=self._settings.signed_url_s)


def access_file(library_root: Path) -> Path:
    """The library's file of keys and log, which nobody but its owner may read.

    Raises:
        LibraryError: there is no library.
    """
    if not (library_root / "library.json").is_file():
        raise LibraryError(f"no library at {library_root}: make one with `retrace index`")
    path = library_root / FILE
    path.touch(_OWNER_ONLY)
    return path


class _PerThread(Generic[T]):
    """One object for each thread, made when the thread first asks; closed with the thread."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make, self._local = make, threading.local()

    def get(self) -> T:
        found: T | None = getattr(self._local, "tables", None)
        if found is None:
            found = self._local.tables = self._make()
        return found
