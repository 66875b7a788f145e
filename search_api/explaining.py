"""Reasons in words: the sentences of the bank that were nearest, at a time or within a span."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from detectors import trace
from detectors.trace.sentences import Trace
from detectors.trace.traces import load_bank
from search_api.schemas import Explanation, Reason
from segments.library import Library
from segments.payload import SegmentPayload
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan
from segments.tracks import TrackStore

FORGOTTEN = "(a sentence that is no longer in the bank)"


@dataclass(frozen=True)
class _Explained:
    """A track with its reasons, row by row."""

    track: AnomalyTrack
    reasons: ReasonTrack

    def strongest_row(self, span: TimeSpan) -> int:
        """The row of the highest score within a span."""
        first = self.reasons.row_at(span.start_s)
        last = self.reasons.row_at(np.nextafter(span.end_s, 0.0))
        return first + int(np.argmax(self.track.scores[first : last + 1]))


class Explainer:
    """Explains the scores of one library. Reads each video's reasons once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._tracks, self._store = TrackStore(library.tracks), ReasonStore(library.tracks)
        self._read: dict[tuple[str, str], _Explained | None] = {}

    def of_segment(self, payload: SegmentPayload) -> Explanation | None:
        """Of the segment's most anomalous time; None where no detector explains itself."""
        found = self._explained(payload.video_id, trace.NAME)
        span = TimeSpan(payload.start_s, payload.end_s)
        return found and self._at(found, found.strongest_row(span))

    def at(self, video_id: str, detector: str, time_s: float) -> Explanation | None:
        """Of one time; None where nothing is explained."""
        found = self._explained(video_id, detector)
        return found and self._at(found, found.reasons.row_at(time_s))

    def of_track(self, video_id: str, detector: str) -> list[Explanation]:
        """Of every score of a track; empty where nothing is explained."""
        found = self._explained(video_id, detector)
        return [self._at(found, row) for row in range(len(found.track))] if found else []

    def _explained(self, video_id: str, detector: str) -> _Explained | None:
        key = video_id, detector
        if key not in self._read:
            reasons = self._store.load(video_id, detector)
            self._read[key] = (
                None
                if reasons is None
                else _Explained(self._tracks.load(video_id, detector), reasons)
            )
        return self._read[key]

    def _at(self, found: _Explained, row: int) -> Explanation:
        reasons, track = found.reasons, found.track
        is_last = row + 1 == len(track)
        return Explanation(
            detector=reasons.detector,
            start_s=float(track.pts_s[row]),
            end_s=float(track.end_s if is_last else track.pts_s[row + 1]),
            score=float(track.scores[row]),
            anomalous=self._in_words(reasons.anomalous, row),
            normal=self._in_words(reasons.normal, row),
        )

    def _in_words(self, nearest: Nearest, row: int) -> list[Reason]:
        pairs = zip(nearest.ids[row].tolist(), nearest.similarities[row].tolist(), strict=True)
        return [self._reason(number, similarity) for number, similarity in pairs]

    def _reason(self, number: int, similarity: float) -> Reason:
        known = self._bank.get(number)
        if known is None:
            return Reason(text=FORGOTTEN, context="", kind=None, similarity=similarity)
        return Reason(
            text=known.text, context=known.context, kind=known.kind, similarity=similarity
        )

    @cached_property
    def _bank(self) -> dict[int, Trace]:
        bank = load_bank(own=self._library.own_traces)
        return {int(t.id, 16): t for context in bank.values() for t in context.traces}
