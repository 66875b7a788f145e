"""Footage that is to come into the library: files that are sent, or paths at the service."""

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

import streamlit as st
from pydantic import ValidationError

from search_api.answers.jobs import JobRequest
from search_api.client import ApiError
from ui import session, words
from ui.acting import act, refusal, refuse
from ui.plain import plain

SEND, PATHS = "Send files", "Files and folders at the service"
DETECTORS = ("alan", "trace", "local_patterns")
KINDS = ["mp4", "mkv", "mov", "avi", "webm", "ts", "m4v", "mpg", "mpeg", "3gp", "flv", "wmv"]


class Options(NamedTuple):
    """What is said of all of it."""

    camera: str | None
    name_pattern: str | None
    timezone: str | None
    detectors: tuple[str, ...] | None

    def request(self, *, paths: Sequence[str] = (), footage: Sequence[str] = ()) -> JobRequest:
        """Raises:
        ValidationError: something makes no sense.
        """
        return JobRequest(paths=tuple(paths), footage=tuple(footage), **self._asdict())


def show_adding() -> None:
    """Errors as of the client."""
    way = SEND
    if session.me().role == "admin":
        way = st.segmented_control("From where", (SEND, PATHS), default=SEND, required=True)
    with st.form("add-footage", border=False):
        if way == SEND:
            files, typed = st.file_uploader("Recordings", KINDS, accept_multiple_files=True), ""
        else:
            files, typed = (
                [],
                st.text_area(
                    "Paths, one a line",
                    placeholder="/footage/gate\n/footage/yard/20260314_213000.mp4",
                    help="Absolute, below one of the folders that the service was started with.",
                ),
            )
        options = _ask_for_options()
        if not st.form_submit_button("Index it", type="primary"):
            return
    paths = [line.strip() for line in typed.splitlines() if line.strip()]
    if not (files or paths):
        st.warning("Nothing was chosen: choose a recording, or name a path.")
        return
    _order(options, paths, [(file.name, file) for file in files])


def _ask_for_options() -> Options:
    own = session.me().cameras
    known = own if own is not None else [one.name for one in session.library().cameras]
    camera = st.selectbox(
        "Camera that recorded it",
        known,
        index=0 if own else None,
        accept_new_options=own is None,
        placeholder="As the names say, or none",
    )
    with st.expander("More"):
        pattern = st.text_input(
            "What the file names say",
            placeholder="{camera}_{start:%Y%m%d_%H%M%S}*",
            help="{camera} and {start:…} with the signs of strptime; * is anything.",
        )
        zone = st.text_input("Zone of times in the names", placeholder="Europe/Prague")
        detectors = st.multiselect("Detectors", DETECTORS, placeholder="The service's own")
    return Options(camera, pattern or None, zone or None, tuple(detectors) or None)


def _order(options: Options, paths: Sequence[str], files: Sequence[tuple[str, BinaryIO]]) -> None:
    try:
        if not files:
            asked = options.request(paths=paths)
            act(lambda: session.client().jobs.create(asked), "It waits for its turn")
        options.request(footage=["0" * 32])  # before anything is sent
        if sent := _send(files):
            asked = options.request(footage=sent)
            act(lambda: session.client().jobs.create(asked), f"{len(sent)} sent, to be indexed")
        st.rerun()
    except ValidationError as error:
        for one in error.errors():
            st.error(plain(f"{'.'.join(map(str, one['loc']))}: {one['msg']}"))


def _send(files: Sequence[tuple[str, BinaryIO]]) -> list[str]:
    """Ids of what the service took; why it did not take the others is told next."""
    sent, bar = list[str](), st.progress(0.0)
    for number, (name, content) in enumerate(files):
        bar.progress(number / len(files), plain(f"{name} is sent"))
        try:
            sent.append(session.client().jobs.send_footage(name, content).footage_id)
        except ApiError as error:
            refuse(f"{name}: {refusal(error)}")
    bar.progress(1.0, f"{words.count(len(sent), 'file')} sent")
    return sent
