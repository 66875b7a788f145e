"""`retrace search`: find moments by words, by a picture, by a sound, or by several at once."""

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli import defaults
from cli import search_options as options
from cli.answers import show_answer, write_sheet
from cli.options import LibraryOption
from cli.output import require_one, require_png, say
from cli.remote import (
    KeyFileOption,
    UrlOption,
    open_client,
    require_possible,
    search_there,
)
from cli.remote_curves import curves_around
from cli.remote_pictures import tiles_there
from search_api.checks import check_answerable, check_asks
from search_api.clock import parse_wall_time
from search_api.curves import best_track
from search_api.images import Image
from search_api.requests import SearchRequest, SoundMode, parse_request
from search_api.schemas import SearchHit, SearchResponse
from search_api.sounds import MAX_SOUND_S, Sound, load_sound
from segments.catalog import Catalog
from segments.library import Library
from segments.tracks import TrackStore

if TYPE_CHECKING:
    from search_api.pictures import Tile

STORE_WAIT_S = 5.0
"""How long to wait for another owner of the library; a search holds it for less than a second."""


def search(
    text: options.TextArgument = None,
    audio: options.AudioOption = None,
    image: options.ImageOption = None,
    crop: options.CropOption = None,
    weight: options.WeightOption = None,
    without: options.WithoutOption = None,
    then: options.ThenOption = None,
    within: options.WithinOption = 30.0,
    same_camera: options.SameCameraOption = True,
    library: LibraryOption = defaults.LIBRARY,
    url: UrlOption = None,
    key_file: KeyFileOption = None,
    profile: options.ProfileOption = None,
    limit: options.LimitOption = 10,
    level: options.LevelOption = "moment",
    camera: options.CameraOption = None,
    after: options.AfterOption = None,
    before: options.BeforeOption = None,
    has_sound: options.HasSoundOption = None,
    min_score: options.MinScoreOption = None,
    min_anomaly: options.MinAnomalyOption = None,
    alpha: options.AlphaOption = None,
    sound_mode: Annotated[
        SoundMode, typer.Option(help="What the sound is compared with; both fuses two rankings.")
    ] = "both",
    merge: options.MergeOption = True,
    per_video: options.PerVideoOption = None,
    shows_all: options.AllOption = False,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line per hit on stdout.")] = False,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Also write a contact sheet of the best hits (PNG)."),
    ] = None,
) -> None:
    """Finds moments by words, by a picture, by a sound, or by several at once.

    Times without a zone are in this machine's. What has no known time is not found by time. Several
    parts of a query are searched one by one; each adds its weight / (60 + rank) to a moment.
    """
    require_one(["--json" if json else None, "--csv" if csv else None])
    if sheet:
        require_png(sheet)
    request = parse_request(
        {
            "text": text,
            "without": tuple(without or ()),
            "then": then and {"text": then, "within_s": within, "same_camera": same_camera},
            "weights": options.parse_weights(weight or []),
            "crop": options.parse_crop(crop),
            "level": level,
            "cameras": tuple(camera or ()),
            "after": after and parse_wall_time(after),
            "before": before and parse_wall_time(before),
            "has_sound": has_sound,
            "min_score": min_score,
            "min_anomaly": options.parse_min_anomaly(min_anomaly or []),
            "alpha": alpha,
            "limit": limit,
            "merge": merge,
            "per_video": per_video,
            "sound_mode": sound_mode,
        }
    )
    check_asks(request, has_sound=audio is not None, has_image=image is not None)
    form = "json" if json else "csv" if csv else "table"
    if url:
        require_possible(["--profile" if profile else None])
        seen = options.read_image(image) if image else None
        with open_client(url, key_file) as client:
            response = search_there(client, request, audio, seen)
            curve_of = curves_around(client, response.hits)
            show_answer(response, form, curve_of, shows_all=shows_all)
            if sheet:
                write_sheet(sheet, response, partial(tiles_there, client, curve_of=curve_of))
        return
    opened = Library.open(library)
    if profile is not None:
        opened = opened.require_space(profile)
    with Catalog(opened) as catalog:
        check_answerable(request, opened, catalog)
        seen = options.read_image(image) if image else None
        response = answer(request, audio, opened, catalog, image=seen)
        tracks = TrackStore(opened.tracks)
        show_answer(response, form, partial(best_track, tracks), shows_all=shows_all)
        if sheet:
            write_sheet(sheet, response, partial(_tiles, catalog=catalog, tracks=tracks))


def answer(
    request: SearchRequest,
    audio: Path | None,
    library: Library,
    catalog: Catalog,
    *,
    image: Image | None = None,
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
        return Searcher(library, store, catalog, profile).search(request, sound, image)
    finally:
        store.close()


def _tiles(hits: Iterable[SearchHit], *, catalog: Catalog, tracks: TrackStore) -> "Iterator[Tile]":
    from search_api.gathering import iter_tiles

    return iter_tiles(hits, catalog, tracks)


def _listen(audio: Path, rate_hz: int) -> Sound:
    sound = load_sound(audio, rate_hz=rate_hz)
    if sound.clip.span.duration_s >= MAX_SOUND_S:
        say(f"only the first {MAX_SOUND_S:.0f} s of {sound.name} are listened to")
    return sound
