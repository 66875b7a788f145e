"""Scores with their reasons, read once and kept while their files stay as they are."""

import os
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from detectors import local_patterns, trace
from segments.library import Library
from segments.reasons import ReasonStore, ReasonTrack
from segments.region_reasons import RegionReasonStore, RegionReasonTrack
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan
from segments.tracks import TrackStore

EXPLAINING = (trace.NAME, local_patterns.NAME)
"""Detectors that say why: by sentences, and by things."""
MAX_KEPT = 1000
"""Videos: TRACE's reasons of five minutes have about 50 KB."""


@dataclass(frozen=True)
class Explained:
    """A track with its reasons, row by row."""

    track: AnomalyTrack
    reasons: ReasonTrack | RegionReasonTrack

    def strongest_row(self, span: TimeSpan) -> int:
        """The row of the highest score within a span."""
        first = self.reasons.row_at(span.start_s)
        last = self.reasons.row_at(np.nextafter(span.end_s, 0.0))
        return first + int(np.argmax(self.track.scores[first : last + 1]))


class ExplainedTracks:
    """The tracks of one library that have reasons. Threads may share it; changes are noticed."""

    def __init__(self, library: Library) -> None:
        self._folder = str(library.tracks)
        self._tracks, self._reasons = TrackStore(library.tracks), ReasonStore(library.tracks)
        self._regions = RegionReasonStore(library.tracks)
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[Hashable, dict[str, Explained]]] = OrderedDict()

    def of(self, video_id: str) -> Mapping[str, Explained]:
        """A video's tracks with their reasons, by detector, in the order of EXPLAINING.

        Raises:
            LibraryError: a file is damaged.
            UserError: there are reasons, but no track.
        """
        stamp = self._stamp(video_id)
        with self._lock:
            kept = self._kept.get(video_id)
            if kept is not None and kept[0] == stamp:
                self._kept.move_to_end(video_id)
                return kept[1]
        found = dict(self._load(video_id)) if stamp else {}
        with self._lock:
            self._kept[video_id] = stamp, found
            self._kept.move_to_end(video_id)
            if len(self._kept) > MAX_KEPT:
                self._kept.popitem(last=False)
        return found

    def _stamp(self, video_id: str) -> Hashable:
        """Changes with every file, which are put into their folder when they are complete."""
        try:
            folder = os.stat(f"{self._folder}/{video_id}")  # noqa: PTH116 - thrice as fast
        except FileNotFoundError:
            return None
        return folder.st_mtime_ns, folder.st_ino

    def _load(self, video_id: str) -> Iterator[tuple[str, Explained]]:
        for detector in EXPLAINING:
            reads = self._regions if detector == local_patterns.NAME else self._reasons
            reasons = reads.load(video_id, detector)
            if reasons is not None:
                yield detector, Explained(self._tracks.load(video_id, detector), reasons)
