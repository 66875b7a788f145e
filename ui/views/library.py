"""The library page: what there is, what is added, and what is at work."""

import streamlit as st

from ui import saving, session
from ui.acting import show_notice
from ui.cases.checking import show_checking
from ui.library.adding import show_adding
from ui.library.jobs import show_jobs
from ui.library.overview import show_overview
from ui.library.traces import show_traces
from ui.library.videos import show_videos

VIDEOS, ADD, TRACES = "Videos", "Add footage", "Sentences"
ABOUT, CHECK = "What is here", "Check a bundle"


def show() -> None:
    show_notice()
    is_investigator = saving.may_save()
    views = [VIDEOS, *([ADD] if is_investigator else []), TRACES, ABOUT]
    # investigators check bundles where their cases are
    views += [] if is_investigator else [CHECK]
    view = st.segmented_control(
        "Show",
        views,
        default=VIDEOS,
        required=True,
        key="library.view",
        label_visibility="collapsed",
    )
    if view == VIDEOS:
        show_videos(may_delete=session.me().role == "admin")
    elif view == ADD:
        _show_adding()
    elif view == TRACES:
        show_traces()
    elif view == ABOUT:
        show_overview()
    else:
        show_checking()


def _show_adding() -> None:
    add, jobs = st.columns([2, 3], gap="large")
    with add:
        show_adding()
    with jobs:
        show_jobs()
