"""Several recordings side by side on one clock: a component, for hits and for cameras."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component
from streamlit.components.v2.types import ComponentRenderer

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Pane:
    """One recording on the wall."""

    title: str
    lines: tuple[str, ...]
    """What is said under it."""
    url: str
    """Signed: of something that browsers play."""
    zero_s: float
    """Place in what `url` opens of the clock's zero; negative where that began later."""
    duration_s: float
    """Of what `url` opens."""


def show_wall(
    panes: Sequence[Pane],
    from_s: float,
    to_s: float,
    *,
    key: str,
    starts_at: datetime | None = None,
    zone: tzinfo | None = None,
) -> None:
    """Draws them, paused at zero.

    Args:
        from_s: where the common clock begins, in seconds; zero lies between this and `to_s`.
        starts_at: wall-clock time of its zero; None where the recordings share none.
    """
    data = {
        "panes": [asdict(pane) for pane in panes],
        "from_s": from_s,
        "to_s": to_s,
        "clock_ms": starts_at and round(starts_at.timestamp() * 1000),
        "zone": str(zone) if zone else "UTC",
    }
    _component()(data=data, key=key)


@st.cache_resource
def _component() -> ComponentRenderer:
    html, css, js = (
        (_FOLDER / f"wall.{kind}").read_text(encoding="utf-8") for kind in ("html", "css", "js")
    )
    return component("retrace_wall", html=html, css=css, js=js)
