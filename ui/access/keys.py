"""API keys: making, showing once, revoking."""

from datetime import UTC, datetime, timedelta, tzinfo

import streamlit as st

from search_api.access.keys import KeyRecord
from search_api.access.roles import Role
from search_api.answers.access import MadeKey
from ui import session, states, words
from ui.acting import act
from ui.plain import plain

MADE = "keys.made"
ROLES = {
    Role.VIEWER: "searches, and looks at videos",
    Role.INVESTIGATOR: "also keeps cases, exports evidence, adds footage",
    Role.ADMIN: "also makes keys, reads the log, deletes videos",
}
ENDS = {"Never": None, "In a day": 1, "In 7 days": 7, "In 30 days": 30, "In 90 days": 90}
"""Days until a key expires."""


def show_keys() -> None:
    """Errors as of the client."""
    keys = session.client().keys.list()
    left, right = st.columns([5, 3], gap="large")
    with right:
        _show_made()
        _ask_for_new(any_made=bool(keys))
    with left:
        if not keys:
            states.empty(
                "No keys yet",
                "Whoever is at the service's own machine is an admin; nobody else gets in. With "
                "the first key everybody needs one: make it an admin's, and keep it.",
            )
        for key in keys:
            _show_key(key)


def status(key: KeyRecord, now: datetime) -> str:
    """ "valid", "expired" or "revoked"."""
    if key.revoked_at is not None:
        return "revoked"
    return "valid" if key.is_valid(now) else "expired"


def facts(key: KeyRecord, zone: tzinfo) -> str:
    """What a key may see, until when, and when it was last used."""
    told = (
        f"cameras {', '.join(key.cameras)}" if key.cameras else "all cameras",
        f"made {words.wall_time(key.created_at, zone)}",
        f"expires {words.wall_time(key.expires_at, zone)}" if key.expires_at else "never expires",
        f"last used {words.wall_time(key.used_at, zone)}" if key.used_at else "never used",
        f"revoked {words.wall_time(key.revoked_at, zone)}" if key.revoked_at else "",
    )
    return " · ".join(filter(None, told))


def expiry(label: str, now: datetime) -> datetime | None:
    """When a key made now ends."""
    days = ENDS[label]
    return None if days is None else now + timedelta(days=days)


def _show_key(key: KeyRecord) -> None:
    said_status = status(key, datetime.now(UTC))
    with st.container(border=True, key=f"key-{key.key_id}"):
        said, button = st.columns([5, 1], vertical_alignment="center")
        with said.container(horizontal=True, vertical_alignment="center"):
            st.badge(said_status, color="green" if said_status == "valid" else "gray")
            st.markdown(f"**{plain(key.name)}** {key.role}")
        said.caption(plain(facts(key, session.zone())))
        if said_status == "valid":
            with button:
                _offer_revocation(key)


def _offer_revocation(key: KeyRecord) -> None:
    with st.popover("Revoke"):
        st.write("It opens nothing any more, from now on and for good.")
        if key.key_id == session.me().key_id:
            st.warning("It is the key that this page uses now.", icon=":material/warning:")
        if st.button("Revoke it", type="primary", key=f"revoke.{key.key_id}"):
            act(lambda: session.client().keys.revoke(key.key_id), f"{key.name} is revoked")


def _ask_for_new(*, any_made: bool) -> None:
    st.markdown("**New key**")
    role = st.selectbox(
        "Role",
        list(ROLES),
        index=0 if any_made else len(ROLES) - 1,
        format_func=lambda role: f"{role}: {ROLES[role]}",
        key="keys.role",
    )
    with st.form("new-key", border=False, clear_on_submit=True):
        name = st.text_input("Name", placeholder="Whose it is, or where", max_chars=100)
        cameras = (
            []
            if role is Role.ADMIN
            else st.multiselect(
                "Cameras that it may see",
                [camera.name for camera in session.library().cameras],
                placeholder="All cameras",
            )
        )
        ends = st.selectbox("Expires", list(ENDS), key="keys.ends")
        if st.form_submit_button("Make the key", type="primary") and name.strip():
            act(lambda: _make(name.strip(), role, cameras, expiry(ends, datetime.now(UTC))))


def _make(name: str, role: Role, cameras: list[str], expires_at: datetime | None) -> None:
    make = session.client().keys.create
    st.session_state[MADE] = make(name, role, cameras=cameras, expires_at=expires_at)


def _show_made() -> None:
    """The new key: until it is put away, and never again."""
    made: MadeKey | None = st.session_state.get(MADE)
    if made is None:
        return
    with st.container(border=True, key="made-key"):
        st.markdown(f"**The key {plain(made.key.name)}**")
        st.write("It is shown this once. Copy it now, and hand it over as you would a password.")
        st.code(made.token, language=None, wrap_lines=True)
        if st.button("I have copied it", type="primary"):
            del st.session_state[MADE]
            st.rerun()
