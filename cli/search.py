"""`retrace search`: find moments by words, by a sound, or by both."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cli import defaults
from cli.options import LibraryOption
from cli.output import require_one, require_png, say, show, write, write_picture
from cli.tables import hits_csv, hits_table, reasons_table
from search_api.checks import check_answerable, check_asks
from search_api.clock import parse_wall_time
from search_api.curves import DEFAULT_DETECTOR, best_track
from search_api.requests import SearchRequest, SoundMode, parse_request
from search_api.schemas import SearchResponse
from search_api.sounds import MAX_SOUND_S, Sound, load_sound
from segments.catalog import Catalog
from segments.errors import UserError
from segments.library import Library
from segments.media import Level
from segments.tracks import TrackStore

Form = Literal["json", "csv", "table"]
STORE_WAIT_S = 5.0
"""How long to wait for another owner of the library; a search holds it for less than a second."""


def search(
    text: Annotated[
        str | None, typer.Argument(metavar="[TEXT]", help="What to look for, in words.")
    ] = None,
    audio: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A sound to look for, from any sound or video file."),
    ] = None,
    library: LibraryOption = defaults.LIBRARY,
    profile: Annotated[
        str | None,
        typer.Option(help="Search the vectors of this profile. Default: the library's own."),
    ] = None,
    limit: Annotated[int, typer.Option(metavar="N", help="Most hits to show, 1 to 1000.")] = 10,
    level: Annotated[
        Level, typer.Option(help="Length of what is found: about 10 s, 1 min, or whole videos.")
    ] = "moment",
    camera: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only this camera; repeat for any of several."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only what starts at or after this time (ISO 8601)."),
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Only what starts before this time (ISO 8601)."),
    ] = None,
    min_score: Annotated[
        float | None, typer.Option(metavar="X", help="Least similarity; not for fused rankings.")
    ] = None,
    min_anomaly: Annotated[
        list[str] | None,
        typer.Option(
            metavar="[DETECTOR:]X", help="Least raw anomaly score; repeat for other detectors."
        ),
    ] = None,
    alpha: Annotated[
        float | None,
        typer.Option(
            metavar="A", help="Share of the CLS alignment, 0 to 1. Default: the library's own."
        ),
    ] = None,
    sound_mode: Annotated[
        SoundMode, typer.Option(help="What the sound is compared with; both fuses two rankings.")
    ] = "both",
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line per hit on stdout.")] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Also write a contact sheet of the best hits (PNG)."),
    ] = None,
) -> None:
    """Finds moments by words, by a sound, or by both.

    Times without a zone are in this machine's. What has no known time is not found by time.
    """
    require_one(["--json" if json else None, "--csv" if csv else None])
    if sheet:
        require_png(sheet)
    request = parse_request(
        {
            "text": text,
            "level": level,
            "cameras": tuple(camera or ()),
            "after": after and parse_wall_time(after),
            "before": before and parse_wall_time(before),
            "min_score": min_score,
            "min_anomaly": parse_min_anomaly(min_anomaly or []),
            "alpha": alpha,
            "limit": limit,
            "sound_mode": sound_mode,
        }
    )
    check_asks(request, has_sound=audio is not None)
    opened = Library.open(library)
    if profile is not None:
        opened = opened.require_space(profile)
    with Catalog(opened) as catalog:
        check_answerable(request, opened, catalog)
        response = answer(request, audio, opened, catalog)
        tracks = TrackStore(opened.tracks)
        _print(response, "json" if json else "csv" if csv else "table", tracks)
        if sheet:
            _write_sheet(sheet, response, catalog, tracks)


def parse_min_anomaly(texts: list[str]) -> dict[str, float]:
    """Reads [DETECTOR:]X, each detector once.

    Raises:
        UserError: some text is something else.
    """
    floors: dict[str, float] = {}
    for text in texts:
        detector, _, number = text.rpartition(":")
        name = detector or DEFAULT_DETECTOR
        try:
            least = float(number)
        except ValueError:
            raise UserError(
                f"--min-anomaly {text!r}: write a score, like 0.5, or DETECTOR:SCORE, like alan:0.5"
            ) from None
        if name in floors:
            raise UserError(f"--min-anomaly names {name!r} twice: give one score per detector")
        floors[name] = least
    return floors


def answer(
    request: SearchRequest, audio: Path | None, library: Library, catalog: Catalog
) -> SearchResponse:
    """Loads what the request needs, and searches."""
    # Imported late: loading a model takes seconds, and a request may be wrong in many ways.
    from encoders.registry import load_profile
    from search_api.searching import Searcher
    from segments.store.opening import open_store

    profile = load_profile(library.space)
    sound = _listen(audio, profile.spec.audio_rate_hz) if audio else None
    store = open_store(library, expected=profile.manifest, wait_s=STORE_WAIT_S)
    try:
        return Searcher(library, store, catalog, profile).search(request, sound)
    finally:
        store.close()


def _listen(audio: Path, rate_hz: int) -> Sound:
    sound = load_sound(audio, rate_hz=rate_hz)
    if sound.clip.span.duration_s >= MAX_SOUND_S:
        say(f"only the first {MAX_SOUND_S:.0f} s of {sound.name} are listened to")
    return sound


def _print(response: SearchResponse, form: Form, tracks: TrackStore) -> None:
    if response.query.heard:
        say(
            f"heard as {_listed(response.query.heard)}: these words were looked for in the pictures"
        )
    if not response.hits:
        say("no hits: nothing in the library satisfies the request")
    if form == "json":
        write(response.model_dump_json(indent=2))
    elif form == "csv":
        write(hits_csv(response.hits))
    elif response.hits:
        curves = {hit.video_id: best_track(tracks, hit.video_id) for hit in response.hits}
        show(hits_table(response, curves))
        if (reasons := reasons_table(response.hits)).row_count:
            write("")
            show(reasons)


def _listed(heard: dict[str, float]) -> str:
    return ", ".join(f"“{words}” ({share:.0%})" for words, share in heard.items())


def _write_sheet(
    path: Path, response: SearchResponse, catalog: Catalog, tracks: TrackStore
) -> None:
    from search_api.gathering import iter_tiles
    from search_api.pictures import MAX_TILES, draw_sheet

    tiles = list(iter_tiles(response.hits[:MAX_TILES], catalog, tracks))
    picture = draw_sheet(response, tiles)
    write_picture(path, lambda file: picture.save(file, "PNG"))
