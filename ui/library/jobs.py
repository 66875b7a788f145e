"""Indexing jobs as they go on."""

from typing import Literal

import streamlit as st

from search_api.answers.jobs import JobAnswer, JobFileAnswer, JobState
from ui import session, states
from ui.acting import act
from ui.library import job_words
from ui.plain import plain

LIVE_S, QUIET_S = 2.0, 15.0
"""How often jobs are looked at while one is at work, and while none is."""
COLOURS: dict[JobState, Literal["green", "red", "blue", "orange"]] = {
    "done": "green",
    "failed": "red",
    "running": "blue",
    "cancelling": "orange",
}
NEWEST = 20


def show_jobs() -> None:
    """Keeps itself up to date; errors as of the client."""
    is_live = any(map(job_words.is_live, session.client().jobs.list(limit=NEWEST).jobs))
    st.fragment(_show_list, run_every=LIVE_S if is_live else QUIET_S)(is_live)


def _show_list(was_live: bool) -> None:
    with states.problems_shown():
        jobs = session.client().jobs.list(limit=NEWEST).jobs
        if any(map(job_words.is_live, jobs)) != was_live:
            st.session_state.pop("session.library", None)
            st.rerun()
        if not jobs:
            states.empty("No jobs yet", "Footage that you add is indexed here.")
        for job in jobs:
            _show_job(job)


def _show_job(job: JobAnswer) -> None:
    with st.container(border=True, key=f"job-{job.job_id}"):
        said, buttons = st.columns([5, 2], vertical_alignment="center")
        with said.container(horizontal=True, vertical_alignment="center"):
            st.badge(job_words.STATES[job.state], color=COLOURS.get(job.state, "gray"))
            st.markdown(f"**{plain(job_words.title(job))}**")
        with buttons.container(horizontal=True, horizontal_alignment="right"):
            _show_buttons(job)
        if job_words.is_live(job):
            st.progress(job.progress.share, plain(job_words.progress(job)))
        st.caption(plain(job_words.outcome(job)))
        st.caption(plain(job_words.heading(job, session.zone())))
        if job.reason:
            st.warning(plain(job.reason), icon=":material/info:")
        if job.files.failed:
            _show_failures(job)


def _show_buttons(job: JobAnswer) -> None:
    """For whoever made it, and for admins."""
    me, jobs = session.me(), session.client().jobs
    if me.role != "admin" and me.name != job.created_by:
        return
    if job.state in ("waiting", "running") and st.button("Cancel", key=f"cancel.{job.job_id}"):
        act(lambda: jobs.cancel(job.job_id), "What is indexed by now stays")
    if job_words.can_repeat(job) and st.button("Try again", key=f"retry.{job.job_id}"):
        act(lambda: jobs.retry(job.job_id), "A new job does what this one has not done")


def _show_failures(job: JobAnswer) -> None:
    with st.expander(f"{job.files.failed:,} failed, with reasons", expanded=not job.files.indexed):
        for file in job.failures:
            _show_failure(file)
        if job.files.failed > len(job.failures):
            every = st.button("Show all of them", key=f"failures.{job.job_id}")
            rest = session.client().jobs.files(job.job_id, state="failed", limit=1000)
            for file in rest.files[len(job.failures) :] if every else []:
                _show_failure(file)


def _show_failure(file: JobFileAnswer) -> None:
    st.text(file.name)
    st.caption(plain(file.reason or "no reason was given"))
