"""Indexing as one call: opens a library, works on it alone, leaves it ready to search."""

import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from detectors.registry import require_detectors
from encoders.base import Profile
from indexer.detecting import load_detectors
from indexer.discovery import FoundFile
from indexer.engine import Job, LocalEngine
from indexer.footage import default_workers
from indexer.ledger import Ledger
from indexer.region_choice import RegionChoice
from indexer.report import IndexReport
from indexer.steps import Observer
from segments.catalog import Catalog
from segments.errors import LibraryError
from segments.library import Library
from segments.score_origins import ScoreOrigins
from segments.sources import SourceRules
from segments.store.base import VectorStore
from segments.store.lock import OwnerLock
from segments.store.opening import create_space, open_store

STORE_WAIT_S = 10.0
"""A search holds the store for a moment; who holds it longer is a service, which ingests itself."""
INDEXER_WAIT_S = 3.0
"""A service keeps indexers out for a moment, while it brings stale videos up to date."""


@dataclass(frozen=True)
class LazyProfile:
    """A profile that is loaded only when something must be encoded."""

    name: str
    load: Callable[[], Profile]
    """Gives the same profile each time."""

    @classmethod
    def of(cls, profile: Profile) -> Self:
        return cls(profile.spec.name, lambda: profile)


@dataclass(frozen=True)
class IndexSettings:
    """How to index."""

    rules: SourceRules = field(default_factory=SourceRules)
    clock_offsets: Mapping[str, float] = field(default_factory=dict)
    """Kept in the library, and applied to what the cameras' clocks said before, too."""
    detectors: Sequence[str] = ("alan",)
    regions: RegionChoice = field(default_factory=RegionChoice)
    """What finds and reads the regions of `local_patterns`."""
    workers: int | None = None
    """Decoders; None for as many as suit the machine."""
    store_wait_s: float = STORE_WAIT_S
    hands_over: bool = False
    """Whether the store is left alone: its owner, now or later, takes the chunks from the spool."""


def index_files(
    root: Path,
    files: Sequence[FoundFile],
    profile: Profile | LazyProfile,
    settings: IndexSettings | None = None,
    *,
    observer: Observer = lambda step: None,
    stop: threading.Event | None = None,
) -> IndexReport:
    """Indexes files into the library at `root`, which is made where there is none.

    The profile's vectors are a space of their own, beside those of other profiles; the space in use
    goes on answering searches. A file that cannot be read is reported and skipped. Killed at any
    moment, the next call goes on and ends in the same library.

    Args:
        stop: set it to end early; the next call goes on from there.

    Raises:
        UserError: no such detector.
        IndexMismatch: the profile's space was made by other weights or settings.
        LibraryError: the library is damaged, or another process is indexing into it.
    """
    settings = settings or IndexSettings()
    detectors = require_detectors(settings.detectors)
    lazy = profile if isinstance(profile, LazyProfile) else LazyProfile.of(profile)
    with _open_job(root, lazy, settings, detectors) as job:
        engine = LocalEngine(job, observer)
        engine.run(files, stop or threading.Event())
    engine.report.measure()
    return engine.report


@contextmanager
def _open_job(
    root: Path, profile: LazyProfile, settings: IndexSettings, detectors: tuple[str, ...]
) -> Generator[Job]:
    if not (root / "library.json").exists():
        profile.load()  # a profile that is not here makes no library
    library = Library.create(root, profile.name).through(profile.name)
    with ExitStack() as opened:
        lock = OwnerLock.acquire(library.indexer_lock_file, wait_s=INDEXER_WAIT_S)
        opened.callback(lock.release)
        if not library.manifest_file.exists():
            create_space(library, profile.load().manifest)
        store = None if settings.hands_over else _open_store(library, settings.store_wait_s)
        if store is not None:
            opened.callback(store.close)
        catalog = opened.enter_context(Catalog(library))
        ledger = opened.enter_context(Ledger(library))
        origins = opened.enter_context(ScoreOrigins(library))
        _keep_offsets(settings.clock_offsets, catalog, ledger)
        rules = replace(settings.rules, clock_offsets=catalog.clock_offsets())

        def load_checked() -> Profile:
            loaded = profile.load()
            library.manifest().require_same(loaded.manifest)
            return loaded

        yield Job(
            library,
            load_checked,
            store,
            catalog,
            ledger,
            origins,
            rules,
            detectors,
            load_detectors=lambda loaded: load_detectors(
                detectors, loaded, library, regions=settings.regions
            ),
            workers=settings.workers or default_workers(),
        )


def _open_store(library: Library, wait_s: float) -> VectorStore | None:
    """The store, or None where another process has it and goes on having it."""
    try:
        return open_store(library, wait_s=wait_s)
    except LibraryError:
        if is_owned(library):
            return None
        raise


def is_owned(library: Library) -> bool:
    """Whether some process has the library's store open."""
    try:
        OwnerLock.acquire(library.lock_file).release()
    except LibraryError:
        return True
    return False


def _keep_offsets(offsets: Mapping[str, float], catalog: Catalog, ledger: Ledger) -> None:
    known = catalog.clock_offsets()
    for camera, offset_s in offsets.items():
        if known.get(camera) != offset_s:
            for source in catalog.sources():
                if source.camera == camera:
                    ledger.mark_stale(source.video_id)
            catalog.set_clock_offset(camera, offset_s)
