"""`retrace serve`: the library over HTTP."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cli.output import say, write
from segments.errors import LibraryError, UserError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from search_api.access.opening import Access
    from search_api.service.settings import ServiceSettings

LogLevel = Literal["debug", "info", "warning", "error"]


def serve(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[LIBRARY]", help="The library's folder.")
    ] = None,
    library: Annotated[
        Path | None,
        typer.Option(
            "--library",
            metavar="DIR",
            help="The same, as other commands take it. "
            "Default: RETRACE_LIBRARY, or retrace-library.",
        ),
    ] = None,
    host: Annotated[
        str | None,
        typer.Option(help="Address to listen at. Default: 127.0.0.1; any other needs an API key."),
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Default: 8321; 0 takes any that is free.")
    ] = None,
    root: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Folder that requests may have indexed; repeat for more."),
    ] = None,
    watch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="DIR[=CAMERA]",
            help="Folder whose new files are indexed once they stop growing; repeat for more.",
        ),
    ] = None,
    watch_pattern: Annotated[
        str | None,
        typer.Option(help="What names of watched files say, as `retrace index --name-pattern`."),
    ] = None,
    profile: Annotated[
        str | None, typer.Option(help="Search this profile's vectors. Default: the library's own.")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(
            metavar="URL", help="Web origin whose pages may call (CORS); none by default."
        ),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(metavar="HOST", help="Name that clients call this service by, as a proxy's."),
    ] = None,
    log_level: Annotated[LogLevel, typer.Option(help="Least level of the JSON logs.")] = "info",
    openapi: Annotated[
        bool, typer.Option("--openapi", help="Print the specification as JSON, and end.")
    ] = False,
) -> None:
    """Serves a library: search, videos, curves, cases, over HTTP with an OpenAPI specification.

    The library need not be there yet. Every setting can be given as RETRACE_NAME in the environment
    as well; limits only there. While it runs, `retrace index` hands its work over to it.
    """
    options: dict[str, Any] = {
        "library": _one_library(folder, library),
        "host": host,
        "port": port,
        "roots": root and tuple(root),
        "watch": watch and tuple(watch),
        "watch_pattern": watch_pattern,
        "profile": profile,
        "origins": origin and tuple(origin),
        "hosts": name and tuple(name),
    }
    if openapi:
        from search_api.service.app import specification

        write(specification())
        return
    settings = read_settings({key: value for key, value in options.items() if value is not None})
    require_guarded(settings)
    _run(_make_app(settings), settings, log_level)


def read_settings(options: dict[str, Any]) -> "ServiceSettings":
    """Options over the environment over defaults.

    Raises:
        UserError: a value is not allowed; one line names each.
    """
    from pydantic import ValidationError

    from search_api.requests import readable
    from search_api.service.settings import ServiceSettings

    try:
        return ServiceSettings(**options)
    except ValidationError as error:
        raise UserError(f"the service cannot be set up so: {readable(error)}") from None


def require_guarded(settings: "ServiceSettings") -> None:
    """Refuses to be reached from elsewhere by anybody at all.

    Raises:
        UserError: it is to listen beyond loopback, and no API key was ever made.
    """
    from search_api.access.loopback import is_loopback
    from search_api.access.opening import Access

    if is_loopback(settings.host) or _any_key(Access.open(settings.library, settings)):
        return
    raise UserError(
        f"--host {settings.host} lets others reach this library, and no API key was made: "
        f"`retrace keys create NAME --role admin --library {settings.library}` makes one"
    )


def _one_library(folder: Path | None, library: Path | None) -> Path | None:
    if folder is not None and library is not None and folder != library:
        raise UserError(f"two libraries are named, {folder} and {library}: a service serves one")
    return folder or library


def _any_key(access: "Access") -> bool:
    try:
        return access.keys.any_made()
    except LibraryError:  # no library yet, so no keys either
        return False


def _make_app(settings: "ServiceSettings") -> "FastAPI":
    from indexer.discovery import FoundFile, discover
    from indexer.rescoring import rescore
    from indexer.spaces import remove_from_all
    from indexer.upkeep import refresh_between_runs
    from search_api.jobs.desk import JobParts
    from search_api.service.app import create_app

    def find_footage(folder: Path) -> list[FoundFile]:
        return discover([folder], skip=settings.library, within=[folder])

    return create_app(
        settings,
        upkeep=refresh_between_runs,
        remove=remove_from_all,
        job_parts=JobParts(find_footage),
        rescore=rescore,
    )


def _run(app: "FastAPI", settings: "ServiceSettings", log_level: LogLevel) -> None:
    from search_api.service.logging import configure_logging
    from search_api.service.serving import serve_until_stopped

    configure_logging(log_level)
    serve_until_stopped(app, settings, announce=_announce)


def _announce(address: str) -> None:
    say(f"listening at {address} (what can be asked: {address}/docs; Ctrl-C ends it)")
