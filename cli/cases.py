"""`retrace case`: what an investigation has found, kept together."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from cli import defaults
from cli.clip import parse_span
from cli.library import EXIT_FINDINGS, JsonOption, YesOption
from cli.options import LibraryOption
from cli.output import say, show, write
from search_api.clock import show_span, show_wall_time
from segments.case_records import Case, CaseHit
from segments.cases import Cases
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library
from segments.spans import TimeSpan

app = typer.Typer(help="Keeps what was found, with notes, in cases.", no_args_is_help=True)
CaseArgument = Annotated[str, typer.Argument(metavar="CASE", help="The case's name.")]
HitArgument = Annotated[int, typer.Argument(metavar="HIT", help="Its number, as `show` lists it.")]


@app.command()
def new(case: CaseArgument, library: LibraryOption = defaults.LIBRARY) -> None:
    """Opens a case."""
    with Cases(Library.open(library)) as cases:
        say(f"opened {cases.create(case).name!r}")


@app.command("list")
def list_all(library: LibraryOption = defaults.LIBRARY, as_json: JsonOption = False) -> None:
    """Lists the cases."""
    with Cases(Library.open(library)) as cases:
        found = cases.all()
    if as_json:
        write(json.dumps([case.model_dump(mode="json") for case in found], indent=2))
    else:
        show("\n".join(map(_headline, found)) or "no cases")


@app.command("show")
def show_one(
    case: CaseArgument, library: LibraryOption = defaults.LIBRARY, as_json: JsonOption = False
) -> None:
    """Shows a case: its notes, and its hits in order."""
    opened = Library.open(library)
    with Cases(opened) as cases, Catalog(opened) as catalog:
        found = cases.find(case)
        if as_json:
            write(found.model_dump_json(indent=2))
        else:
            show("\n".join(_lines(found, catalog)))


@app.command()
def rename(
    case: CaseArgument,
    to: Annotated[str, typer.Argument(metavar="NAME", help="Its new name.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Gives a case another name."""
    with Cases(Library.open(library)) as cases:
        cases.rename(case, to)


@app.command()
def note(
    case: CaseArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to write down.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Writes a note into a case, with the time."""
    with Cases(Library.open(library)) as cases:
        cases.add_note(case, text)


@app.command()
def add(
    case: CaseArgument,
    hits: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="What `retrace search --json` printed; - reads stdin."),
    ] = None,
    rank: Annotated[
        list[int] | None,
        typer.Option(metavar="N", help="Only the hit of this rank; repeat for several."),
    ] = None,
    video: Annotated[
        str | None, typer.Option(metavar="VIDEO", help="Instead: a span of this video.")
    ] = None,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="Of the span: seconds, mm:ss or hh:mm:ss.")
    ] = None,
    end: Annotated[str | None, typer.Option(metavar="TIME", help="Likewise.")] = None,
    note: Annotated[str, typer.Option(metavar="TEXT", help="What is to be said of it.")] = "",
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Adds search hits, with all that found them, or a span of a video."""
    from search_api.evidence import findings

    if (hits is None) == (video is None):
        raise UserError("give --hits FILE, or a span with --video, --start and --end")
    opened = Library.open(library)
    with Cases(opened) as cases, Catalog(opened) as catalog:
        if hits is not None:
            response = findings.parse_response(_read(hits))
            found = list(findings.iter_findings(response, rank or [], note=note))
        elif video is None or start is None or end is None:
            raise UserError("--video goes with --start and --end")
        else:
            found = [findings.chosen(catalog, video, parse_span(start, end), note=note)]
        for finding in found:
            findings.require_within(catalog, finding)
        say(f"added {_listed(cases.add(case, finding) for finding in found)} to {case!r}")


@app.command()
def move(
    case: CaseArgument,
    hit: HitArgument,
    to: Annotated[int, typer.Argument(metavar="PLACE", help="1 is the first.")],
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Puts a hit at another place of the order."""
    with Cases(Library.open(library)) as cases:
        cases.move(case, hit, to)


@app.command()
def remove(case: CaseArgument, hit: HitArgument, library: LibraryOption = defaults.LIBRARY) -> None:
    """Takes a hit out of a case; the video stays."""
    with Cases(Library.open(library)) as cases:
        cases.remove(case, hit)


@app.command()
def lock(case: CaseArgument, library: LibraryOption = defaults.LIBRARY) -> None:
    """Keeps the videos of a case, those of later hits too, from being removed."""
    with Cases(Library.open(library)) as cases:
        cases.lock(case)


@app.command()
def unlock(case: CaseArgument, library: LibraryOption = defaults.LIBRARY) -> None:
    """Lets videos of a case be removed again, where no other case locks them."""
    with Cases(Library.open(library)) as cases:
        cases.lock(case, locked=False)


@app.command()
def delete(
    case: CaseArgument, library: LibraryOption = defaults.LIBRARY, yes: YesOption = False
) -> None:
    """Forgets a case with its notes and hits; videos stay."""
    with Cases(Library.open(library)) as cases:
        found = cases.find(case)
        if not yes and not typer.confirm(f"Delete {_headline(found)}?", err=True):
            raise typer.Exit(EXIT_FINDINGS)
        cases.delete(case)


def _read(path: str) -> bytes:
    if path == "-":
        return sys.stdin.buffer.read()
    if not Path(path).is_file():
        raise UserError(f"there is no file {path}")
    return Path(path).read_bytes()


def _listed(numbers: Iterable[int]) -> str:
    return "hits " + ", ".join(map(str, numbers))


def _headline(case: Case) -> str:
    locked = ", locked" if case.is_locked else ""
    counts = f"{len(case.hits)} hits, {len(case.notes)} notes"
    return f"{case.name}: {counts}, opened {show_wall_time(case.created_at)}{locked}"


def _lines(case: Case, catalog: Catalog) -> Iterable[str]:
    yield _headline(case)
    yield from (f"{show_wall_time(note.written_at)}  {note.text}" for note in case.notes)
    yield from (f"{hit.hit_id:4d}  {_describe(hit, catalog)}" for hit in case.hits)


def _describe(hit: CaseHit, catalog: Catalog) -> str:
    places = catalog.sources(hit.video_id)
    where = places[0].path if places else hit.video_id[:12]
    score = "" if hit.score is None else f"  score {hit.score:.4f}"
    return f"{where}  {show_span(TimeSpan(hit.start_s, hit.end_s))}{score}  {hit.note}".rstrip()
