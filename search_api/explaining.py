"""Reasons in words: the sentences of the bank that were nearest, at a time or within a span."""

from functools import cached_property

from detectors import trace
from detectors.trace.sentences import Trace
from detectors.trace.traces import load_bank
from search_api.schemas import Explanation, Reason
from segments.library import Library
from segments.payload import SegmentPayload
from segments.reasons import Nearest, ReasonStore, ReasonTrack
from segments.spans import TimeSpan

FORGOTTEN = "(a sentence that is no longer in the bank)"


class Explainer:
    """Explains the scores of one library. Reads each video's reasons once."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._store = ReasonStore(library.tracks)
        self._read: dict[tuple[str, str], ReasonTrack | None] = {}

    def of_segment(self, payload: SegmentPayload) -> Explanation | None:
        """Of the segment's most anomalous time; None where no detector explains itself."""
        reasons = self._reasons(payload.video_id, trace.NAME)
        span = TimeSpan(payload.start_s, payload.end_s)
        return reasons and self._at(reasons, reasons.strongest_row(span))

    def at(self, video_id: str, detector: str, time_s: float) -> Explanation | None:
        """Of one time; None where nothing is explained."""
        reasons = self._reasons(video_id, detector)
        return reasons and self._at(reasons, reasons.row_at(time_s))

    def of_track(self, video_id: str, detector: str) -> list[Explanation]:
        """Of every score of a track; empty where nothing is explained."""
        reasons = self._reasons(video_id, detector)
        return [self._at(reasons, row) for row in range(len(reasons.pts_s))] if reasons else []

    def _reasons(self, video_id: str, detector: str) -> ReasonTrack | None:
        key = video_id, detector
        if key not in self._read:
            self._read[key] = self._store.load(video_id, detector)
        return self._read[key]

    def _at(self, reasons: ReasonTrack, row: int) -> Explanation:
        is_last = row + 1 == len(reasons.pts_s)
        return Explanation(
            detector=reasons.detector,
            start_s=float(reasons.pts_s[row]),
            end_s=float(reasons.end_s if is_last else reasons.pts_s[row + 1]),
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
