"""Sentences, places and what they miss, as tables for people."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from detectors.trace.sentences import Trace
from search_api.clock import show_clock, show_span
from segments.camera_contexts import ChosenContexts
from segments.spans import TimeSpan

if TYPE_CHECKING:
    from detectors.trace.audit_records import Audit, AuditedWindow, NearTrace
    from detectors.trace.trying import Beaten

HOUR_S = 3600.0


def traces_table(traces: Sequence[Trace]) -> Table:
    table = Table("id", "context", "kind", "sentence", box=None, pad_edge=False)
    for trace in traces:
        table.add_row(trace.id, trace.context, trace.kind or "normal", trace.text)
    return table


def choices_table(
    cameras: Sequence[str],
    pinned: Mapping[str, tuple[str, ...]],
    chosen: Mapping[str, ChosenContexts],
) -> Table:
    """A camera per row; similarities are comparable within a row only."""
    table = Table("camera", "in use", "by", "chosen by its footage", box=None, pad_edge=False)
    for camera in cameras:
        choice = chosen.get(camera)
        names = pinned.get(camera) or (tuple(choice.similarities) if choice else ())
        by = "pin" if camera in pinned else "footage" if choice else ""
        table.add_row(camera, ", ".join(names) or "whole bank", by, _described(choice))
    return table


def audit_table(audit: "Audit", names: Mapping[str, str]) -> Table:
    """The windows of an audit with their nearest traces.

    Args:
        names: of videos, by id.
    """
    table = Table(
        "video", "time", "score", "nearest anomalous", "nearest normal", box=None, pad_edge=False
    )
    for window in audit.windows:
        table.add_row(
            names[window.video],
            show_span(TimeSpan(window.start_s, window.end_s)),
            f"{window.score:+.3f}",
            _near(window.anomalous),
            _near(window.normal),
        )
    return table


def gap_lines(audit: "Audit", names: Mapping[str, str]) -> list[str]:
    """What no sentence is near to, a line per sort."""
    return [
        f"{gap.num_windows} windows of {len(gap.videos)} videos, such as "
        f"{_place(gap.farthest, names)}: nearest is {gap.nearness:.3f} "
        f"(usual {audit.usual_nearness:.3f}), {_nearest_text(gap.farthest)}"
        for gap in audit.gaps
    ]


def beaten_lines(beaten: Sequence["Beaten"], label: str, num_clips: int) -> list[str]:
    """What the sentence would be the nearest in place of."""
    total = sum(one.num_clips for one in beaten)
    lines = [f"as {label} it would be the nearest in {total} of {num_clips} clips"]
    return lines + [f"  {one.num_clips} in place of {one.text!r} ({one.context})" for one in beaten]


def _described(choice: ChosenContexts | None) -> str:
    if choice is None:
        return "not chosen yet"
    named = ", ".join(f"{name} {value:.2f}" for name, value in choice.similarities.items())
    return f"{named} (from {choice.footage_s / HOUR_S:.2f} h)"


def _near(traces: Sequence["NearTrace"]) -> str:
    return "\n".join(f"{trace.similarity:.3f} {trace.text}" for trace in traces)


def _place(window: "AuditedWindow", names: Mapping[str, str]) -> str:
    return f"{names[window.video]} at {show_clock(window.start_s)}"


def _nearest_text(window: "AuditedWindow") -> str:
    nearest = max((*window.normal, *window.anomalous), key=lambda trace: trace.similarity)
    return repr(nearest.text)
