"""`retrace keys`: who may ask a service over this library, and what was done with it."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import defaults
from cli.library import EXIT_FINDINGS, JsonOption
from cli.options import LibraryOption
from cli.output import say, show, write
from search_api.access.keys import KeyRecord, Keys
from search_api.access.opening import access_file
from search_api.access.roles import LOCAL, Role
from search_api.clock import show_wall_time
from segments.errors import UserError

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
RoleName = Literal["viewer", "investigator", "admin"]

app = typer.Typer(help="Looks after the API keys of a library.", no_args_is_help=True)
KeyArgument = Annotated[str, typer.Argument(metavar="KEY", help="Its name or its id.")]


@app.command()
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose it is.")],
    role: Annotated[
        RoleName,
        typer.Option(
            help="viewer searches and looks; investigator also keeps cases and exports evidence; "
            "admin also indexes, deletes and makes keys."
        ),
    ] = "viewer",
    camera: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="May see this camera only; repeat for more."),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="30d, 12h, or a time like 2027-01-31T18:00+01:00."),
    ] = None,
    library: LibraryOption = defaults.LIBRARY,
) -> None:
    """Makes a key and prints it, once: nobody can show it again."""
    until = None if expires is None else parse_expiry(expires)
    with _open(library) as keys:
        is_first = not keys.any_made()
        made, token = keys.create(name, Role(role), cameras=tuple(camera or ()), expires_at=until)
    _log(library, f"made {made.role} {made.name!r} ({made.key_id})")
    say(f"made the key {made.key_id}: {_describe(made)}")
    if is_first:
        say("from now on the service asks everybody for a key, at this machine too")
    show(token)


@app.command("list")
def list_all(library: LibraryOption = defaults.LIBRARY, as_json: JsonOption = False) -> None:
    """Lists every key that was made; revoked ones too."""
    with _open(library) as keys:
        found = keys.all()
    if as_json:
        write(json.dumps([key.model_dump(mode="json") for key in found], indent=2))
    else:
        show("\n".join(f"{key.key_id}  {_describe(key)}" for key in found) or "no keys")


@app.command()
def revoke(key: KeyArgument, library: LibraryOption = defaults.LIBRARY) -> None:
    """Ends a key now and for good, and every signed address that was made with it."""
    with _open(library) as keys:
        revoked = keys.revoke(key)
    _log(library, f"revoked {revoked.name!r} ({revoked.key_id})")
    say(f"revoked {revoked.name!r} ({revoked.key_id})")


@app.command()
def audit(library: LibraryOption = defaults.LIBRARY) -> None:
    """Says whether the log of what was done is as it was written. Exit code 1 where it is not."""
    from search_api.access.audit import AuditLog

    with AuditLog(access_file(library)) as log:
        head, first_break = log.last(), log.first_break()
    if first_break is not None:
        show(f"row {first_break} of the log is missing, or is not as it was written")
        raise typer.Exit(EXIT_FINDINGS)
    show(
        f"all {head.entry_id} rows are as they were written; head {head.digest}"
        if head
        else "empty"
    )


def parse_expiry(text: str) -> datetime:
    """A time from now on, or one that is written out with its zone.

    Raises:
        UserError: it is neither.
    """
    if found := re.fullmatch(rf"([1-9][0-9]{{0,3}})([{''.join(UNITS)}])", text.strip()):
        return datetime.now(UTC) + timedelta(**{UNITS[found[2]]: int(found[1])})
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise UserError(
            f"--expires {text!r}: write 30d, 12h, or a time like 2027-01-31T18:00+01:00"
        ) from None
    if time.tzinfo is None:
        raise UserError(f"--expires {text} has no zone: write it like {text}+01:00")
    return time


def _open(library: Path) -> Keys:
    return Keys(access_file(library))


def _log(library: Path, what: str) -> None:
    from search_api.access.audit import AuditLog

    with AuditLog(access_file(library)) as log:
        log.write(LOCAL, "key", what)


def _describe(key: KeyRecord) -> str:
    return ", ".join(_facts(key))


def _facts(key: KeyRecord) -> Iterator[str]:
    yield f"{key.name}: {key.role}"
    yield "all cameras" if key.cameras is None else f"cameras {', '.join(key.cameras)}"
    yield f"made {show_wall_time(key.created_at)}"
    if key.expires_at:
        yield f"until {show_wall_time(key.expires_at)}"
    if key.used_at:
        yield f"last used {show_wall_time(key.used_at)}"
    if key.revoked_at:
        yield f"REVOKED {show_wall_time(key.revoked_at)}"
