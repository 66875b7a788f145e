"""Indexing with the fake profile, and everything that a library holds, for comparison.

As a script it is a process that tests may kill: `python indexing.py LIBRARY FOOTAGE`
prints "ready", indexes, and prints the seconds that took.
"""

import sys
import time
from pathlib import Path
from typing import Any

import indexer.chunks
from indexer.discovery import discover
from indexer.ledger import Ledger
from indexer.pipeline import IndexSettings, index_files
from indexer.report import IndexReport
from segments.catalog import Catalog
from segments.library import Library
from segments.store.opening import open_store
from segments.tracks import TrackStore

SHORT_CHUNK_CLIPS = 32
"""20 s: many chunks in little footage; still a multiple of the batch."""


def index(library: Path, *footage: Path, settings: IndexSettings | None = None) -> IndexReport:
    """Indexes with the fake profile."""
    from tests.support.profiles import FakeProfile

    return index_files(library, discover(footage, skip=library), FakeProfile(), settings)


def contents_of(root: Path) -> dict[str, Any]:
    """Ids, vectors, payloads, tracks, videos, sources and states: equal of equal libraries."""
    library = Library.open(root)
    store = open_store(library)
    points = {
        p.id: ({n: v.tobytes() for n, v in sorted(p.vectors.items())}, p.payload.model_dump())
        for p in store.iter_points()
    }
    store.close()
    with Catalog(library) as catalog, Ledger(library) as ledger:
        videos, sources = catalog.videos(), catalog.sources()
        states = {c.video_id: (c.state, c.reason) for c in ledger.contents()}
    return {
        "points": points,
        "tracks": {v.video_id: _curve(library, v.video_id) for v in videos},
        "videos": videos,
        "sources": sources,
        "states": states,
        "left over": sorted(p.name for f in (library.spool, library.work) for p in f.glob("*")),
    }


def _curve(library: Library, video_id: str) -> tuple[bytes, bytes, float]:
    track = TrackStore(library.tracks).load(video_id, "alan")
    return track.scores.tobytes(), track.pts_s.tobytes(), track.end_s


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    indexer.chunks.CHUNK_CLIPS = SHORT_CHUNK_CLIPS
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    started = time.perf_counter()
    index(Path(sys.argv[1]), Path(sys.argv[2]), settings=IndexSettings(workers=2))
    sys.stdout.write(f"{time.perf_counter() - started}\n")
