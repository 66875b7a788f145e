"""The contact sheet: the best hits at a glance, each with its reason and its curve."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from search_api.clock import show_span, show_wall_time
from search_api.curves import binned, context
from search_api.drawing import ACCENT, BACKGROUND, CARD, CURVE, INK, LINE, QUIET, Canvas, Type
from search_api.schemas import SearchHit, SearchQuery, SearchResponse
from segments.scores import AnomalyTrack
from segments.spans import TimeSpan

MAX_TILES = 12
_COLUMNS = 3
_TILE, _PICTURE = (400, 338), (400, 225)
_GAP, _MARGIN, _HEADER, _PAD = 20, 36, 108, 16
_NUM_BARS = 60
_TITLE, _STRONG = Type(26, INK, "bold"), Type(15, INK, "bold")
_FACTS, _PLAIN = Type(14, QUIET), Type(13, QUIET)
_RANK, _SCORE = Type(15, BACKGROUND, "bold"), Type(15, INK, "bold")


@dataclass(frozen=True)
class Tile:
    """One hit, ready to be drawn."""

    hit: SearchHit
    picture: UInt8[np.ndarray, "h w 3"] | None
    """RGB; None where the file is gone or cannot be read."""
    note: str = ""
    """What stands in the picture's place."""
    track: AnomalyTrack | None = None


def draw_sheet(response: SearchResponse, tiles: Sequence[Tile]) -> Image.Image:
    """Draws a contact sheet of at most MAX_TILES tiles, best first."""
    shown = tiles[:MAX_TILES]
    columns = min(_COLUMNS, max(2, len(shown)))
    rows = math.ceil(len(shown) / columns)
    width = 2 * _MARGIN + columns * (_TILE[0] + _GAP) - _GAP
    sheet = Canvas((width, _HEADER + rows * (_TILE[1] + _GAP) + _MARGIN - _GAP), BACKGROUND)
    sheet.text(_MARGIN, 52, describe(response.query), _TITLE, width=width - 2 * _MARGIN)
    facts = _facts(response, len(shown))
    sheet.text(_MARGIN, 82, facts, _FACTS, width=width - 2 * _MARGIN)
    for index, tile in enumerate(shown):
        row, column = divmod(index, columns)
        left, top = _MARGIN + column * (_TILE[0] + _GAP), _HEADER + row * (_TILE[1] + _GAP)
        sheet.card(_draw_tile(tile), left, top, radius=12)
    return sheet.finished()


def describe(query: SearchQuery) -> str:
    """What was asked for, in a few words."""
    words = [f"“{query.text}”"] if query.text else []
    sound = [f"sound of {query.audio}"] if query.audio else []
    image = [f"picture {query.image}"] if query.image else []
    then = f", then “{query.then.text}”" if query.then else ""
    unwanted = "".join(f", without “{text}”" for text in query.without)
    return " + ".join(words + sound + image) + unwanted + then


def _facts(response: SearchResponse, num_tiles: int) -> str:
    query = response.query
    facts = [f"best {num_tiles} of {len(response.hits)} hits" if response.hits else "no hits"]
    facts += [f"level {response.level}", f"profile {response.profile}"]
    facts += [f"score: {response.ranking}", "bars: alan score, raw"]
    facts += [f"camera {' or '.join(query.cameras)}"] if query.cameras else []
    facts += [f"after {show_wall_time(query.after)}"] if query.after else []
    facts += [f"before {show_wall_time(query.before)}"] if query.before else []
    return "   ·   ".join(facts)


def _draw_tile(tile: Tile) -> Canvas:
    card = Canvas(_TILE, CARD)
    if tile.picture is None:
        card.box(0, 0, *_PICTURE, fill=LINE)
        middle = (_PICTURE[0] / 2, _PICTURE[1] / 2)
        card.text(*middle, tile.note, Type(17, QUIET), anchor="mm", width=_PICTURE[0] - 2 * _PAD)
    else:
        card.picture(Image.fromarray(tile.picture), _PICTURE)
    _draw_badges(card, tile.hit)
    _draw_captions(card, tile.hit)
    _draw_bars(card, tile)
    return card


def _draw_badges(card: Canvas, hit: SearchHit) -> None:
    rank, score = str(hit.rank), f"{hit.score:.4f}"
    rank_width, score_width = max(28, _RANK.width_px(rank) + 16), _SCORE.width_px(score) + 20
    card.box(12, 12, 12 + rank_width, 40, fill=ACCENT, radius=8)
    card.text(12 + rank_width / 2, 26, rank, _RANK, anchor="mm")
    right = _TILE[0] - 12
    card.box(right - score_width, 12, right, 40, fill=BACKGROUND, radius=8)
    card.text(right - score_width / 2, 26, score, _SCORE, anchor="mm")


def _draw_captions(card: Canvas, hit: SearchHit) -> None:
    span = show_span(TimeSpan(hit.start_s, hit.end_s))
    when = show_wall_time(hit.start_time) if hit.start_time else "time not known"
    name = Path(hit.video).name
    lines = [(248, hit.camera or name, span, _STRONG), (271, hit.camera and name, when, _PLAIN)]
    for y, left, right, type in lines:
        room = _TILE[0] - 2 * _PAD - type.width_px(right) - 14
        card.text(_PAD, y, left or "camera not known", type, anchor="lm", width=room)
        card.text(_TILE[0] - _PAD, y, right, type, anchor="rm")


def _draw_bars(card: Canvas, tile: Tile) -> None:
    """The curve around the span: the span's own bars stand out."""
    left, bottom, height = _PAD, _TILE[1] - 18, 32
    step = (_TILE[0] - 2 * _PAD) / _NUM_BARS
    card.box(left, bottom, _TILE[0] - _PAD, bottom + 1, fill=LINE)
    if tile.track is None:
        return
    span = TimeSpan(tile.hit.start_s, tile.hit.end_s)
    for index, value in enumerate(binned(tile.track, context(span), _NUM_BARS).tolist()):
        if not math.isnan(value):
            inside = _NUM_BARS <= 4 * index + 2 <= 3 * _NUM_BARS
            x, y = left + index * step, bottom - max(1, height * min(1, max(0, value)))
            card.box(x, y, x + step - 1.5, bottom, fill=ACCENT if inside else CURVE, radius=1)
