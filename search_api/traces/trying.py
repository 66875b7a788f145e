"""A sentence on a library's footage, before it enters the bank: what it would find."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float32

from detectors import trace
from detectors.trace.index import SentenceEncoder, open_index
from detectors.trace.scoring import TraceSet
from detectors.trace.trying import APART, Beaten, compare
from detectors.trace.trying import Trial as PieceTrial
from search_api.answers.traces import BeatenSentence, NearSentence, Trial, TriedMoment
from search_api.traces.bank import KnownBank
from segments.catalog import SourceRecord, VideoRecord
from segments.findings import load_windows
from segments.levels import CLIP_S
from segments.library import Library
from segments.timed import TimedArrays, TimedStore

STORE_WAIT_S = 10.0
AT_ONCE = 4096
"""Clips that are compared with the bank at once: 25 MB of cosines with 1,540 sentences."""
MAX_BEATEN = 20
Sets = tuple[TraceSet, TraceSet]
"""Normal and anomalous."""
Contexts = tuple[str, ...]

NOTHING_TRIED = Trial(
    moments=[],
    beaten_normal=[],
    beaten_anomalous=[],
    num_videos=0,
    num_clips=0,
    footage_s=0.0,
    is_all=True,
)
"""Where TRACE has seen nothing."""


class SentenceSets:
    """The bank's vectors as a space has them, until bank or space change. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: tuple[Library, KnownBank, Sets] | None = None

    def of(self, library: Library, encoder: SentenceEncoder, bank: KnownBank) -> Sets:
        """All sentences; encodes what is new.

        Raises:
            LibraryError: another process has the bank's vectors, or they are damaged.
        """
        with self._lock:
            kept = self._kept
            if kept is None or kept[0] != library or kept[1] is not bank:
                with open_index(library, encoder, bank.contexts, wait_s=STORE_WAIT_S) as index:
                    kept = self._kept = library, bank, index.load_sets()
            return kept[2]


class ToTry(NamedTuple):
    """A video to try a sentence on."""

    video: VideoRecord
    contexts: Contexts
    """Whose sentences stand beside it; none: all."""
    place: SourceRecord | None
    """Where it was seen, as far as whoever asks may know."""


def try_sentence(
    vector: Float32[np.ndarray, " d"],
    videos: Iterable[ToTry],
    sets: Sets,
    *,
    library: Library,
    limit: int,
    max_clips: int,
) -> Trial:
    """What a sentence would find in videos; those that TRACE has not seen are left out.

    Args:
        vector: of the sentence; unit.
        sets: all sentences of the bank.
        limit: moments to find.
        max_clips: that are looked at; the videos after them are not.

    Raises:
        UserError: a video's contexts have no normal, or no anomalous sentence.
        LibraryError: a file is damaged.
    """
    found, chooser, left = _Found(limit), _Chooser(sets), max_clips
    files = TimedStore(library.tracks)
    for to_try in videos:
        windows = load_windows(files, to_try.video.video_id, trace.NAME)
        if windows is None:
            continue
        num_clips = len(windows.pts_s)
        found.is_all &= num_clips <= left
        if not left:
            break
        beside = chooser.of(to_try.contexts)
        for piece in _pieces(windows, min(num_clips, left)):
            tried = compare(vector, piece.rows["windows"], *beside, num_best=limit)
            found.add(to_try, piece, tried, beside)
        found.num_videos += 1
        left -= min(num_clips, left)
    return found.trial(max_clips - left)


class _Found:
    """What was found so far."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._moments: list[TriedMoment] = []
        self._beaten: tuple[Counter[_Name], Counter[_Name]] = Counter(), Counter()
        self.num_videos = 0
        self.is_all = True

    def add(self, to_try: ToTry, piece: TimedArrays, tried: PieceTrial, beside: Sets) -> None:
        for total, beaten in zip(
            self._beaten, (tried.beaten_normal, tried.beaten_anomalous), strict=True
        ):
            total.update({_name(one): one.num_clips for one in beaten})
        new = [_moment(to_try, piece, tried, clip, beside) for clip in tried.best]
        self._moments = _apart([*self._moments, *new])[: self._limit]

    def trial(self, num_clips: int) -> Trial:
        normal, anomalous = (_listed(total) for total in self._beaten)
        return Trial(
            moments=self._moments,
            beaten_normal=normal,
            beaten_anomalous=anomalous,
            num_videos=self.num_videos,
            num_clips=num_clips,
            footage_s=round(num_clips * CLIP_S, 3),
            is_all=self.is_all,
        )


_Name = tuple[str, str, str | None]
"""Text, context and kind of a sentence."""


class _Chooser:
    """The sentences of contexts, each choice made once."""

    def __init__(self, sets: Sets) -> None:
        self._known: dict[Contexts, Sets] = {(): sets}

    def of(self, contexts: Contexts) -> Sets:
        if contexts not in self._known:
            normal, anomalous = self._known[()]
            self._known[contexts] = normal.of_contexts(contexts), anomalous.of_contexts(contexts)
        return self._known[contexts]


def _pieces(windows: TimedArrays, num_clips: int) -> Iterator[TimedArrays]:
    """The first clips, so many at once as memory has room for."""
    for start in range(0, num_clips, AT_ONCE):
        stop = min(start + AT_ONCE, num_clips)
        is_last = stop == len(windows.pts_s)
        end_s = windows.end_s if is_last else float(windows.pts_s[stop])
        rows = {name: array[start:stop] for name, array in windows.rows.items()}
        yield TimedArrays(windows.pts_s[start:stop], end_s, rows)


def _moment(
    to_try: ToTry, piece: TimedArrays, tried: PieceTrial, clip: int, beside: Sets
) -> TriedMoment:
    is_last = clip + 1 == len(piece.pts_s)
    normal, anomalous = (_nearest(piece.rows["windows"][clip], traces) for traces in beside)
    return TriedMoment(
        video_id=to_try.video.video_id,
        camera=to_try.place and to_try.place.camera,
        name=to_try.place and Path(to_try.place.path).name,
        start_s=float(piece.pts_s[clip]),
        end_s=float(piece.end_s if is_last else piece.pts_s[clip + 1]),
        similarity=float(tried.similarities[clip]),
        percentile=float(tried.percentiles[clip]),
        normal=normal,
        anomalous=anomalous,
    )


def _nearest(clip: Float32[np.ndarray, " d"], traces: TraceSet) -> NearSentence:
    similarities = traces.vectors @ clip
    row = int(similarities.argmax())
    return NearSentence.model_validate(
        {
            "text": traces.texts[row],
            "context": traces.contexts[row],
            "kind": traces.kinds[row],
            "similarity": float(similarities[row]),
        }
    )


def _apart(moments: Sequence[TriedMoment]) -> list[TriedMoment]:
    """The best first, without those that lie close to a better one of the same video."""
    kept: list[TriedMoment] = []
    for moment in sorted(moments, key=lambda one: -one.similarity):
        close = (
            other.video_id == moment.video_id
            and abs(other.start_s - moment.start_s) < (APART - 0.5) * CLIP_S
            for other in kept
        )
        if not any(close):
            kept.append(moment)
    return kept


def _name(beaten: Beaten) -> _Name:
    return beaten.text, beaten.context, beaten.kind


def _listed(total: Counter[_Name]) -> list[BeatenSentence]:
    return [
        BeatenSentence.model_validate(
            {"text": text, "context": context, "kind": kind, "num_clips": num_clips}
        )
        for (text, context, kind), num_clips in total.most_common(MAX_BEATEN)
    ]
