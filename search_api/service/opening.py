"""Opening a library for a service, and why that may fail."""

from collections.abc import Callable
from dataclasses import dataclass

from encoders.base import Profile
from search_api.answers.health import State
from search_api.kept import Kept
from search_api.service.encoding import BatchingProfile
from search_api.service.settings import ServiceSettings
from segments.errors import (
    IndexMismatch,
    LibraryError,
    LibraryInUse,
    RetraceError,
    WeightsMissing,
)
from segments.library import Library
from segments.manifest import SpaceManifest
from segments.store.base import VectorStore
from segments.store.lock import OwnerLock
from segments.store.opening import create_space, open_store

LoadProfile = Callable[[str], Profile]
"""Makes the models of a profile ready, by its name."""
OnBatch = Callable[[int], None]
AUTO = "auto"
"""The best profile whose weights are here."""
WARM_UP = "a person"
"""Encoded once at the start: some models load their largest part only when they are first used."""
MEANINGS: dict[State, str] = {
    "starting": "the service is opening the library",
    "ready": "the library is open",
    "missing": "there is no library yet: index some footage into it",
    "in-use": "another process has the library's store open: it is opened once that is done",
    "mismatch": "the library was made by other models than are here: index it again",
    "weights-missing": "the models that made the library are not on this machine",
    "damaged": "the library or its store cannot be read: the log says why",
    "stopped": "the service is stopping",
}
"""For people; no folder is named, since anybody may ask."""


@dataclass(frozen=True)
class OpenLibrary:
    """A library whose store this process owns."""

    library: Library
    store: VectorStore
    profile: BatchingProfile
    kept: Kept
    """For all searches."""
    stamp: tuple[int, ...]
    """Of the files on disk when they were opened; others mean another library."""
    lock: OwnerLock | None
    """Of the library's own store, while a server's is used: whoever indexes hands its work over."""

    def close(self) -> None:
        """Gives the store back and ends the models' thread."""
        self.store.close()
        if self.lock is not None:
            self.lock.release()
        self.profile.close()


def choose_library(settings: ServiceSettings) -> Library:
    """The library, through the space that is to answer; nothing is loaded.

    Raises:
        LibraryError: there is none.
        UserError: it has no such space.
    """
    library = Library.open(settings.library)
    return library if settings.profile is None else library.require_space(settings.profile)


def make_library(settings: ServiceSettings, load_profile: LoadProfile) -> Profile | None:
    """An empty library where there is nothing at all; the profile that is to fill it.

    A folder that holds anything is left alone.

    Raises:
        RetraceError: its models are not here, or it cannot be written.
    """
    folder = settings.library
    if not settings.makes_library or (folder.exists() and any(folder.iterdir())):
        return None
    profile = load_profile(settings.profile or AUTO)
    secret = settings.store_api_key
    key = None if secret is None else secret.get_secret_value()
    library = Library.create(folder, profile.spec.name)
    create_space(library, profile.manifest, url=settings.store_url, api_key=key)
    return profile


def open_library(
    settings: ServiceSettings, load_profile: LoadProfile, *, on_batch: OnBatch
) -> OpenLibrary:
    """Loads the models and takes the store.

    Args:
        on_batch: told how many texts each call of the text model encoded.

    Raises:
        RetraceError: see `state_of`.
    """
    library = choose_library(settings)
    library.manifest()
    profile = load_profile(library.space)
    profile.encode_text(WARM_UP)
    stamp = stamp_of(library)
    store, lock = _take_store(library, profile.manifest, settings)
    batching = BatchingProfile(profile, on_batch=on_batch)
    kept = Kept.of(library, store, batching)
    return OpenLibrary(library, store, batching, kept, stamp, lock)


def _take_store(
    library: Library, manifest: SpaceManifest, settings: ServiceSettings
) -> tuple[VectorStore, OwnerLock | None]:
    if settings.store_url is None:
        return open_store(library, expected=manifest, stays=True), None
    secret = settings.store_api_key
    key = None if secret is None else secret.get_secret_value()
    lock = OwnerLock.acquire(library.lock_file, stays=True)
    try:
        store = open_store(library, expected=manifest, url=settings.store_url, api_key=key)
    except RetraceError:
        lock.release()
        raise
    return store, lock


def is_current(opened: OpenLibrary, settings: ServiceSettings) -> bool:
    """Whether the library that is open is the one that is there now."""
    try:
        now = choose_library(settings)
        return now == opened.library and stamp_of(now) == opened.stamp
    except RetraceError:
        return False


def stamp_of(library: Library) -> tuple[int, ...]:
    """Tells one library from another at the same place.

    Raises:
        LibraryError: its space is not there.
    """
    try:
        found = library.manifest_file.stat()
        return (found.st_dev, found.st_ino, int(library.edge_folder.exists()))
    except OSError as error:
        raise LibraryError(f"{library.vectors.path} is not there ({error.strerror})") from error


def state_of(error: RetraceError, settings: ServiceSettings) -> State:
    """What an error of `open_library` says about the library."""
    match error:
        case LibraryInUse():
            return "in-use"
        case IndexMismatch():
            return "mismatch"
        case WeightsMissing():
            return "weights-missing"
        case _:
            return "damaged" if _is_made(settings) else "missing"


def _is_made(settings: ServiceSettings) -> bool:
    """Whether a library is there whose space was made."""
    if not (settings.library / "library.json").exists():
        return False
    try:
        return choose_library(settings).manifest_file.exists()
    except LibraryError:
        return True
    except RetraceError:
        return False
