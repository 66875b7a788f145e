"""Scores and reasons of known videos made anew, from what was kept of them: no footage is read.

For when something else makes them: sentences, a camera's contexts, what is normal there. What a
video is to have follows from what is kept, so a run that was killed is simply run again: what is
right already is not written a second time.
"""

import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np

from detectors import trace
from encoders.base import Profile
from indexer.choosing import NOTHING_SEEN, iter_seen
from indexer.pipeline import STORE_WAIT_S
from indexer.region_acts import telling_of
from indexer.region_scores import RegionFinder
from indexer.tracing import TraceBench, to_reasons
from segments.catalog import Catalog, VideoRecord, cameras_of
from segments.errors import LibraryError, UserError
from segments.findings import Finding, load_windows, to_files
from segments.library import Library
from segments.score_origins import ScoreOrigins
from segments.scores import AnomalyTrack
from segments.store.base import VectorStore
from segments.store.lock import OwnerLock
from segments.store.opening import open_store
from segments.store.spool import ingest, iter_chunks
from segments.timed import TimedArrays, TimedStore

SPOOL_WAIT_S = 60.0
"""For what was handed over to be in the store."""
Outcome = Literal["changed", "same", "unseen"]
""" "unseen": no detector of the run is among those that went through all of it."""
_MOST_FIRST: tuple[Outcome, ...] = ("changed", "same", "unseen")


@dataclass
class RescoringReport:
    """What a run did."""

    outcomes: dict[str, Outcome] = field(default_factory=dict[str, Outcome])
    """By video."""
    footage_s: float = 0.0
    """Of the videos that a detector has seen."""
    untold: int = 0
    """Videos of which an older retrace kept too little to say anew what things do."""
    interrupted: bool = False

    def count(self, outcome: Outcome) -> int:
        return list(self.outcomes.values()).count(outcome)


OnVideo = Callable[[int, int], None]
"""Called with the videos done so far and their number."""


class Finder(Protocol):
    """Makes what a detector says of a video anew."""

    @property
    def detector(self) -> str: ...

    def find(self, video: VideoRecord) -> Finding | None:
        """Of the whole video, from what is kept of it; None where nothing is."""
        ...


def rescore(
    library: Library,
    profile: Profile,
    *,
    camera: str | None = None,
    on_video: OnVideo = lambda done, total: None,
    stop: threading.Event | None = None,
    held: VectorStore | None = None,
) -> RescoringReport:
    """Scores a library's videos anew, with the bank and the cameras' contexts as they are now.

    A camera's contexts are those pinned to it or chosen for it, else the whole bank, which is what
    Local Patterns takes its words from everywhere.

    Args:
        profile: of the library's space; encodes what the bank has new.
        camera: only its videos; None means all.
        stop: set it to end early, between two videos.
        held: the store, where this process has it open already and moves chunks into it.

    Raises:
        UserError: no video is of that camera, or nothing here was compared with sentences.
        LibraryError: another process indexes, or has the store or the bank, or a file is damaged.
    """

    speaking: list[RegionFinder] = []

    def make(catalog: Catalog) -> Sequence[Finder]:
        seeing: list[Finder] = []
        if next(iter_seen(library, catalog), None) is not None:
            seeing.append(_TraceFinder(library, catalog, TraceBench.load(profile, library)))
        if (telling := telling_of(library, profile)) is not None:
            speaking.append(RegionFinder(library, catalog, telling=telling))
        if not seeing and not speaking:
            raise UserError(NOTHING_SEEN)
        return [*seeing, *speaking]

    report = rescore_with(library, make, camera=camera, on_video=on_video, stop=stop, held=held)
    report.untold = sum(finder.untold for finder in speaking)
    return report


def rescore_with(
    library: Library,
    make: Callable[[Catalog], Sequence[Finder]],
    *,
    camera: str | None = None,
    on_video: OnVideo = lambda done, total: None,
    stop: threading.Event | None = None,
    held: VectorStore | None = None,
) -> RescoringReport:
    """Scores a library's videos anew with finders, which are made once nobody else writes.

    Raises:
        UserError: no video is of that camera.
        LibraryError: another process indexes, or has the store, or a file is damaged.
    """
    report = RescoringReport()
    with _open(library, held) as (store, catalog), ScoreOrigins(library) as origins:
        videos = _videos(catalog, camera)
        rescorer = _Rescorer(library, store, make(catalog), origins=origins)
        for index, video in enumerate(videos):
            if stop is not None and stop.is_set():
                report.interrupted = True
                break
            report.outcomes[video.video_id] = outcome = rescorer.rescore(video)
            report.footage_s += 0.0 if outcome == "unseen" else video.duration_s
            on_video(index + 1, len(videos))
    return report


@contextmanager
def _open(library: Library, held: VectorStore | None) -> Generator[tuple[VectorStore, Catalog]]:
    with ExitStack() as opened:
        lock = OwnerLock.acquire(library.indexer_lock_file)
        opened.callback(lock.release)
        if held is None:
            store = open_store(library, wait_s=STORE_WAIT_S)
            opened.callback(store.close)
            ingest(library, store)  # what waits there would undo what is done here
        else:
            store = held
            _wait_for_spool(library)
        yield store, opened.enter_context(Catalog(library))


def _wait_for_spool(library: Library) -> None:
    """Until whoever has the store has moved what waits there; nobody adds to it meanwhile."""
    deadline = time.monotonic() + SPOOL_WAIT_S
    while any(path.name.startswith(f"{library.space}.") for path in iter_chunks(library)):
        if time.monotonic() > deadline:
            raise LibraryError(
                f"{library.spool} holds finished chunks that nobody moves into the store"
            )
        time.sleep(0.1)


def _videos(catalog: Catalog, camera: str | None) -> list[VideoRecord]:
    known = catalog.cameras()
    if camera is not None and camera not in known:
        raise UserError(f"no video of a camera {camera!r}; there are: {', '.join(known) or 'none'}")
    return catalog.videos(camera=camera)


class _Rescorer:
    """Writes down what finders say of one video after the other."""

    def __init__(
        self,
        library: Library,
        store: VectorStore,
        finders: Sequence[Finder],
        *,
        origins: ScoreOrigins,
    ) -> None:
        self._files = TimedStore(library.tracks)
        self._store, self._origins = store, origins
        self._finders = finders

    def rescore(self, video: VideoRecord) -> Outcome:
        """The most that a finder changed."""
        outcomes = {self._rescore(video, finder) for finder in self._finders}
        return next(one for one in _MOST_FIRST if one in outcomes)

    def _rescore(self, video: VideoRecord, finder: Finder) -> Outcome:
        finding = finder.find(video) if finder.detector in video.detectors else None
        if finding is None:
            return "unseen"
        num_points = self._store.set_anomaly(video.video_id, finding.track)
        pieces = to_files([finding], chunk=0)
        changed = [name for name in pieces if not self._has(video.video_id, name, pieces[name])]
        for name in changed:
            self._files.append(video.video_id, name, pieces[name])
        self._origins.note(video.video_id, finding)
        return "changed" if changed or num_points else "same"

    def _has(self, video_id: str, name: str, piece: TimedArrays) -> bool:
        stored = self._files.load(video_id, name)
        return stored is not None and all(
            np.array_equal(stored.rows[row], piece.rows[row]) for row in piece.rows
        )


class _TraceFinder:
    """TRACE, by the windows that it kept."""

    detector = trace.NAME

    def __init__(self, library: Library, catalog: Catalog, bench: TraceBench) -> None:
        self._files = TimedStore(library.tracks)
        self._catalog = catalog
        self._bench = bench

    def find(self, video: VideoRecord) -> Finding | None:
        windows = load_windows(self._files, video.video_id, trace.NAME)
        if windows is None:
            return None
        cameras = cameras_of(self._catalog.sources(video.video_id))
        contexts = self._bench.contexts_of(cameras)
        found = self._bench.compare(windows.rows["windows"], contexts)
        track = AnomalyTrack(trace.NAME, found.scores, windows.pts_s, windows.end_s)
        return Finding(track, to_reasons(found, track), origin=self._bench.origin(contexts))
