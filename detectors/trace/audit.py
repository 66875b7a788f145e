"""What the bank lacks: windows that it gets wrong or cannot tell, and what no sentence is near to.

A window is a few seconds of footage as one vector. It is *far* from the bank where its nearest
trace is farther than almost any window's of the same library: how near words and pictures come to
each other differs from profile to profile, so only the library itself can say what far is.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32, Float64

from detectors.trace.audit_records import (
    Audit,
    AuditedWindow,
    Gap,
    LabelledEvent,
    NearTrace,
    Windows,
)
from detectors.trace.scoring import TraceSet, nearest
from segments.errors import UserError

K = 3
"""Traces of each set that are named."""
FAR_DEVIATIONS = 2.5
"""A window is far this many robust standard deviations below the library's median nearness."""
MISSED_ABOVE = 0.05
"""An event is missed where more of the library's windows than this share score higher."""
ALIKE = 0.5
"""Cosine, with the library's mean taken away, from which far windows are of one sort."""
MAD_TO_DEVIATION = 1.4826
SMALLEST = 1e-12


def audit(
    windows: Windows,
    normal: TraceSet,
    anomalous: TraceSet,
    *,
    events: Sequence[LabelledEvent] | None = None,
    limit: int = 20,
) -> Audit:
    """Looks through a library for what its bank lacks.

    Args:
        events: what should have been found; an event's window is the best-scored of those that
            overlap it. None: the windows whose two nearest traces are most nearly as near.
        limit: windows, and gaps, at most.

    Raises:
        UserError: there is no window, a window's contexts have no trace of a label, or no window
            overlaps an event.
    """
    if not len(windows):
        raise UserError("the library has no window to audit: index footage first")
    judge = _Judge(windows, normal, anomalous)
    if events is None:
        rows = np.argsort(np.abs(judge.scores), kind="stable")
    else:
        best = np.array([_best_row(event, windows, judge.scores) for event in events], np.int64)
        missed = best[[judge.share_above(row) > MISSED_ABOVE for row in best]]
        rows = missed[np.argsort(judge.scores[missed], kind="stable")]
    usual, far_below = _far_below(judge.nearness)
    return Audit(
        tuple(judge.window(row) for row in rows[:limit]),
        None if events is None else len(events),
        len(windows),
        usual,
        far_below,
        _gaps(windows, judge, far_below)[:limit],
    )


class _Judge:
    """Scores of all windows, and the reasons of any."""

    def __init__(self, windows: Windows, normal: TraceSet, anomalous: TraceSet) -> None:
        self._windows, self._sets = windows, (normal, anomalous)
        self.scores = np.zeros(len(windows))
        self.nearness = _best(windows.vectors, normal, anomalous)
        for contexts in set(windows.contexts):
            rows = np.array([own == contexts for own in windows.contexts])
            vectors = windows.vectors[rows]
            sides = [_best(vectors, self._of(contexts, traces)) for traces in self._sets]
            self.scores[rows] = sides[1] - sides[0]

    def share_above(self, row: int) -> float:
        return float((self.scores > self.scores[row]).mean())

    def window(self, row: int) -> AuditedWindow:
        windows, span = self._windows, self._windows.spans[row]
        near = [
            _near(windows.vectors[row], self._of(windows.contexts[row], traces))
            for traces in self._sets
        ]
        return AuditedWindow(
            windows.videos[row],
            span.start_s,
            span.end_s,
            float(self.scores[row]),
            self.share_above(row),
            anomalous=near[1],
            normal=near[0],
        )

    def _of(self, contexts: tuple[str, ...], traces: TraceSet) -> TraceSet:
        chosen = traces.of_contexts(contexts) if contexts else traces
        if not len(chosen):
            raise UserError(
                f"the bank has only normal or only anomalous traces in {', '.join(contexts)}: "
                "add some, or pin other contexts"
            )
        return chosen


def _best(vectors: Float32[np.ndarray, "n d"], *sets: TraceSet) -> Float32[np.ndarray, " n"]:
    """Cosine to the nearest trace of any set."""
    return np.max([(vectors @ traces.vectors.T).max(axis=1) for traces in sets], axis=0)


def _near(vector: Float32[np.ndarray, " d"], traces: TraceSet) -> tuple[NearTrace, ...]:
    rows, similarities = nearest(vector[None], traces.vectors, K)
    return tuple(
        NearTrace(
            traces.ids[row], traces.texts[row], traces.contexts[row], traces.kinds[row], float(sim)
        )
        for row, sim in zip(rows[0], similarities[0], strict=True)
    )


def _best_row(event: LabelledEvent, windows: Windows, scores: Float64[np.ndarray, " n"]) -> int:
    rows = [
        row
        for row, (video, span) in enumerate(zip(windows.videos, windows.spans, strict=True))
        if video == event.video
        and span.start_s < event.span.end_s
        and event.span.start_s < span.end_s
    ]
    if not rows:
        raise UserError(
            f"no window of {event.video} overlaps {event.span.start_s:g}-{event.span.end_s:g} s: "
            "is the time within the video, and the video indexed?"
        )
    return max(rows, key=lambda row: scores[row])


def _far_below(nearness: Float32[np.ndarray, " n"]) -> tuple[float, float]:
    """The median, and what is far below it."""
    median = float(np.median(nearness))
    deviation = MAD_TO_DEVIATION * float(np.median(np.abs(nearness - median)))
    return median, median - FAR_DEVIATIONS * deviation


def _gaps(windows: Windows, judge: _Judge, far_below: float) -> tuple[Gap, ...]:
    """Far windows in sorts: each joins the first sort whose farthest window it is like."""
    special = windows.vectors - windows.vectors.mean(axis=0)
    special /= np.maximum(np.linalg.norm(special, axis=1, keepdims=True), SMALLEST)
    sorts: list[list[int]] = []
    for row in np.argsort(judge.nearness, kind="stable").tolist():
        if judge.nearness[row] >= far_below:
            break
        alike = (rows for rows in sorts if special[rows[0]] @ special[row] >= ALIKE)
        found = next(alike, None)
        if found is None:
            sorts.append([row])
        else:
            found.append(row)
    return tuple(_gap(rows, windows, judge) for rows in sorted(sorts, key=len, reverse=True))


def _gap(rows: list[int], windows: Windows, judge: _Judge) -> Gap:
    videos = tuple(sorted({windows.videos[row] for row in rows}))
    return Gap(len(rows), videos, float(judge.nearness[rows[0]]), judge.window(rows[0]))
