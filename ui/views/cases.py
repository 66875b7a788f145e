"""The cases page: collect, order, annotate, compare, export and check."""

import streamlit as st

from search_api.client import NotThere
from ui import saving, session, states
from ui.acting import show_notice
from ui.cases.checking import show_checking
from ui.cases.compare import show_comparison
from ui.cases.evidence import show_evidence
from ui.cases.heading import show_heading
from ui.cases.hits import show_hits
from ui.cases.listing import open_case, show_cases
from ui.cases.reading import read_hits
from ui.cases.together import show_together

LISTS = ("Cases", "Check a bundle")
VIEWS = ("Hits", "Compare", "Same time", "Evidence")


def show() -> None:
    show_notice()
    saving.forget_cases()  # what is done here changes them
    if "case" in st.query_params:
        _show_case(st.query_params["case"])
    else:
        _show_all()


def _show_all() -> None:
    view = st.segmented_control(
        "Show",
        LISTS,
        default=LISTS[0],
        required=True,
        key="cases.list",
        label_visibility="collapsed",
    )
    if view == LISTS[1]:
        show_checking()
    else:
        show_cases()


def _show_case(number: str) -> None:
    try:
        case = session.client().cases.get(int(number))
    except (NotThere, ValueError):
        states.empty("There is no such case", "It was deleted, or your key may not see all of it.")
        if st.button("All cases", icon=":material/arrow_back:"):
            open_case(None)
        return
    saving.choose_case(case.case_id)
    show_heading(case)
    view = st.segmented_control(
        "Show",
        VIEWS,
        default=VIEWS[0],
        required=True,
        key="cases.view",
        label_visibility="collapsed",
    )
    if view == "Evidence":
        show_evidence(case)
        return
    hits = read_hits(case)
    show = {"Hits": lambda: show_hits(case, hits), "Compare": lambda: show_comparison(hits)}
    show.get(view or "", lambda: show_together(hits))()
