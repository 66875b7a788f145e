"""The case that findings are saved to, and saving them: the same on every page."""

from collections.abc import Sequence

import streamlit as st

from search_api.answers.cases import CaseSummary, NewFindings
from search_api.schemas import SearchHit, SearchResponse
from ui import session, states

INVESTIGATORS = ("investigator", "admin")
_CASE, _CASES = "case.current", "session.cases"
Finding = dict[str, object]
"""The fields of a `CaseFinding`."""


def may_save() -> bool:
    return session.me().role in INVESTIGATORS


def cases() -> Sequence[CaseSummary]:
    """The cases that the key may see, as last asked for; `forget_cases` has them asked anew."""
    if _CASES not in st.session_state:
        st.session_state[_CASES] = session.client().cases.list()
    return st.session_state[_CASES]


def forget_cases() -> None:
    """After something about cases changed."""
    st.session_state.pop(_CASES, None)


def current_case() -> CaseSummary | None:
    """The case that `s` saves to; None: none was chosen in this session."""
    chosen = st.session_state.get(_CASE)
    return next((case for case in cases() if case.case_id == chosen), None)


def choose_case(case_id: int) -> None:
    st.session_state[_CASE] = case_id


def save(findings: Sequence[Finding]) -> None:
    """Adds findings to the current case; asks which, where none was chosen."""
    case = current_case()
    if case is None:
        ask_which(findings)
        return
    asked = NewFindings.model_validate({"findings": list(findings)})
    numbers = session.client().cases.add_hits(case.case_id, asked.findings)
    forget_cases()
    st.toast(f"Saved to the case as hit {numbers[-1]}", icon=":material/bookmark_added:")


def finding(hit: SearchHit, response: SearchResponse) -> Finding:
    """A hit as a case keeps it: with the query and what its score rests on."""
    kept = hit.model_dump(mode="json", include=_KEPT)
    query = response.query.model_dump(mode="json")
    return {**kept, "query": query, "profile": response.profile, "ranking": response.ranking}


_KEPT = {"video_id", "start_s", "end_s", "score", "parts", "anomaly", "explanation"}


@st.dialog("Which case?")
def ask_which(findings: Sequence[Finding] = ()) -> None:
    """Lets the person choose a case or open one, and saves findings to it, if there are any."""
    with states.problems_shown():
        known = {case.case_id: case.name for case in cases()}
        chosen = st.selectbox(
            "Case", list(known), None, format_func=known.__getitem__, placeholder="Choose"
        )
        name = st.text_input("or a new case", max_chars=200, placeholder="its name").strip()
        if st.button("Save" if findings else "Use this case", type="primary"):
            _use(chosen, name, findings)


def _use(chosen: int | None, name: str, findings: Sequence[Finding]) -> None:
    if not name and chosen is None:
        st.text("Choose a case, or name a new one.")
        return
    made = session.client().cases.create(name).case_id if name or chosen is None else chosen
    forget_cases()
    choose_case(made)
    if findings:
        save(findings)
    st.rerun()
