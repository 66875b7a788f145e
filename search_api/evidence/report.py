"""The bundle's page for people: plain HTML without scripts, styles or anything from elsewhere."""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from search_api.clock import show_span, show_wall_time
from search_api.evidence.manifest import BundleManifest, Item
from segments.spans import TimeSpan

REPORT = "report.html"
_PICTURE_PX = 480


def write_report(path: Path, manifest: BundleManifest) -> None:
    """Writes the page; it says nothing that the manifest does not say."""
    path.write_text("\n".join(_lines(manifest)) + "\n", encoding="utf-8")


def _lines(manifest: BundleManifest) -> Iterator[str]:
    title = manifest.case.name if manifest.case else "Evidence"
    yield f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    yield f"<h1>{escape(title)}</h1>"
    yield (
        f"<p>Made {show_wall_time(manifest.created_at)} by retrace {manifest.retrace_version}. "
        "Check it with <code>retrace verify BUNDLE --key FINGERPRINT</code>, with the "
        "fingerprint from whoever made it, not from this file.</p>"
    )
    for note in manifest.case.notes if manifest.case else ():
        yield f"<p>{show_wall_time(note.written_at)}: {escape(note.text)}</p>"
    for number, item in enumerate(manifest.items, start=1):
        yield from _item_lines(number, item)


def _item_lines(number: int, item: Item) -> Iterator[str]:
    span = TimeSpan(item.finding.start_s, item.finding.end_s)
    yield f"<h2>{number}. {escape(item.source.name)}, {show_span(span)}</h2>"
    if item.finding.note:
        yield f"<p>{escape(item.finding.note)}</p>"
    for still in item.stills:
        alt = escape(f"{still.shows}, {still.time_s:.3f} s", quote=True)
        yield f'<img src="{escape(still.file)}" width="{_PICTURE_PX}" alt="{alt}">'
    yield "<table>"
    for name, value in _facts(item):
        yield f"<tr><th align=left>{escape(name)}<td>{escape(value)}"
    yield "</table>"
    yield f'<p><a href="{escape(item.clip.file)}">clip</a></p>'


def _facts(item: Item) -> Iterable[tuple[str, str]]:
    clip, finding = item.clip, item.finding
    yield "SHA-256 of the recording", item.source.exported.sha256
    yield "cut", f"{clip.start_s:.6f} to {clip.end_s:.6f} s, {clip.method}: {clip.why}"
    for place in item.source.places:
        time = show_wall_time(place.recorded_at) if place.recorded_at else "time not known"
        yield "seen at", f"{place.camera or 'no camera known'}, {time} ({place.name})"
    if finding.query and finding.query.get("text"):
        yield "query", str(finding.query["text"])
    if finding.score is not None:
        parts = ", ".join(f"{name} {part:.4f}" for name, part in finding.parts.items())
        yield "score", f"{finding.score:.4f} ({finding.ranking}: {parts})"
    for curve in item.curves:
        score = "none" if curve.highest is None else f"{curve.highest:.4f}"
        yield f"highest {curve.detector} score", f"{score} (raw; {curve.calibration.meaning})"
