"""The evidence bundle of a case: making it, fetching it, and the key that signs it."""

import streamlit as st

from search_api.answers.cases import Case
from search_api.answers.evidence import EvidenceOrder, ExportState
from search_api.client import NotThere
from ui import session, states, words
from ui.acting import act
from ui.cases.reading import sign
from ui.plain import plain
from ui.sizes import size

ORDERED = "evidence.export"
"""In the session: the id of the bundle that was ordered, by case."""
EVERY_S = 1.0
FETCHED = "It was fetched, or thrown away: the service keeps a bundle until it was read once."


def show_evidence(case: Case) -> None:
    """Errors as of the client."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        if not case.hits:
            states.empty("Nothing to export yet", "Add hits to the case first.")
        else:
            _ask_for_bundle(case)
        if export_id := _ordered().get(case.case_id):
            every = None if _is_gone(export_id) else EVERY_S
            st.fragment(_follow, run_every=every)(case.case_id, export_id)
    with right:
        show_key()


def show_key() -> None:
    """The fingerprint of the key that signs, and what to do with it; errors as of the client."""
    key = session.client().evidence.key()
    st.markdown("**The key that signs bundles here**")
    st.code(key.fingerprint, language=None, wrap_lines=True)
    st.write(
        "Tell this fingerprint to whoever receives a bundle, by another way than the bundle: on "
        "the phone, or on paper. With it they can prove that the bundle comes from here and that "
        "nothing in it was altered:"
    )
    st.code("retrace verify BUNDLE.zip --key FINGERPRINT", language=None)
    st.download_button(
        "Public key (PEM)", key.public_key, "retrace-evidence.pem", "application/x-pem-file"
    )


def progress(state: ExportState) -> tuple[float, str]:
    """How far a bundle is, in [0, 1] and in words."""
    done, of = state.num_gathered, state.num_findings
    if state.state == "done":
        holds = f"{words.count(of, 'hit')}, {size(state.size_bytes or 0)}"
        return 1.0, f"The bundle is ready: {holds}."
    said = "Waits for its turn" if state.state == "waiting" else "Clips and pictures are gathered"
    return done / of if of else 0.0, f"{said}: {done} of {words.count(of, 'hit')}."


def _ordered() -> dict[int, str]:
    return st.session_state.setdefault(ORDERED, {})


def _is_gone(export_id: str) -> bool:
    return st.session_state.get("evidence.gone") == export_id


def _ask_for_bundle(case: Case) -> None:
    numbers = {hit.hit_id: number for number, hit in enumerate(case.hits, 1)}
    with st.form("bundle", border=False):
        chosen = st.multiselect(
            "Hits in the bundle",
            list(numbers),
            format_func=lambda hit_id: f"hit {numbers[hit_id]}",
            placeholder="All of them, in the case's order",
        )
        exact = st.checkbox(
            "Clips begin at the very picture",
            help="They are encoded anew then. Without this they are copied from the key picture "
            "before, so that not a bit of the recording is changed.",
        )
        if st.form_submit_button("Make the bundle", type="primary", icon=":material/folder_zip:"):
            order = EvidenceOrder(case_id=case.case_id, hit_ids=tuple(chosen), exact=exact)
            act(lambda: _order(case.case_id, order))
    st.caption("Every recording is read again and compared with what was indexed.")


def _order(case_id: int, order: EvidenceOrder) -> None:
    _ordered()[case_id] = session.client().evidence.order(order).export_id


def _follow(case_id: int, export_id: str) -> None:
    """Drawn again and again while the bundle is made or waits to be fetched."""
    with states.problems_shown():
        try:
            state = session.client().evidence.state(export_id)
        except NotThere:
            _end(export_id)
            return
        if state.state == "failed":
            st.error(plain(state.reason or "The bundle could not be made."))
            _offer_removal(case_id, export_id, "Forget it")
            return
        share, said = progress(state)
        st.progress(share, plain(said))
        if state.state == "done":
            (url,) = sign([f"/v1/evidence/exports/{export_id}/bundle"])
            st.link_button("Download the bundle", url, type="primary", icon=":material/download:")
            st.caption("It can be fetched once.")
        _offer_removal(case_id, export_id, "Throw it away" if share == 1.0 else "Stop")


def _end(export_id: str) -> None:
    """Says that it is gone, and stops asking."""
    if not _is_gone(export_id):
        st.session_state["evidence.gone"] = export_id
        st.rerun()
    st.success(FETCHED, icon=":material/check:")


def _offer_removal(case_id: int, export_id: str, label: str) -> None:
    if st.button(label, key="evidence.remove"):
        del _ordered()[case_id]
        act(lambda: session.client().evidence.delete(export_id))
