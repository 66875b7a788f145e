"""What a search found, printed."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cli.output import say, show, write, write_picture
from cli.tables import hits_csv, hits_table, reasons_table, sequences_table
from search_api.schemas import SearchHit, SearchResponse
from segments.scores import AnomalyTrack

if TYPE_CHECKING:
    from search_api.pictures import Tile

    TilesOf = Callable[[Iterable[SearchHit]], Iterator[Tile]]

Form = Literal["json", "csv", "table"]
CurveOf = Callable[[str], AnomalyTrack | None]
"""The scores to show beside a video's hits, by its id; asked for where a table is shown."""


def show_answer(
    response: SearchResponse, form: Form, curve_of: CurveOf, *, shows_all: bool
) -> None:
    """Prints hits; a table leaves them out where none is better than chance.

    Args:
        shows_all: lists them all the same.
    """
    _say_what_is_known(response, shows_all=shows_all or form != "table")
    if form == "json":
        write(response.model_dump_json(indent=2))
    elif form == "csv":
        write(hits_csv(response.hits))
    elif response.hits and (shows_all or response.confident is not False):
        _show_tables(response, curve_of)


def write_sheet(path: Path, response: SearchResponse, tiles_of: "TilesOf") -> None:
    """Writes the contact sheet.

    Args:
        tiles_of: gathers what is shown of hits.
    """
    from search_api.pictures import MAX_TILES, draw_sheet

    tiles = list(tiles_of(response.hits[:MAX_TILES]))
    picture = draw_sheet(response, tiles)
    write_picture(path, lambda file: picture.save(file, "PNG"))


def _say_what_is_known(response: SearchResponse, *, shows_all: bool) -> None:
    if response.query.heard:
        say(
            f"heard as {_listed(response.query.heard)}: these words were looked for in the pictures"
        )
    if not response.hits:
        say("no hits: nothing in the library satisfies the request")
    elif response.confident is False:
        best = min(hit.confidence for hit in response.hits if hit.confidence is not None)
        more = "" if shows_all else f"; --all lists the {len(response.hits)} nearest moments"
        say(
            f"no confident match: {best:.0%} of queries that match nothing find as much in this "
            f"library{more}"
        )


def _show_tables(response: SearchResponse, curve_of: CurveOf) -> None:
    curves = {video_id: curve_of(video_id) for video_id in {hit.video_id for hit in response.hits}}
    show(hits_table(response, curves))
    for more in (sequences_table(response.hits), reasons_table(response.hits)):
        if more.row_count:
            write("")
            show(more)


def _listed(heard: dict[str, float]) -> str:
    return ", ".join(f"“{words}” ({share:.0%})" for words, share in heard.items())
