"""Reasons at a time or within a span: the nearest sentences of the bank, or the oddest things."""

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from jaxtyping import UInt8

from detectors import local_patterns
from detectors.trace.sentences import Trace
from search_api.explained import Explained, ExplainedTracks
from search_api.schemas import Explanation, Reason, RegionReason
from search_api.traces.bank import known_bank
from segments import sentences
from segments.library import Library
from segments.reasons import Nearest, ReasonTrack
from segments.region_reasons import RegionReasons
from segments.spans import TimeSpan

FORGOTTEN = "(a sentence that is no longer in the bank)"


class Explainer:
    """Explains the scores of one library, as it is when the first explanation is asked for."""

    def __init__(self, library: Library, tracks: ExplainedTracks | None = None) -> None:
        """
        Args:
            tracks: what was read before; shared by the explainers of a service.
        """
        self._library = library
        self._tracks = tracks or ExplainedTracks(library)

    def of_span(self, video_id: str, span: TimeSpan) -> Explanation | None:
        """Of the span's most anomalous time; None where no detector explains itself.

        Where one names sentences and another things, the first one's carries the other's things.
        """
        found = self._tracks.of(video_id).values()
        said = [self._at(one, one.strongest_row(span)) for one in found]
        if len(said) < 2:
            return said[0] if said else None
        return said[0].model_copy(update={"regions": said[-1].regions})

    def at(self, video_id: str, detector: str, time_s: float) -> Explanation | None:
        """Of one time; None where nothing is explained."""
        found = self._tracks.of(video_id).get(detector)
        return found and self._at(found, found.reasons.row_at(time_s))

    def of_track(self, video_id: str, detector: str) -> list[Explanation]:
        """Of every score of a track; empty where nothing is explained."""
        found = self._tracks.of(video_id).get(detector)
        return [self._at(found, row) for row in range(len(found.track))] if found else []

    def heat_of(self, video_id: str, region: RegionReason) -> UInt8[np.ndarray, "hh hw"] | None:
        """Which parts of an odd thing its caption speaks of, 0 to 255; None if unknown."""
        found = self._tracks.of(video_id).get(local_patterns.NAME)
        if found is None or isinstance(found.reasons, ReasonTrack):
            return None
        things = found.reasons.things
        is_it = (things.shown_s == region.time_s) & (things.tracks == region.track)
        for row, place in np.argwhere(is_it).tolist():
            if place < things.counts[row]:
                heat = things.heat[row, place]
                return heat if heat.any() else None
        return None

    def _at(self, found: Explained, row: int) -> Explanation:
        reasons, track = found.reasons, found.track
        is_last = row + 1 == len(track)
        by_words = isinstance(reasons, ReasonTrack)
        return Explanation(
            detector=reasons.detector,
            start_s=float(track.pts_s[row]),
            end_s=float(track.end_s if is_last else track.pts_s[row + 1]),
            score=float(track.scores[row]),
            anomalous=self._in_words(reasons.anomalous, row) if by_words else [],
            normal=self._in_words(reasons.normal, row) if by_words else [],
            regions=[] if by_words else self._things(reasons.things, row),
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

    def _things(self, things: RegionReasons, row: int) -> list[RegionReason]:
        return [self._thing(things, row, place) for place in range(int(things.counts[row]))]

    def _thing(self, things: RegionReasons, row: int, place: int) -> RegionReason:
        appearance, motion, odds = (float(error) for error in things.errors[row, place])
        left, top, right, bottom = (float(side) for side in things.boxes[row, place])
        act = int(things.acts[row, place])
        return RegionReason(
            box=(left, top, right, bottom),
            time_s=float(things.shown_s[row, place]),
            track=int(things.tracks[row, place]),
            caption=self._sentences.get(int(things.captions[row, place]), sentences.FORGOTTEN),
            is_carried=bool(things.is_carried[row, place]),
            act=self._sentences.get(act, sentences.FORGOTTEN) if act else "",
            score=appearance + motion + odds,
            appearance=appearance,
            motion=motion,
            odds=odds,
        )

    @cached_property
    def _sentences(self) -> Mapping[int, str]:
        with sentences.SentenceTable(self._library) as table:
            return table.by_number()

    @cached_property
    def _bank(self) -> Mapping[int, Trace]:
        return known_bank(self._library).by_number
