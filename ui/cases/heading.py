"""A case's name, and what may be done with the whole of it."""

import streamlit as st

from search_api.answers.cases import Case
from ui import session
from ui.acting import act
from ui.cases.listing import open_case
from ui.plain import plain

LOCKED = "Its hits stay, and the videos of its hits cannot be deleted."


def show_heading(case: Case) -> None:
    title, buttons = st.columns([3, 2], vertical_alignment="center")
    with title:
        st.subheader(plain(case.name), anchor=False)
    with buttons.container(horizontal=True, horizontal_alignment="right"):
        if st.button("All cases", icon=":material/arrow_back:"):
            open_case(None)
        _rename(case)
        _lock(case)
        _delete(case)
    if case.is_locked:
        st.caption(f":material/lock: Locked. {LOCKED}")


def _rename(case: Case) -> None:
    with st.popover("Rename"), st.form("rename", border=False):
        name = st.text_input("Name of the case", value=case.name, max_chars=200)
        if st.form_submit_button("Rename", type="primary") and name:
            act(lambda: session.client().cases.rename(case.case_id, name), "Renamed")


def _lock(case: Case) -> None:
    label = "Unlock" if case.is_locked else "Lock"
    if st.button(label, icon=":material/lock:", help=LOCKED):
        change = session.client().cases.lock
        act(lambda: change(case.case_id, is_locked=not case.is_locked), f"{label}ed")


def _delete(case: Case) -> None:
    if case.is_locked:
        return
    with st.popover("Delete"), st.form("delete", border=False):
        st.write("Forgets the case, its notes and the list of its hits. Videos stay.")
        is_meant = st.checkbox("Yes, forget this case")
        if st.form_submit_button("Delete the case") and is_meant:
            act(lambda: _forget(case), "The case is forgotten")


def _forget(case: Case) -> None:
    session.client().cases.delete(case.case_id)
    st.query_params.clear()
