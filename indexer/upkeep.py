"""Keeping the store in step with what is known: changed sources, videos that failed or are gone."""

import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from indexer.ledger import Ledger
from segments.cases import cases_locking, require_removable
from segments.catalog import Catalog, SourceRecord, cameras_of, recorded_at_ms
from segments.errors import LibraryInUse
from segments.library import Library
from segments.store.base import Filter, VectorStore
from segments.store.lock import OwnerLock
from segments.store.spool import forget_damaged, ingest
from segments.timed import TimedStore


@dataclass(frozen=True)
class Removal:
    """What was removed of one video from one space. The source files are never touched."""

    video_id: str
    points: int
    sources: list[SourceRecord]
    space: str
    tracks: tuple[str, ...]
    """Files of scores, reasons and windows, by name."""
    features: int
    """Files of features that an unfinished run had left."""
    cached: int
    """Thumbnails and other files that were made for showing."""

    def line(self) -> str:
        """For people."""
        names = f" ({', '.join(self.tracks)})" if self.tracks else ""
        tracks = f"{len(self.tracks)} files of tracks{names}"
        others = f"{self.features} of features, {self.cached} of pictures to show"
        return f"{self.space}: removed {self.points} points, {tracks}, {others}"


def remove_video(
    library: Library, store: VectorStore, video_id: str, *, catalog: Catalog, ledger: Ledger
) -> Removal:
    """Removes a video's points, tracks, features and rows; may be repeated after a crash.

    Raises:
        UserError: a case locks the video; the message names the case.
    """
    require_removable(library, video_id)
    tracks = tuple(TimedStore(library.tracks).names(video_id))
    features, cached = _count(library.work / video_id), _count(library.cache / video_id)
    points = _remove_data(library, store, video_id)
    sources = catalog.delete_video(video_id)
    ledger.forget(video_id)
    return Removal(video_id, points, sources, library.space, tracks, features, cached)


def refresh(
    library: Library, store: VectorStore, *, catalog: Catalog, ledger: Ledger
) -> list[Removal]:
    """Brings stale contents up to date; those that no path holds any more are removed.

    A content that a case locks stays, and stays stale: it goes once the case is unlocked.
    """
    removals: list[Removal] = []
    for video_id in ledger.stale():
        sources = catalog.sources(video_id)
        content = ledger.content(video_id)
        has_failed = content is not None and content.state == "failed"
        if (has_failed or not sources) and cases_locking(library, video_id):
            continue
        if not sources:
            removals.append(remove_video(library, store, video_id, catalog=catalog, ledger=ledger))
        elif has_failed:
            _remove_data(library, store, video_id)
        else:
            store.set_sources(
                video_id, cameras=cameras_of(sources), recorded_at_ms=recorded_at_ms(sources)
            )
        ledger.clear_stale(video_id)
    return removals


def refresh_between_runs(library: Library, store: VectorStore) -> list[Removal]:
    """`refresh`, by a service that owns the store; nothing while somebody is indexing.

    Who indexes beside a service only marks what is stale, and may be about to change it again; what
    it handed over last is ingested first, so that no point keeps what it said.
    """
    with Catalog(library) as catalog, Ledger(library) as ledger:
        if not ledger.stale():
            return []
        try:
            indexing = OwnerLock.acquire(library.indexer_lock_file)
        except LibraryInUse:
            return []
        try:
            ingest(library, store)
            return refresh(library, store, catalog=catalog, ledger=ledger)
        finally:
            indexing.release()


def sweep(library: Library, *, keep: Collection[str]) -> None:
    """Deletes what killed runs left: half-written chunks, and features of contents not in `keep`.

    Only for whoever indexes: nobody else writes there.
    """
    for partial in library.spool.glob(".*.partial"):
        partial.unlink()
    for folder in library.work.glob("*"):
        if folder.name not in keep:
            shutil.rmtree(folder)


def _remove_data(library: Library, store: VectorStore, video_id: str) -> int:
    points = store.delete(Filter(video_ids=(video_id,)))
    TimedStore(library.tracks).delete(video_id)
    forget_damaged(library, video_id)
    for folder in (library.work, library.cache):
        shutil.rmtree(folder / video_id, ignore_errors=True)
    return points


def _count(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))
