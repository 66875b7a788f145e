"""All cases, and a new one."""

import streamlit as st

from search_api.answers.cases import CaseSummary
from ui import session, states, words
from ui.acting import act
from ui.plain import plain


def show_cases() -> None:
    """Errors as of the client."""
    cases = session.client().cases.list()
    _ask_for_new()
    if not cases:
        states.empty(
            "No cases yet",
            "Name one above. On the search page, s saves the chosen hit to the case.",
        )
    for case in cases:
        _show_row(case)


def open_case(case_id: int | None) -> None:
    """Goes to a case, or back to the list."""
    st.query_params.clear()
    if case_id is not None:
        st.query_params["case"] = str(case_id)
    st.rerun()


def summary(case: CaseSummary) -> str:
    """ "3 hits · 1 note · opened 2026-03-14 21:30:05 CET"."""
    opened = words.wall_time(case.created_at, session.zone())
    counts = f"{words.count(case.num_hits, 'hit')} · {words.count(case.num_notes, 'note')}"
    return f"{counts} · opened {opened}"


def _ask_for_new() -> None:
    with st.form("new-case", border=False, clear_on_submit=True):
        box, button = st.columns([4, 1], vertical_alignment="bottom")
        name = box.text_input("New case", placeholder="What it is about", max_chars=200)
        if button.form_submit_button("Open a case", type="primary", width="stretch") and name:
            act(lambda: _make(name), f"Case {name!r} opened")


def _make(name: str) -> None:
    made = session.client().cases.create(name)
    st.query_params["case"] = str(made.case_id)


def _show_row(case: CaseSummary) -> None:
    with st.container(border=True):
        name, said, button = st.columns([4, 4, 1], vertical_alignment="center")
        icon = ":material/lock: " if case.is_locked else ""
        name.markdown(f"{icon}**{plain(case.name)}**")
        said.caption(summary(case) + (" · locked" if case.is_locked else ""))
        if button.button("Open", key=f"case.{case.case_id}", width="stretch"):
            open_case(case.case_id)
