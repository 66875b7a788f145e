"""Hits as a table for people, and as CSV for spreadsheets."""

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from search_api.clock import show_span, show_wall_time
from search_api.curves import binned, context, sparkline
from search_api.schemas import Curve, Explanation, Followed, RegionReason, SearchHit, SearchResponse
from search_api.stretches import describe_reason, describe_region
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

SPARK_CHARS = 24
"""The span fills the middle half."""
CSV_FIELDS = ("rank", "video", "video_id", "camera", "start_s", "end_s", "start_time", "score")
CURVE_FIELDS = ("pts_s", "end_s", "score")

Tracks = Mapping[str, AnomalyTrack | None]
"""By video id."""


def hits_table(response: SearchResponse, tracks: Tracks) -> Table:
    """What is known of each hit; columns that know nothing are left out."""
    hits = response.hits
    names = short_names([hit.video for hit in hits])
    columns: list[tuple[str, bool, Callable[[SearchHit], str | Text]]] = [
        ("#", True, lambda hit: str(hit.rank)),
        ("camera", False, lambda hit: hit.camera or ""),
        ("video", False, lambda hit: names[hit.video]),
        ("span", False, _span),
        ("time", False, lambda hit: show_wall_time(hit.start_time) if hit.start_time else ""),
        ("score", True, lambda hit: f"{hit.score:.4f}"),
        ("chance", True, _chance),
        ("anomaly", False, lambda hit: _anomaly(hit, tracks.get(hit.video_id))),
    ]
    table = Table(box=None, pad_edge=False, header_style="bold")
    cells = {title: [Text.assemble(show(hit)) for hit in hits] for title, _, show in columns}
    shown = [(title, right) for title, right, _ in columns if any(cells[title])]
    for title, right in shown:
        is_long = title == "video"
        table.add_column(
            title,
            justify="right" if right else "left",
            no_wrap=not is_long,
            overflow="fold" if is_long else "ellipsis",
        )
    for row in zip(*(cells[title] for title, _ in shown), strict=True):
        table.add_row(*row)
    return table


def _span(hit: SearchHit) -> str:
    """With the number of overlapping moments that it stands for."""
    merged = f" ×{hit.merged}" if hit.merged > 1 else ""
    return show_span(TimeSpan(hit.start_s, hit.end_s)) + merged


def sequences_table(hits: Sequence[SearchHit]) -> Table:
    """What follows each hit, a line each; no rows where nothing was asked to follow."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("#", justify="right")
    table.add_column("what follows")
    for hit in hits:
        if hit.then is not None:
            table.add_row(str(hit.rank), Text(_followed(hit, hit.then)))
    return table


def _followed(hit: SearchHit, then: Followed) -> str:
    span = show_span(TimeSpan(then.start_s, then.end_s))
    gap = f"{then.gap_s:.0f} s later" if then.gap_s > 0 else "at once"
    if then.video_id == hit.video_id:
        return f"{span}, {gap}"
    camera = f" of {then.camera}" if then.camera else ""
    return f"{span} in {Path(then.video).name}{camera}, {gap}"


def _chance(hit: SearchHit) -> str:
    """How often a query that matches nothing finds as much."""
    return "" if hit.confidence is None else f"{hit.confidence:.0%}"


def reasons_table(hits: Sequence[SearchHit]) -> Table:
    """Why hits are odd, a line each: the nearest anomalous sentence, then the oddest thing.

    It has no rows where no detector explains itself.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("#", justify="right")
    table.add_column("why it is odd, where it is oddest")
    for hit in hits:
        reasons = filter(None, (_sentence(hit), oddest_thing(hit)))
        for index, reason in enumerate(reasons):
            table.add_row("" if index else str(hit.rank), Text(reason))
    return table


def _sentence(hit: SearchHit) -> str:
    sentences = hit.explanation.anomalous if hit.explanation else []
    return describe_reason(sentences[0]) if sentences else ""


def nearest_trace(hit: SearchHit) -> str:
    """The anomalous sentence nearest to the span's most anomalous time; empty without reasons."""
    sentences = hit.explanation.anomalous if hit.explanation else []
    return sentences[0].text if sentences else ""


def oddest_thing(hit: SearchHit) -> str:
    """The oddest thing of the span's most anomalous time; empty where no regions were looked at."""
    things = hit.explanation.regions if hit.explanation else []
    return describe_region(things[0]) if things else ""


_REASONS: Mapping[str, Callable[[SearchHit], str]] = {
    "nearest_trace": nearest_trace,
    "oddest_thing": oddest_thing,
}


def short_names(paths: Sequence[str]) -> dict[str, str]:
    """Each path below the deepest folder that holds them all."""
    if not paths:
        return {}
    folder = os.path.commonpath([str(Path(path).parent) for path in paths])
    return {path: str(Path(path).relative_to(folder)) for path in paths}


def _anomaly(hit: SearchHit, track: AnomalyTrack | None) -> Text:
    """The curve around the span, the span's own part bright, and the span's highest score."""
    number = hit.anomaly.get(track.detector) if track else None
    if track is None or number is None:
        return Text("")
    span = TimeSpan(hit.start_s, hit.end_s)
    bars = sparkline(binned(track, context(span), SPARK_CHARS))
    margin = SPARK_CHARS // 4
    return Text.assemble(
        (bars[:margin], "dim"),
        (bars[margin:-margin], "yellow"),
        (bars[-margin:], "dim"),
        f" {number:.2f}",
    )


def hits_csv(hits: Sequence[SearchHit]) -> str:
    """One line per hit; a column for each part ("parts.X") and detector ("anomaly.X").

    Where scores have reasons, "nearest_trace" is the nearest anomalous sentence, and "oddest_thing"
    what was odd in the picture, and where.
    """
    rows = [
        {
            **hit.model_dump(mode="json", include=set(CSV_FIELDS)),
            **{f"parts.{name}": value for name, value in hit.parts.items()},
            **{f"anomaly.{name}": value for name, value in hit.anomaly.items()},
            **{name: show(hit) for name, show in _REASONS.items() if show(hit)},
            **_found_out(hit),
        }
        for hit in hits
    ]
    extra = dict.fromkeys(name for row in rows for name in row if name not in CSV_FIELDS)
    parts = [name for name in extra if name.startswith("parts.")]
    return _to_csv([*CSV_FIELDS, *parts, *(name for name in extra if name not in parts)], rows)


def _found_out(hit: SearchHit) -> dict[str, object]:
    """Columns of what only some searches know."""
    known: dict[str, object] = {"merged": hit.merged} if hit.merged > 1 else {}
    if hit.then is not None:
        second = hit.then.model_dump(mode="json", exclude={"video_id"})
        known |= {f"then.{name}": value for name, value in second.items()}
    if hit.confidence is not None:
        known |= {"confidence": hit.confidence, "confident": hit.confident}
    return known


def curve_csv(curve: Curve) -> str:
    """One line per score: from when to when it speaks, the score, and why where that is known."""
    ends = [*curve.pts_s[1:], curve.end_s]
    spans = zip(curve.pts_s, ends, curve.scores, strict=True)
    rows: list[dict[str, object]] = [dict(zip(CURVE_FIELDS, row, strict=True)) for row in spans]
    for row, explanation in zip(rows, curve.explanations, strict=False):
        row |= _why(explanation)
    fields = list(dict.fromkeys(name for row in rows for name in row))
    return _to_csv(fields or CURVE_FIELDS, rows)


def _why(explanation: Explanation) -> dict[str, object]:
    sides = (("anomalous", explanation.anomalous[:1]), ("normal", explanation.normal[:1]))
    found: dict[str, object] = {}
    for side, reasons in sides:
        for reason in reasons:
            found |= {f"{side}_trace": reason.text, f"{side}_similarity": reason.similarity}
    return found | (_thing(explanation.regions[0]) if explanation.regions else {})


def _thing(region: RegionReason) -> dict[str, object]:
    sides = zip(("left", "top", "right", "bottom"), region.box, strict=True)
    return {
        "act": region.act,
        "caption": region.caption,
        "appearance": region.appearance,
        "motion": region.motion,
        "odds": region.odds,
        **dict(sides),
    }


def _to_csv(fields: Sequence[str], rows: Sequence[Mapping[str, object]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
