"""Checking a bundle that somebody sent."""

from datetime import datetime, tzinfo
from typing import NamedTuple

import streamlit as st

from search_api.answers.evidence import BundleVerdict
from search_api.client import ApiError
from ui import session, words
from ui.acting import refusal
from ui.plain import plain

VERDICT = "checking.verdict"


class Said(NamedTuple):
    """What a verdict comes to."""

    kind: str
    """"proven", "intact" or "broken"."""
    title: str
    advice: str


def show_checking() -> None:
    """Errors as of the client."""
    left, right = st.columns([2, 3], gap="large")
    with left, st.form("check", border=False):
        bundle = st.file_uploader("Evidence bundle (ZIP)", type="zip")
        fingerprint = st.text_input(
            "Fingerprint of the key that you trust",
            placeholder="0123:4567:…, as the sender told you, not from the bundle",
        )
        if st.form_submit_button("Check the bundle", type="primary") and bundle:
            _check(bundle.getvalue(), bundle.name, fingerprint.strip() or None)
    with right:
        if told := st.session_state.get(VERDICT):
            show_verdict(*told)
        else:
            st.caption(
                "Whoever must be sure checks on a machine of their own: `retrace verify` needs no "
                "service and no network."
            )


def show_verdict(name: str, verdict: BundleVerdict) -> None:
    said = sentence(verdict)
    show = {"proven": st.success, "intact": st.warning, "broken": st.error}[said.kind]
    show(f"**{said.title}** {plain(said.advice)}")
    made = made_at(verdict.created_at, session.zone())
    st.text(f"{name}: {words.count(verdict.num_files, 'file')}, made {made}")
    for title, files in troubles(verdict).items():
        st.markdown(f"**{title}**")
        st.text("\n".join(files))
    if verdict.signer:
        st.caption("Signed by the key")
        st.code(verdict.signer, language=None, wrap_lines=True)


def sentence(verdict: BundleVerdict) -> Said:
    """What the verdict means for somebody who holds the bundle."""
    if verdict.is_proven:
        return Said(
            "proven", "Proven.", "Everything is as the holder of the trusted key signed it."
        )
    if not verdict.is_intact:
        advice = "Do not rely on it: ask the sender for another copy."
        return Said("broken", "This bundle is not as it was signed.", advice)
    if verdict.trusted is None:
        advice = "Ask the sender for the fingerprint of their key: anybody can sign with some key."
        return Said("intact", "Whole, but not proven.", advice)
    advice = "It is whole, but another key than the one you trust signed it."
    return Said("broken", "Signed by a stranger.", advice)


def made_at(said: str | None, zone: tzinfo) -> str:
    """When the manifest says that it was made; as it stands where that is no time."""
    try:
        return words.wall_time(datetime.fromisoformat(said) if said else None, zone)
    except ValueError:
        return said or words.UNKNOWN_TIME


def troubles(verdict: BundleVerdict) -> dict[str, list[str]]:
    """Files that are not as they were signed, by what is wrong with them."""
    found = {
        "Altered": verdict.altered,
        "Missing": verdict.missing,
        "Added by somebody": verdict.added,
        "Different from a manifest that was itself altered": verdict.unmatched,
    }
    return {title: files for title, files in found.items() if files}


def _check(bundle: bytes, name: str, fingerprint: str | None) -> None:
    st.session_state.pop(VERDICT, None)
    try:
        verdict = session.client().evidence.verify(bundle, fingerprint=fingerprint)
    except ApiError as error:
        st.error(plain(refusal(error)))
    else:
        st.session_state[VERDICT] = (name, verdict)
