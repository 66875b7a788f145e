"""The player, and the strip of pictures over the chart: components that talk in the browser.

The cursor, the marks, clicks and keys need no run of the page's script; it is told where the player
stands when that changes for good, and every two seconds while it plays.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components import v2
from streamlit.components.v2.types import ComponentRenderer

from search_api.answers.videos import Storyboard
from ui import words

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Marks:
    """A part of the video that was marked; either end may be missing."""

    start_s: float | None = None
    end_s: float | None = None

    @property
    def span(self) -> tuple[float, float] | None:
        """Both ends, where there are both."""
        if self.start_s is None or self.end_s is None:
            return None
        return self.start_s, self.end_s


@dataclass(frozen=True)
class Footage:
    """What the player shows."""

    src: str
    """Address for browsers; empty: there is nothing to play."""
    piece: str
    """Names it: another address of the same piece is not loaded again."""
    offset_s: float
    """Place in the video of its first picture."""
    end_s: float
    note: str = ""
    """Shown in place of pictures."""


@dataclass(frozen=True)
class Told:
    """What the player says."""

    at_s: float
    marks: Marks
    failed: str | None
    """An address that the browser could not play."""


def show_player(
    footage: Footage,
    *,
    key: str,
    at_s: float,
    marks: Marks,
    jump: int,
    duration_s: float,
    fps: float,
    has_sound: bool,
    start: datetime | None,
    zone: tzinfo,
) -> Told:
    """Draws the player.

    Args:
        at_s: where it begins, and where it goes when `jump` changes; with `marks`.
        start: wall-clock time of the video's first picture.
    """
    clock = {"at_s": at_s, "marks": asdict(marks), "jump": jump, "duration_s": duration_s}
    kind = {"fps": fps or 25.0, "has_sound": has_sound}
    told = _component("player")(
        key=key,
        data={**asdict(footage), **clock, **kind, **_wall_clock(start, zone)},
        default={"at_s": at_s, "marks": asdict(marks), "failed": None},
        on_at_s_change=_nothing,
        on_marks_change=_nothing,
        on_failed_change=_nothing,
    )
    return Told(float(told.at_s), Marks(**told.marks), told.failed)


def show_strip(
    board: Storyboard | None,
    url: str,
    *,
    key: str,
    start_s: float,
    end_s: float,
    duration_s: float,
    chart_key: str,
    note: str = "",
) -> tuple[float, float] | None:
    """Draws the storyboard; the span that was just dragged over it or the chart, if one was.

    Args:
        board: None: there is none, for which `note` is the reason.
        url: of its JPEG.
        chart_key: of the container with the chart.
    """
    tiles = [{"left": tile.left, "top": tile.top} for tile in board.tiles] if board else []
    told = _component("strip")(
        key=key,
        data={
            "tiles": tiles,
            "tile": _size(board, 1, 1),
            "sheet": {"url": url, **_size(board, *_grid(board))},
            "start_s": start_s,
            "end_s": end_s,
            "duration_s": duration_s,
            "chart": f".st-key-{chart_key}",
            "note": note,
        },
        on_zoom_change=_nothing,
    )
    zoom: Sequence[float] | None = told.zoom
    return (float(zoom[0]), float(zoom[1])) if zoom else None


def _grid(board: Storyboard | None) -> tuple[int, int]:
    return (board.columns, board.rows) if board else (1, 1)


def _size(board: Storyboard | None, columns: int, rows: int) -> Mapping[str, int]:
    if board is None:
        return {"width": 0, "height": 0}
    return {"width": columns * board.tile_width, "height": rows * board.tile_height}


def _wall_clock(start: datetime | None, zone: tzinfo) -> Mapping[str, Any]:
    """Local time as of the start of the recording, also where clocks are changed within it."""
    if start is None:
        return {"start_ms": None, "zone_ms": 0, "zone": ""}
    local = start.astimezone(zone)
    offset = local.utcoffset()
    return {
        "start_ms": round(start.timestamp() * 1000),
        "zone_ms": round(offset.total_seconds() * 1000) if offset else 0,
        "zone": words.zone_name(local),
    }


def _nothing() -> None:
    """A key of a component's state needs somebody to tell."""


@st.cache_resource
def _component(name: str) -> ComponentRenderer:
    html, css, js = (
        (_FOLDER / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    return v2.component(f"retrace_{name}", html=html, css=css, js=js)
