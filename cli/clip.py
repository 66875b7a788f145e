"""`retrace clip`: a part of an indexed video as a file of its own."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.options import LibraryOption, VideoArgument
from cli.output import say
from search_api.clock import parse_clock, show_span
from search_api.media import find_source
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library
from segments.media import VideoSource
from segments.spans import TimeSpan


def clip(
    video: VideoArgument,
    start: Annotated[
        str, typer.Option(metavar="TIME", help="Seconds, mm:ss.s or hh:mm:ss.s from the start.")
    ],
    end: Annotated[str, typer.Option(metavar="TIME", help="Likewise.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The file to write: .mp4, .mov or .mkv."
        ),
    ],
    library: LibraryOption = defaults.LIBRARY,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact/--copy",
            help="Encode anew and cut at the very picture, or copy the recording's own data from "
            "a key picture up to 1 s earlier (encoding anew only where there is none).",
        ),
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the output.")] = False,
) -> None:
    """Cuts a part of a video, with its sound, into a new file, and says what was really cut."""
    span = parse_span(start, end)
    with Catalog(Library.open(library)) as catalog:
        source = find_source(catalog, catalog.find(video), prefer=str(Path(video).absolute()))
        _require_free(output, catalog, force=force)
    cut = _cut(source, span, output, exact=exact)
    asked = "" if show_span(cut) == show_span(span) else f" (asked for {show_span(span)})"
    say(f"wrote {output}: {show_span(cut)} of {source.path}{asked}")


def parse_span(start: str, end: str) -> TimeSpan:
    """Raises:
    UserError: one of them is no time, or the end does not come after the start.
    """
    start_s, end_s = parse_clock(start), parse_clock(end)
    if end_s <= start_s:
        raise UserError(f"--end {end} does not come after --start {start}")
    return TimeSpan(start_s, end_s)


def _require_free(output: Path, catalog: Catalog, *, force: bool) -> None:
    if not output.exists():
        return
    footage = {Path(place.path).resolve() for place in catalog.sources()}
    if output.resolve() in footage:
        raise UserError(f"{output} is footage of the library and is never overwritten")
    if not force:
        raise UserError(f"{output} exists: name another file, or overwrite it with --force")


def _cut(source: VideoSource, span: TimeSpan, output: Path, *, exact: bool) -> TimeSpan:
    from segments.cutting import cut_clip

    if not output.exists():
        return cut_clip(source, span, output, exact=exact).span
    beside = output.with_stem(f".{output.stem}.{os.getpid()}")
    cut = cut_clip(source, span, beside, exact=exact)
    beside.replace(output)
    return cut.span
