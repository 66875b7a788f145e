"""The library as the service holds it: opened once, and opened again when it comes back."""

import threading
from collections.abc import Callable

from encoders.base import Profile
from search_api.service.problems import UNAVAILABLE, ApiProblem
from search_api.service.settings import ServiceSettings
from segments.catalog import Catalog
from segments.errors import RetraceError
from segments.library import Library
from segments.store.base import VectorStore
from segments.store.opening import open_store

LoadProfile = Callable[[str], Profile]
"""Makes the models of a profile ready, by its name."""


class LibraryOwner:
    """Owns the library's store. Threads may share it."""

    def __init__(self, settings: ServiceSettings, load_profile: LoadProfile) -> None:
        self._settings, self._load_profile = settings, load_profile
        self._opened: tuple[Library, VectorStore, Profile] | None = None
        self._local = threading.local()

    def start(self) -> None:
        """Opens what is there."""
        try:
            library = Library.open(self._settings.library)
            profile = self._load_profile(library.space)
            store = open_store(library, expected=profile.manifest)
        except RetraceError:
            return
        self._opened = (library, store, profile)

    def stop(self) -> None:
        """Closes the store and gives its lock back."""
        if self._opened:
            self._opened[1].close()
            self._opened = None

    def library(self) -> Library:
        """Raises:
        ApiProblem: "library-unavailable".
        """
        return self._require()[0]

    def store(self) -> VectorStore:
        """Raises:
        ApiProblem: "library-unavailable".
        """
        return self._require()[1]

    def profile(self) -> Profile:
        """Raises:
        ApiProblem: "library-unavailable".
        """
        return self._require()[2]

    def catalog(self) -> Catalog:
        """This thread's own: do not close it, nor hand it to another thread.

        Raises:
            ApiProblem: "library-unavailable".
        """
        library = self.library()
        kept: tuple[Library, Catalog] | None = getattr(self._local, "catalog", None)
        if kept is None or kept[0] != library:
            kept = (library, Catalog(library))
            self._local.catalog = kept
        return kept[1]

    def _require(self) -> tuple[Library, VectorStore, Profile]:
        if self._opened is None:
            wait = {"Retry-After": str(self._settings.retry_after_s)}
            raise ApiProblem("library-unavailable", UNAVAILABLE, headers=wait)
        return self._opened
