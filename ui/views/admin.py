"""The admin page: keys, and the log."""

import streamlit as st

from ui import session
from ui.access.keys import show_keys
from ui.access.log import show_log
from ui.acting import show_notice

ADMIN = "admin"
KEYS, LOG = "Keys", "Log"


def show() -> None:
    show_notice()
    if session.me().role != ADMIN:
        session.client().keys.list()  # refused, in the service's own words
    view = st.segmented_control(
        "Show",
        (KEYS, LOG),
        default=KEYS,
        required=True,
        key="admin.view",
        label_visibility="collapsed",
    )
    if view == LOG:
        show_log()
    else:
        show_keys()
