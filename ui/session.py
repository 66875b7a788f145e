"""Who looks at the page: their connection to the service, and what their key may see.

Everything here stays on the page's server. The key is never part of an address, a component's data
or anything else that a browser is sent.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st

from search_api.answers.access import Myself
from search_api.answers.searching import LibraryAnswer
from search_api.client import Client

DEFAULT_URL = "http://127.0.0.1:8321"
REMEMBERED = timedelta(minutes=1)
"""How long what changes rarely is not asked again."""
_CLIENT, _KEY = "session.client", "session.key"


@dataclass(frozen=True)
class PageSettings:
    """What the operator chose: `RETRACE_URL`, `RETRACE_KEY` or `RETRACE_KEY_FILE`, …"""

    url: str = DEFAULT_URL
    """Of the service, as the page's server reaches it."""
    key: str | None = None
    """Everybody who reaches the page acts by it; None: each types one, if the service asks."""
    public_url: str | None = None
    """Of the service, as browsers reach it."""
    timezone: str | None = None
    """That times are shown in; None: the browser's."""


def read_settings(environment: Mapping[str, str]) -> PageSettings:
    """What the environment says; empty values count as none."""
    given = {name: value for name, value in environment.items() if value}
    file = given.get("RETRACE_KEY_FILE")
    key = Path(file).read_text(encoding="utf-8").strip() if file else given.get("RETRACE_KEY")
    return PageSettings(
        url=given.get("RETRACE_URL", DEFAULT_URL),
        key=key,
        public_url=given.get("RETRACE_PUBLIC_URL"),
        timezone=given.get("RETRACE_TIMEZONE"),
    )


def client() -> Client:
    """This session's connection, with its key."""
    if _CLIENT not in st.session_state:
        settings = read_settings(os.environ)
        st.session_state[_CLIENT] = Client(
            settings.url,
            key=st.session_state.get(_KEY) or settings.key,
            public_url=settings.public_url,
        )
    return st.session_state[_CLIENT]


def use_key(key: str) -> None:
    """From now on this session asks by this key; what another one was told is forgotten."""
    if _CLIENT in st.session_state:
        st.session_state[_CLIENT].close()
    for name in [name for name in st.session_state if str(name).startswith("session.")]:
        del st.session_state[name]
    st.session_state[_KEY] = key


def has_typed_key() -> bool:
    return _KEY in st.session_state


def me() -> Myself:
    """Whose key this is, asked once a session; errors as of the client."""
    if "session.me" not in st.session_state:
        st.session_state["session.me"] = client().myself()
    return st.session_state["session.me"]


def library() -> LibraryAnswer:
    """What there is to search, at most a minute old; errors as of the client."""
    now = datetime.now(UTC)
    asked_at, answer = st.session_state.get("session.library", (None, None))
    if asked_at is None or now - asked_at > REMEMBERED:
        answer = client().library()
        st.session_state["session.library"] = (now, answer)
    return answer


def zone() -> tzinfo:
    """That times are shown in."""
    name = read_settings(os.environ).timezone or st.context.timezone or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
