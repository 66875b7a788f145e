"""`retrace library`: what a library holds, whether it is sound, and taking things out of it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.options import LibraryOption, VideoArgument
from cli.output import say, show, write
from segments.cases import require_removable
from segments.catalog import Catalog
from segments.library import Library

EXIT_FINDINGS = 1
STORE_WAIT_S = 10.0
MAX_SHOWN = 50
"""Videos that `info` lists on a terminal; --json lists all."""

app = typer.Typer(help="Looks after a library.", no_args_is_help=True)
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
SpaceArgument = Annotated[
    str, typer.Argument(metavar="PROFILE", help="A profile that the library was indexed with.")
]


@app.command()
def info(library: LibraryOption = defaults.LIBRARY, as_json: JsonOption = False) -> None:
    """Says what the library holds: videos, hours, cameras, disk use, and what failed and why."""
    from indexer.inspection import describe_library

    facts = describe_library(Library.open(library))
    if as_json:
        write(json.dumps(asdict(facts), indent=2))
    else:
        show("\n".join(facts.lines(max_videos=MAX_SHOWN)))


@app.command()
def check(library: LibraryOption = defaults.LIBRARY, as_json: JsonOption = False) -> None:
    """Looks for anything that is missing, left over or damaged. Exit code 1 where it finds some."""
    from indexer.inspection import find_problems
    from segments.store.opening import open_store

    opened = Library.open(library)
    problems: list[str] = []
    for space in opened.spaces():
        seen = opened.through(space)
        store = open_store(seen, wait_s=STORE_WAIT_S)
        try:
            problems += [f"{space}: {problem}" for problem in find_problems(seen, store)]
        finally:
            store.close()
    if as_json:
        write(json.dumps({"problems": problems}, indent=2))
    else:
        show("\n".join(problems) or "all is well")
    raise typer.Exit(EXIT_FINDINGS if problems else 0)


@app.command()
def delete(
    video: VideoArgument, library: LibraryOption = defaults.LIBRARY, yes: YesOption = False
) -> None:
    """Removes a video from the library: points, scores and rows. Its files are never touched."""
    from indexer.spaces import remove_from_all

    opened = Library.open(library)
    with Catalog(opened) as catalog:
        found = catalog.find(video)
        paths = ", ".join(source.path for source in catalog.sources(found.video_id))
    require_removable(opened, found.video_id)
    _confirm(f"Remove {paths} ({found.duration_s:.0f} s)?", yes=yes)
    removals = remove_from_all(opened, found.video_id, wait_s=STORE_WAIT_S)
    show("\n".join([*(r.line() for r in removals), f"{paths}: the files are untouched"]))


@app.command()
def use(
    space: SpaceArgument,
    library: LibraryOption = defaults.LIBRARY,
    incomplete: Annotated[
        bool, typer.Option("--incomplete", help="Also where it lacks videos.")
    ] = False,
) -> None:
    """Lets the vectors of another profile answer searches, once they are complete."""
    from indexer.spaces import use_space

    chosen = use_space(Library.open(library), space, incomplete=incomplete)
    show(f"{library} is searched by the profile {chosen.space} from here on")


@app.command()
def drop(
    space: SpaceArgument, library: LibraryOption = defaults.LIBRARY, yes: YesOption = False
) -> None:
    """Deletes the vectors and scores that a profile made, and frees their place."""
    from indexer.spaces import drop_space

    _confirm(f"Delete everything that the profile {space} made?", yes=yes)
    drop_space(Library.open(library), space)
    show(f"dropped {space}")


@app.command()
def copy(
    to: Annotated[str, typer.Option("--to", help="URL of a Qdrant server.")],
    library: LibraryOption = defaults.LIBRARY,
    api_key: Annotated[
        str | None,
        typer.Option(envvar=["QDRANT_API_KEY", "RETRACE_STORE_API_KEY"], help="The server's key."),
    ] = None,
) -> None:
    """Copies the library's points to a Qdrant server; a second call finishes an interrupted one."""
    from segments.store.copying import copy_points
    from segments.store.opening import create_space, open_store

    opened = Library.open(library)
    source = open_store(opened, wait_s=STORE_WAIT_S)
    try:
        create_space(opened, opened.manifest(), url=to, api_key=api_key)
        target = open_store(opened, url=to, api_key=api_key)
        try:
            num_written, num_points = copy_points(source, target), source.count()
        finally:
            target.close()
    finally:
        source.close()
    show(f"{num_points} points are at {to}; {num_written} had to be written")


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(metavar="DEST", help="A new or an empty folder.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Copies the library, without the footage, into a folder, and reads the copy again."""
    from segments.backup import back_up

    made = back_up(Library.open(library), to, wait_s=STORE_WAIT_S)
    for space in made.elsewhere:
        say(f"the points of {space} are on a server: back them up there")
    say(f"{len(made.files)} files, {made.size_bytes / 2**20:.1f} MiB, are in {to} and were checked")


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="What `backup` made.")],
    to: Annotated[Path, typer.Argument(metavar="DEST", help="A new or an empty folder.")],
) -> None:
    """Makes a library of a backup. A damaged one is refused, with the name of the file."""
    from segments import backup

    found = backup.restore(source, to)
    made = found.created_at.isoformat(sep=" ", timespec="seconds")
    say(f"{to} is the library that was at {found.library} on {made}")


def _confirm(question: str, *, yes: bool) -> None:
    if not yes and not typer.confirm(question, err=True):
        say("nothing was removed")
        raise typer.Exit(EXIT_FINDINGS)
