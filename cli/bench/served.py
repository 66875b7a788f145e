"""`retrace bench library`: recall over a library as it is served."""

from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.options import LibraryOption, RecordOption
from cli.output import say, show
from segments.media import Level


def library(
    queries: Annotated[
        Path,
        typer.Option(metavar="CSV", help="Columns file and text: a video, and what to ask for it."),
    ],
    library: LibraryOption = defaults.LIBRARY,
    level: Annotated[Level, typer.Option(help="What a video is searched by.")] = "moment",
    top_k: Annotated[int, typer.Option(min=1, help="Segments that a search returns.")] = 100,
    int8: Annotated[
        bool, typer.Option("--int8", help="Also measure an int8 index, made of a copy.")
    ] = False,
    out: RecordOption = None,
) -> None:
    """Recall of words over an indexed library: exact, and what serving it loses."""
    from benchmarks.served_report import library_table, run_library

    record = run_library(library, queries, level=level, top_k=top_k, int8=int8)
    if out is not None:
        record.save(out)
        say(f"wrote {out}")
    show(library_table(record))
