"""Options that several subcommands share."""

from pathlib import Path
from typing import Annotated

import typer

LibraryOption = Annotated[
    Path,
    typer.Option(
        "--library", metavar="DIR", envvar="RETRACE_LIBRARY", help="The library's folder."
    ),
]
VideoArgument = Annotated[
    str,
    typer.Argument(
        metavar="VIDEO", help="A video of the library: path, file name, or start of its id."
    ),
]
SharedOption = Annotated[
    Path, typer.Option("--shared", metavar="DIR", help="The folder that holds data/.")
]
WorkOption = Annotated[
    Path,
    typer.Option("--work", metavar="DIR", help="Where intermediate results are kept for reuse."),
]
RecordOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="Write the record to this JSON file.")
]
