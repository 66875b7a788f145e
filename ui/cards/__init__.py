"""Cards of hits, a component of our own: thumbnails that play, keys, and curves that come later."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from streamlit.components.v2 import component

from ui.cards.data import Card
from ui.links import View

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Told:
    """What was done to the cards since the script last ran: ranks of hits."""

    opened: int | None
    saved: int | None
    is_stale: bool
    """Whether a picture did not load, as when its address is too old."""


def show_cards(cards: list[Card], *, view: View, version: str, box: str) -> Told:
    """Draws the cards, or nothing but the keys where there are none.

    Args:
        version: another one for whatever is to be drawn anew.
        box: the label of the field that "/" goes to.
    """
    told = _component("retrace_cards", "cards.js", "cards.css")(
        key="cards",
        data={"cards": cards, "view": view, "version": version, "box": box},
        on_opened_change=_nothing,
        on_saved_change=_nothing,
        on_stale_change=_nothing,
    )
    return Told(told.opened, told.saved, told.stale is not None)


def hand_curves(curves: list[dict[str, object]]) -> None:
    """Gives the cards that are shown their curves."""
    _component("retrace_curves", "curves.js")(key="curves", data={"curves": curves})


def _nothing() -> None:
    """Streamlit reports only what has a callback."""


@cache
def _component(name: str, script: str, style: str | None = None) -> "ComponentRenderer":
    css = (FOLDER / style).read_text(encoding="utf-8") if style else None
    return component(name, js=(FOLDER / script).read_text(encoding="utf-8"), css=css)
