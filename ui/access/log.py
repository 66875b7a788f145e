"""The log of what was done, and whether it is as it was written."""

from collections.abc import Sequence
from datetime import tzinfo

import streamlit as st

from search_api.access.audit import Action, AuditEntry
from search_api.answers.access import AuditVerdict
from ui import session, states, words
from ui.paging import begins, show_turning

PER_PAGE = 100
ACTIONS: dict[Action, str] = {
    "query": "Searches",
    "view": "Views",
    "export": "Exports",
    "deletion": "Deletions",
    "case": "Cases",
    "job": "Jobs",
    "key": "Keys",
    "trace": "Trace sentences",
}
NOTHING_LEFT_OUT: list[Action | None] = [None, *ACTIONS]
_VERDICT = "log.verdict"


def show_log() -> None:
    """Errors as of the client."""
    what, verify = st.columns([3, 1], vertical_alignment="bottom")
    action = what.selectbox(
        "What was done",
        NOTHING_LEFT_OUT,
        format_func=lambda one: ACTIONS[one] if one else "Everything",
        key="log.action",
    )
    if verify.button("Verify the chain", icon=":material/verified:", width="stretch"):
        st.session_state[_VERDICT] = session.client().audit.verify()
    if verdict := st.session_state.get(_VERDICT):
        _show_verdict(verdict)
    _show_rows(action)


def cells(entries: Sequence[AuditEntry], zone: tzinfo) -> dict[str, list[str]]:
    """The table's columns."""
    return {
        "No.": [str(entry.entry_id) for entry in entries],
        "When": [words.wall_time(entry.at, zone) for entry in entries],
        "Who": [entry.key_name for entry in entries],
        "Did": [entry.action for entry in entries],
        "What": [entry.what for entry in entries],
        "Results": ["" if e.num_results is None else str(e.num_results) for e in entries],
        "Request": [entry.request_id for entry in entries],
    }


def meaning(verdict: AuditVerdict) -> str:
    """What a verdict says of the log."""
    rows = words.count(verdict.num_entries, "row")
    if verdict.is_whole:
        return f"The log is whole: {rows}, each as it was written."
    return f"Row {verdict.first_break} is missing or was altered; {rows} by its own count."


def _show_verdict(verdict: AuditVerdict) -> None:
    (st.success if verdict.is_whole else st.error)(meaning(verdict))
    if verdict.head:
        st.caption(
            "The newest row's digest. Whoever can write the file could make the whole chain anew: "
            "note it somewhere else, and compare."
        )
        st.code(verdict.head, language=None, wrap_lines=True)


def _show_rows(action: Action | None) -> None:
    pages = begins("log", action)
    before = None if pages[-1] is None else int(pages[-1])
    page = session.client().audit.list(before=before, limit=PER_PAGE, action=action)
    if not page.entries:
        states.empty("Nothing was logged", "Nothing of this kind was done yet.")
        return
    st.dataframe(
        cells(page.entries, session.zone()),
        hide_index=True,
        height=460,
        column_config={"What": st.column_config.TextColumn(width="large")},
        alt="Rows of the log, the newest first",
    )
    said = f"Rows {page.entries[0].entry_id:,} to {page.entries[-1].entry_id:,}"
    show_turning(pages, page.next_before, said=said)
