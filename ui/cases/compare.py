"""Hits side by side, each from its own start."""

from collections.abc import Sequence

import streamlit as st

from ui import session, states
from ui.cases.found import FoundHit
from ui.cases.hits import facts
from ui.cases.panes import Playing, pane, playing
from ui.cases.reading import sign
from ui.wall import Pane, show_wall

MOST = 4
AROUND_S = 2.0
"""Shown before and after the spans."""


def show_comparison(hits: Sequence[FoundHit]) -> None:
    """Errors as of the client."""
    there = [hit for hit in hits if hit.video]
    if len(there) < 2:
        states.empty("Nothing to compare yet", "It takes two hits or more.")
        return
    chosen = st.multiselect(
        f"Hits to compare, {MOST} at most",
        there,
        default=there[:2],
        format_func=lambda hit: hit.title,
        max_selections=MOST,
        key="compare.hits",
    )
    if len(chosen) < 2:
        st.caption("Choose another one.")
        return
    to_s = max(hit.finding.end_s - hit.finding.start_s for hit in chosen) + AROUND_S
    show_wall(hit_panes(chosen), -AROUND_S, to_s, key="compare.wall")
    st.caption("All play together; the clock counts from each hit's own start.")


def hit_panes(hits: Sequence[FoundHit]) -> list[Pane]:
    """Of hits whose videos are there; errors as of the client."""
    sources = [_source(hit) for hit in hits]
    urls = addresses(sources)
    return [
        pane(
            f"{hit.number} · {hit.camera}",
            (hit.when(session.zone()), f"{hit.span} in {hit.name}", *facts(hit)),
            source=source,
            url=url,
            at_s=hit.finding.start_s,
        )
        for hit, source, url in zip(hits, sources, urls, strict=True)
    ]


def addresses(sources: Sequence[Playing]) -> list[str]:
    """For a browser, in the same order; errors as of the client."""
    signed = iter(sign([source.url for source in sources if not source.is_signed]))
    here = session.client().address
    return [here(source.url) if source.is_signed else next(signed) for source in sources]


def _source(hit: FoundHit) -> Playing:
    assert hit.video is not None
    span = hit.finding
    return playing(hit.video, span.start_s - AROUND_S, span.end_s + AROUND_S)
